#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""
Unmodified Debian kernels under swsev run, plain and encrypted, to userland and power-off.

Usage: boot_test.py PROGRAM FOLDER [FLAVOUR...].  Kernels are fetched into FOLDER and kept there;
where that cannot be done the test skips, and says so.  Prints TAP.
"""
import os
import re
import subprocess
import sys
import traceback

PROGRAM, FOLDER = sys.argv[1:3]
FLAVOURS = sys.argv[3:] or ['cloud-6.1']
HERE = os.path.dirname(os.path.abspath(__file__))
SECONDS = 120
APPEND = 'console=ttyS0 cryptomgr.notests panic=-1 reboot=t'


class Skip(Exception):
    """What is missing here."""


def script(name, *words):
    done = subprocess.run([os.path.join(HERE, name), *words], stderr=subprocess.PIPE, text=True,
                          timeout=300, check=False)
    if done.returncode == 77:
        raise Skip(done.stderr.strip())
    assert done.returncode == 0, done.stderr


def prepare(flavour, init='init_poweroff.sh'):
    """The words that name kernel and initramfs."""
    folder = os.path.join(FOLDER, flavour)
    initrd = os.path.join(FOLDER, f'{flavour}-{init}.cpio')
    script('fetch_kernel.sh', flavour, FOLDER)
    script('make_initramfs.sh', folder, os.path.join(HERE, init), initrd)
    return ['--kernel', os.path.join(folder, 'vmlinuz'), '--initrd', initrd]


def boot(image, *machine, append=''):
    """Console output of a run that powers off."""
    done = subprocess.run([PROGRAM, 'run', *image, *machine, '--append', f'{APPEND} {append}',
                           '--timeout', str(SECONDS)], stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False,
                          timeout=SECONDS + 30)
    text = done.stdout.decode(errors='replace')
    tail = '\n'.join(text.splitlines()[-15:]) + done.stderr.decode(errors='replace')
    assert done.returncode == 0, f'status {done.returncode}:\n{tail}'
    assert 'GUEST: done' in text, tail
    return text


def assert_lines(text, *wanted):
    for line in wanted:
        assert re.search(line, text), f'no line like {line!r}'


SEV_LINES = (r'Memory Encryption Features active: AMD SEV\r?\n',
             r'SWIOTLB bounce buffer size adjusted to 64MB',
             r'software IO TLB: mapped \[mem .*\] \(64MB\)')


def plain(flavour):
    text = boot(prepare(flavour))
    assert_lines(text, r'Hypervisor detected: KVM', r'GUEST: cpus 1')
    assert 'Memory Encryption' not in text
    assert 'WARNING: CPU' not in text, text


def plain_smp(flavour):
    assert_lines(boot(prepare(flavour), '--cpus', '4'), r'Brought up 1 node, 4 CPUs',
                 r'GUEST: cpus 4')


def sev(flavour):
    text = boot(prepare(flavour), '--sev')
    assert_lines(text, *SEV_LINES)
    assert 'WARNING: CPU' not in text, text


def sev_smp_c_bit_47(flavour):
    text = boot(prepare(flavour), '--sev', '--cpus', '2', '--cpu', 'rome', '--cbit', '47')
    assert_lines(text, *SEV_LINES, r'GUEST: cpus 2')


def main():
    cases = [(f, t) for f in FLAVOURS for t in (plain, plain_smp, sev, sev_smp_c_bit_47)]
    os.makedirs(FOLDER, exist_ok=True)
    print(f'1..{len(cases)}', flush=True)
    failed = 0
    for number, (flavour, test) in enumerate(cases, 1):
        name = f'{number} - {flavour} {test.__name__}'
        try:
            test(flavour)
            print(f'ok {name}', flush=True)
        except Skip as why:
            print(f'ok {name} # SKIP {why}', flush=True)
        except Exception:  # pylint: disable=broad-except
            failed += 1
            print(f'not ok {name}', flush=True)
            print('\n'.join('# ' + line for line in traceback.format_exc().splitlines()), flush=True)
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())
