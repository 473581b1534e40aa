# SPDX-License-Identifier: MIT
"""What the lints share: the files of the tree, its folders, C functions, a command line."""
import argparse
import json
import os
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

# The folders of the house, each one static library.  A file belongs to the longest that fits.
FOLDERS = ('abi', 'base', 'crypto', 'chip', 'chip/fabric', 'chip/mee', 'chip/cache', 'chip/rmp',
           'chip/cpu', 'chip/sp', 'hv', 'guest', 'owner', 'front', 'tools', 'tests', 'bench')

NOT_SOURCE = re.compile(r'\.git|__pycache__|build|build-.*')

# A line that ends the search upwards for the first line of a function's signature.
BEFORE_SIGNATURE = re.compile(r'$|#| \*|/\*|\}')

SKIPPED_STATUS = 77  # exit status of a lint that cannot run here; its last line says why


def files(root, *suffixes):
    """Every file below root as a relative path with slashes, build folders left out, sorted."""
    found = []
    for where, folders, names in os.walk(root):
        folders[:] = [f for f in folders if not NOT_SOURCE.fullmatch(f)]
        found += [(Path(where) / n).relative_to(root).as_posix()
                  for n in names if not NOT_SOURCE.fullmatch(n)]
    return sorted(f for f in found if not suffixes or f.endswith(suffixes))


def read(root, path):
    """The text of a file, or None when it is binary."""
    data = (Path(root) / path).read_bytes()
    return None if b'\0' in data else data.decode('utf-8', 'replace')


def introspect(build, what):
    """What meson wrote about a build folder: targets, tests."""
    return json.loads((Path(build) / 'meson-info' / f'intro-{what}.json').read_text())


def folder_of(path):
    """The folder of the house that a file, or a folder, belongs to, or None."""
    fits = [f for f in FOLDERS if (path + '/').startswith(f + '/')]
    return max(fits, key=len) if fits else None


def is_test(path):
    """Tests, what they share, and benchmarks: they may reach further than the code beside them."""
    return (path.startswith(('tests/', 'bench/'))
            or re.search(r'(_test|_fuzz|testbed)\.[ch]$', path) is not None)


def functions(text):
    """
    (name, first line, lines) of each C function; lines counts signature and braces.

    Relies on the layout that clang-format gives: a function's braces, and only those, stand
    alone in the first column.
    """
    lines = text.splitlines()
    start = 0
    for i, line in enumerate(lines):
        if line == '{':
            start = i
            while start > 0 and not BEFORE_SIGNATURE.match(lines[start - 1]):
                start -= 1
        elif line == '}' and lines[start:i].count('{') == 1:
            signature = ' '.join(lines[start:lines.index('{', start)])
            name = re.search(r'(\w+)\s*\(', signature)
            yield (name.group(1) if name else '?', start + 1, i - start + 1)
            start = i + 1


def run_lint(doc, check, build=False):
    """Command line of a lint: prints what check(root) or check(root, build) finds, 1 if any."""
    parser = argparse.ArgumentParser(description=doc,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--root', type=Path, default=ROOT, help='the source tree')
    if build:
        parser.add_argument('build', type=Path, help='a build folder of the tree')
    args = parser.parse_args()
    problems = check(args.root, args.build) if build else check(args.root)
    for problem in problems:
        print(problem)
    return 1 if problems else 0
