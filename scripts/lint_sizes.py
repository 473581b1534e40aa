#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""
Sizes of functions and files.

Reports the median and the 90th percentile of function lengths, functions over 60 lines and files
over 500.  Fails on a file over 1000 lines that is not a pure table (one without a function).
Lines of a function are those from its signature to its closing brace.
"""
import sys
from source_tree import files, functions, read, run_lint

LONG_FUNCTION, LONG_FILE, FILE_LIMIT = 60, 500, 1000


def percentile(sizes, share):
    """The smallest of the sizes that `share` of them do not exceed."""
    return sorted(sizes)[max(0, -(-len(sizes) * share // 100) - 1)]


def check(root):
    sizes, problems = [], []
    for path in files(root, '.c', '.h'):
        text = read(root, path)
        lines = text.count('\n')
        found = list(functions(text))
        sizes += [length for _, _, length in found]
        for name, first, length in found:
            if length > LONG_FUNCTION:
                print(f'long function: {path}:{first}: {name}: {length} lines')
        if lines > FILE_LIMIT and found:
            problems.append(f'{path}: {lines} lines, more than {FILE_LIMIT}: split it by topic')
        elif lines > LONG_FILE:
            print(f'long file: {path}: {lines} lines')
    if sizes:
        print(f'functions: {len(sizes)}, median {percentile(sizes, 50)} lines, '
              f'90th percentile {percentile(sizes, 90)}, longest {max(sizes)}')
    return problems


if __name__ == '__main__':
    sys.exit(run_lint(__doc__, check))
