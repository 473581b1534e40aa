#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""
The tests against the tree.

Fails on a .c file that no target builds and on a test or fuzz program that is built and never
run.  Reports each .c file that has no test beside it; tools/ is tested as a whole, by
tests/cli_test.py.
"""
import os.path
import re
import sys
from source_tree import files, introspect, is_test, run_lint


def unbuilt(root, targets):
    """.c files that belong to no target."""
    built = {os.path.relpath(source, root) for target in targets
             for group in target['target_sources'] for source in group.get('sources', ())}
    return [f'{path}: no target builds it' for path in files(root, '.c') if path not in built]


def unrun(targets, tests):
    """Test programs that are not registered."""
    run = {os.path.realpath(word) for test in tests for word in test['cmd'] if '/' in word}
    return [f'{target["name"]}: built from {os.path.basename(target["defined_in"])} and never run'
            for target in targets
            if target['type'] == 'executable' and re.search(r'_(test|fuzz)$', target['name'])
            and os.path.realpath(target['filename'][0]) not in run]


def untested(root):
    """.c files without a foo_test.c beside them."""
    tree = set(files(root, '.c'))
    return [path for path in sorted(tree)
            if not is_test(path) and path[:-2] + '_test.c' not in tree
            and not path.startswith('tools/')]


def check(root, build):
    root = root.resolve()
    targets = introspect(build, 'targets')
    for path in untested(root):
        print(f'no test beside it: {path}')
    return unbuilt(root, targets) + unrun(targets, introspect(build, 'tests'))


if __name__ == '__main__':
    sys.exit(run_lint(__doc__, check, build=True))
