#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""
Fails on a .c or .h file that clang-format would change.

Versions of clang-format differ in details, so version 14 alone is asked; where it is missing the
lint is skipped.  To mend a file: clang-format -i FILE.
"""
import re
import shutil
import subprocess
import sys
from source_tree import SKIPPED_STATUS, files, run_lint

VERSION = 14


def clang_format():
    """The name of clang-format 14 on this machine, or None."""
    for name in (f'clang-format-{VERSION}', 'clang-format'):
        if shutil.which(name):
            out = subprocess.run([name, '--version'], capture_output=True, text=True).stdout
            if re.search(rf'version {VERSION}\.', out):
                return name
    return None


def check(root):
    program = clang_format()
    if not program:
        print(f'clang-format {VERSION} is not on this machine')
        sys.exit(SKIPPED_STATUS)
    problems = []
    for path in files(root, '.c', '.h'):
        run = subprocess.run([program, '--dry-run', '-Werror', path], cwd=root,
                             capture_output=True, text=True)
        if run.returncode:
            problems.append(run.stderr.splitlines()[0])
    return problems


if __name__ == '__main__':
    sys.exit(run_lint(__doc__, check))
