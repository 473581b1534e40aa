#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""
The include graph once more, as the linker sees it.

Each folder is one static library.  Fails when a library needs a symbol that only the library of
a folder it may not include defines: a declaration copied by hand gets past lint_includes.py, the
object code does not get past this.
"""
import subprocess
import sys
from lint_includes import MAY_INCLUDE
from source_tree import files, folder_of, run_lint


def nm(library, which):
    """Symbol names of a static library: which is --defined-only or --undefined-only."""
    out = subprocess.run(['nm', '--extern-only', '--format=posix', which, str(library)],
                         check=True, capture_output=True, text=True).stdout
    return {line.split()[0] for line in out.splitlines() if len(line.split()) > 1}


def folder_symbols(build):
    """{folder: (defined, needed)} over the product's static libraries in a build folder."""
    symbols = {}
    for path in files(build, '.a'):
        folder = folder_of(path)
        if path.endswith('testbed.a'):
            continue  # test support may reach further, as *testbed.c may
        if folder in MAY_INCLUDE and folder not in ('tests', 'bench'):
            defined, needed = symbols.setdefault(folder, (set(), set()))
            defined |= nm(build / path, '--defined-only')
            needed |= nm(build / path, '--undefined-only')
    return symbols


def forbidden(symbols):
    """What each folder needs from folders that it may not use."""
    problems = []
    for folder, (_, needed) in sorted(symbols.items()):
        allowed = {folder} | {folder_of(a) or a for a in MAY_INCLUDE[folder]}
        for symbol in sorted(needed):
            owners = {f for f, (defined, _) in symbols.items() if symbol in defined}
            if owners and not owners & allowed:
                problems.append(f'{folder}: needs {symbol} of {", ".join(sorted(owners))}')
    return problems


def check(root, build):
    symbols = folder_symbols(build)
    return forbidden(symbols) if symbols else [f'{build}: no static libraries found']


if __name__ == '__main__':
    sys.exit(run_lint(__doc__, check, build=True))
