#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""
Rules of C source that one can see without understanding it.

Fails on a file without the licence line or without its opening comment, a header without its
guard, a note to do something later, a compiler extension outside base/compiler.h, a struct hidden
behind a typedef, a jump across functions, and an #if inside a function.
"""
import re
import sys
from source_tree import files, functions, is_test, read, run_lint

LICENCE = '/* SPDX-License-Identifier: MIT */'

# (what no file may hold, files that may, what to say)
FORBIDDEN = (
    (r'\b(TODO|FIXME|XXX|HACK)\b', (), 'do it or leave it out'),
    (r'__attribute__', ('base/compiler.h',), 'use or add a name in base/compiler.h'),
    (r'\btypedef\s+(struct|union)\b', ('base/types.h',), 'only addresses hide behind a typedef'),
    (r'\b(sig)?(set|long)jmp\s*\(', (), 'faults are return values'),
)


def wrong_head(path, lines):
    """What is wrong with the first lines of a file."""
    found = []
    if lines[:1] != [LICENCE]:
        found.append(f'{path}:1: the first line must be {LICENCE}')
    if not any(line.startswith('/*') for line in lines[1:2]):
        found.append(f'{path}:2: here stands the comment that says what the file is for')
    guard = re.sub(r'\W', '_', path).upper()
    if path.endswith('.h') and f'#ifndef {guard}' not in lines:
        found.append(f'{path}: its guard must be {guard}')
    return found


def wrong_lines(path, lines):
    """What is forbidden on any line."""
    return [f'{path}:{number}: {match.group(0)}: {advice}'
            for pattern, exempt, advice in FORBIDDEN if path not in exempt
            for number, line in enumerate(lines, 1) if (match := re.search(pattern, line))]


def wrong_conditions(path, text):
    """Conditional compilation inside functions; tests may."""
    lines = text.splitlines()
    return [f'{path}:{number}: #if inside {name}()'
            for name, first, length in functions(text) if not is_test(path)
            for number in range(first, first + length)
            if re.match(r'\s*#\s*if', lines[number - 1])]


def check(root):
    problems = []
    for path in files(root, '.c', '.h', '.S'):
        text = read(root, path)
        lines = text.splitlines()
        problems += wrong_head(path, lines) + wrong_lines(path, lines)
        problems += wrong_conditions(path, text)
    return problems


if __name__ == '__main__':
    sys.exit(run_lint(__doc__, check))
