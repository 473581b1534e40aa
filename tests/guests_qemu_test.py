#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""
The payloads of tests/guests/ under QEMU's TCG: a second opinion on what they check.

Usage: guests_qemu_test.py PAYLOAD.elf ...  Prints TAP; skips without qemu-system-x86_64.
"""
import pathlib
import shutil
import subprocess
import sys

QEMU = 'qemu-system-x86_64'
OPTIONS = {'ending': 'how=exit', 'hello': 'code=42', 'workloads': 'scale=0.001'}
EXPECTED = {'ending': 'ending\n', 'hello': 'hello, plain world\n', 'smp': 'smp: one CPU\n'}


def run(payload):
    """(exit code of the guest, what it printed)."""
    done = subprocess.run(
        [QEMU, '-accel', 'tcg', '-cpu', 'max', '-m', '64', '-display', 'none', '-nodefaults',
         '-serial', 'stdio', '-no-reboot', '-device', 'isa-debug-exit,iobase=0xf4,iosize=4',
         '-kernel', payload, '-append', OPTIONS.get(payload.stem, 'tcg=1')],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True, timeout=60, check=False)
    return done.returncode >> 1, done.stdout.replace('\r', '')


def passes(payload):
    code, output = run(payload)
    if code == (42 if payload.stem == 'hello' else 0):
        if output == EXPECTED.get(payload.stem):
            return True
        if ' checks passed\n' in output or payload.stem == 'workloads':
            return True
    print(f'# exit code {code}\n# ' + output.replace('\n', '\n# '))
    return False


def main(payloads):
    if not shutil.which(QEMU):
        print(f'1..0 # SKIP {QEMU} is not installed')
        return 0
    failed = 0
    print(f'1..{len(payloads)}')
    for number, payload in enumerate(payloads, 1):
        ok = passes(payload)
        failed += not ok
        print(f'{"ok" if ok else "not ok"} {number} - {payload.stem}')
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main([pathlib.Path(name) for name in sys.argv[1:]]))
