#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""
The documents against the tree.

Fails on a link in a .md file that leads nowhere, on a [CHOICE n] in the source that
docs/choices.md does not explain or that has no number, on choices or decisions whose numbers have gaps, and on a folder
of code without a README.md.
"""
import os.path
import re
import sys
from source_tree import files, folder_of, read, run_lint

LINK = re.compile(r'\]\(([^)#]+)[^)]*\)')
CITED = re.compile(r'\[CHOICE (\d+)\]')
UNNUMBERED = re.compile(r'\[[^\]\n]*\bCHOICE\]')
EXPLAINED = re.compile(r'^## CHOICE (\d+):', re.MULTILINE)
CHOICES = 'docs/choices.md'


def dead_links(root):
    """Links to files that do not exist."""
    found = []
    for path in files(root, '.md'):
        for target in LINK.findall(read(root, path)):
            if '://' not in target and not (root / os.path.dirname(path) / target).exists():
                found.append(f'{path}: link to {target}, which does not exist')
    return found


def wrong_choices(root):
    """Citations without a paragraph, paragraphs out of order."""
    text = read(root, CHOICES) if (root / CHOICES).exists() else ''
    explained = [int(n) for n in EXPLAINED.findall(text)]
    found = [f'{path}: cites CHOICE {n}, which {CHOICES} does not explain'
             for path in files(root, '.c', '.h', '.S') for n in CITED.findall(read(root, path))
             if int(n) not in explained]
    found += [f'{path}: cites a choice without its number'
              for path in files(root, '.c', '.h', '.S') if UNNUMBERED.search(read(root, path))]
    if explained != list(range(1, len(explained) + 1)):
        found.append(f'{CHOICES}: the numbers must run 1, 2, 3 ...')
    return found


def wrong_decisions(root):
    """Decisions are numbered without gaps."""
    numbers = [int(m.group(1)) for m in (re.match(r'docs/decisions/(\d{4})-', f)
                                         for f in files(root, '.md')) if m]
    whole = numbers == list(range(1, len(numbers) + 1))
    return [] if whole else ['docs/decisions: the numbers must run 0001, 0002 ...']


def missing_readmes(root):
    """Folders that hold code and do not say what it is."""
    folders = {folder_of(f) for f in files(root, '.c', '.S')} - {None}
    return [f'{folder}: has code but no README.md' for folder in sorted(folders)
            if not (root / folder / 'README.md').exists()]


def check(root):
    return (dead_links(root) + wrong_choices(root) + wrong_decisions(root)
            + missing_readmes(root))


if __name__ == '__main__':
    sys.exit(run_lint(__doc__, check))
