#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""
Unmodified Debian kernels under swsev run, plain and encrypted, to userland and power-off.

Usage: boot_test.py PROGRAM FOLDER [FLAVOUR...].  Kernels are fetched into FOLDER and kept there;
where that cannot be done the test skips, and says so.  Prints TAP.
"""
import hashlib
import os
import re
import shutil
import subprocess
import sys
import traceback

PROGRAM, FOLDER = sys.argv[1:3]
FLAVOURS = sys.argv[3:] or ['cloud-6.1']
HERE = os.path.dirname(os.path.abspath(__file__))
SECONDS = 120
APPEND = 'console=ttyS0 cryptomgr.notests panic=-1'


class Skip(Exception):
    """What is missing here."""


def md5_of(path):
    with open(path, 'rb') as f:
        return hashlib.md5(f.read()).hexdigest()


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


def words_of(image, machine, append):
    return [PROGRAM, 'run', *image, *machine, '--append', f'{APPEND} {append} ', '--timeout',
            str(SECONDS)]


def boot(image, *machine, append='', status=0):
    """Console output of a run that powers off, or ends as it is told to."""
    done = subprocess.run(words_of(image, machine, append + ' reboot=t'), stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False,
                          timeout=SECONDS + 30)
    text = done.stdout.decode(errors='replace')
    if b'no virtio device is built in' in done.stderr:
        raise Skip('no virtio devices')
    tail = '\n'.join(text.splitlines()[-15:]) + done.stderr.decode(errors='replace')
    assert done.returncode == status, f'status {done.returncode}:\n{tail}'
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


def nmi_and_panic(flavour):
    text = boot(prepare(flavour), '--sev', '--cpus', '2', append='guest.nmi guest.crash', status=3)
    assert_lines(text, r'NMI backtrace for cpu 0', r'NMI backtrace for cpu 1', r'Kernel panic')


def reboot(flavour):
    """The guest starts again, until somebody ends it."""
    image = prepare(flavour)
    for machine in ([], ['--sev']):
        starts = 0
        with subprocess.Popen(words_of(image, machine, 'quiet guest.reboot'),
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.DEVNULL) as p:
            for line in p.stdout:
                starts += b'GUEST: init reached' in line
                if starts == 3:
                    p.terminate()
                    break
        assert starts == 3, f'{starts} starts'


def disk(flavour):
    """A file system on a virtio disk; what the guest wrote is there afterwards."""
    if not shutil.which('mkfs.ext4'):
        raise Skip('no mkfs.ext4')
    image = prepare(flavour)
    busybox = md5_of(shutil.which('busybox'))
    for machine in ([], ['--sev', '--cpus', '2']):
        path = os.path.join(FOLDER, 'disk.img')
        with open(path, 'wb') as f:
            f.truncate(32 << 20)
        subprocess.run(['mkfs.ext4', '-q', '-F', path], check=True)
        before = md5_of(path)
        text = boot(image, *machine, '--disk', path, append='guest.ext4')
        assert_lines(text, f'GUEST: disk 65536 sectors, md5 {before}', r'GUEST: mounted',
                     f'GUEST: copy md5 {busybox}', r'GUEST: unmounted')
        subprocess.run(['e2fsck', '-n', '-f', path], check=True, stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL)
        note = subprocess.run(['debugfs', '-R', 'cat note', path], check=True,
                              stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout
        assert note == b'written by the guest\n', note
        text = boot(image, *machine, '--disk', path + ',ro')
        assert_lines(text, f'md5 {md5_of(path)}')


def main():
    cases = [(f, t) for f in FLAVOURS
             for t in (plain, plain_smp, sev, sev_smp_c_bit_47, nmi_and_panic, reboot, disk)]
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
