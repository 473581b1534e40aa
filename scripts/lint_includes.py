#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""
The include graph is the threat model: who must not trust whom must not include whom.

Fails on an #include "..." that the table below does not allow, on one that is not relative to
the root of the tree, on a library header outside the folders that use the library, and on a .c
file that does not include its own header first.  Tests and benchmarks may reach further; where
one beside the code does, a note says so.
"""
import re
import sys
from source_tree import FOLDERS, files, folder_of, is_test, read, run_lint

# Folder: the folders, or single headers, that it may include beside itself.
MAY_INCLUDE = {
    'abi':         ('base/types.h', 'base/compiler.h'),
    'base':        (),
    'crypto':      ('base',),
    'chip/fabric': ('abi', 'base'),
    'chip/mee':    ('abi', 'base', 'crypto', 'chip/fabric'),
    'chip/cache':  ('abi', 'base', 'chip/fabric', 'chip/mee'),
    'chip/rmp':    ('abi', 'base', 'chip/fabric'),
    # A core sees plaintext or ciphertext only by the access it makes: never mee, never sp.
    'chip/cpu':    ('abi', 'base', 'chip/fabric', 'chip/cache', 'chip/rmp'),
    'chip/sp':     ('abi', 'base', 'crypto', 'chip/fabric', 'chip/mee', 'chip/cache', 'chip/rmp'),
    # The only place where the parts of the chip meet.
    'chip':        ('abi', 'base', 'crypto', 'chip/fabric', 'chip/mee', 'chip/cache', 'chip/rmp',
                    'chip/cpu', 'chip/sp'),
    # The hypervisor reaches keys, RMP and VMSA only as real software could.
    'hv':          ('abi', 'base', 'chip/platform.h'),
    'guest':       ('abi', 'base/types.h'),
    # Independent of the chip, so that agreement between the two proves something.
    'owner':       ('abi', 'base', 'crypto'),
    'front':       ('abi', 'base', 'crypto', 'owner', 'hv', 'chip/platform.h'),
    'tools':       ('abi', 'base', 'crypto', 'owner', 'hv', 'front', 'chip/platform.h'),
    'bench':       FOLDERS,
    'tests':       FOLDERS,
}

# Headers of the libraries we stand on: who may include them.
LIBRARIES = {
    'openssl/':  ('crypto',),
    'Zydis/':    ('chip/cpu',),
    'jansson.h': ('owner', 'front', 'tools'),
    'slirp/':    ('hv',),
    'fuse':      ('front',),
    'cuse':      ('front',),
    'cmocka.h':  ('tests',),
}

# What a freestanding compiler brings; all that these folders get from the system.
FREESTANDING = ('stdint.h', 'stddef.h', 'stdbool.h', 'stdarg.h', 'limits.h')
FREESTANDING_FOLDERS = ('abi', 'guest')

INCLUDE = re.compile(r'^\s*#\s*include\s+(["<])([^">]+)[">]', re.MULTILINE)


def wrong_own(path, header, tree):
    """What is wrong with #include "header" in a file, or None."""
    folder, target = folder_of(path), folder_of(header)
    allowed = MAY_INCLUDE[folder] + (('tests', 'bench', 'base') if is_test(path) else ())
    if header not in tree:
        return 'no such file (paths start at the root of the tree)'
    if target != folder and target not in allowed and header not in allowed:
        return f'{folder} may not include {target or "that"}'
    return None


def wrong_system(path, header):
    """What is wrong with #include <header> in a file, or None."""
    folder = folder_of(path)
    for prefix, users in LIBRARIES.items():
        if header.startswith(prefix) and folder not in users:
            return f'this library is for {", ".join(users)}'
    if folder in FREESTANDING_FOLDERS and header not in FREESTANDING:
        return f'{folder} is freestanding'
    return None


def wrong_includes(path, text, tree):
    """All that is wrong with the includes of one file."""
    if folder_of(path) not in MAY_INCLUDE:
        return [f'{path}: its folder has no row in the table']
    includes = INCLUDE.findall(text)
    own = path[:-2] + '.h'
    found = []
    if path.endswith('.c') and own in tree and includes[:1] != [('"', own)]:
        found.append(f'{path}: does not include {own} first')
    for kind, header in includes:
        wrong = wrong_own(path, header, tree) if kind == '"' else wrong_system(path, header)
        if wrong:
            found.append(f'{path}: includes {header}: {wrong}')
    return found


def check(root):
    tree = set(files(root, '.h', '.c', '.S'))
    problems = []
    for path in sorted(tree):
        found = wrong_includes(path, read(root, path), tree)
        if is_test(path):
            for note in found:
                print('note:', note)
        else:
            problems += found
    return problems


if __name__ == '__main__':
    sys.exit(run_lint(__doc__, check))
