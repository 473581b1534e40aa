#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""
Fails on a path that exists only on somebody's machine, in any text file of the tree.

A name for mkstemp() or mkdtemp() under the temporary folder is no such path.
"""
import re
import sys
from source_tree import files, read, run_lint

MACHINE_PATH = re.compile(r'(?<![\w.}])/(home|root|work|workspace|tmp|mnt|opt|srv|Users)/[\w./-]*\w')
TEMPLATE = re.compile(r'/tmp/[\w.-]+XXXXXX')
EXEMPT = ('scripts/lints_test.py',)


def check(root):
    problems = []
    for path in files(root):
        text = None if path in EXEMPT else read(root, path)
        for number, line in enumerate((text or '').splitlines(), 1):
            match = MACHINE_PATH.search(TEMPLATE.sub('', line))
            if match:
                problems.append(f'{path}:{number}: {match.group(0)}: a path of one machine')
    return problems


if __name__ == '__main__':
    sys.exit(run_lint(__doc__, check))
