#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""
swsev run with bare-metal payloads: every way to end, every way to be wrong.

Usage: run_test.py PROGRAM GUESTS.  Prints TAP.
"""
import json
import os
import subprocess
import sys
import tempfile
import traceback

PROGRAM, GUESTS = sys.argv[1:3]
DEBUG_EXIT = ['--debug-exit', '0xf4']


def guest(name):
    return os.path.join(GUESTS, name)


def run(*words, stdin=b'', seconds=60):
    """(exit status, stdout, stderr) of swsev run."""
    done = subprocess.run([PROGRAM, 'run', *words], input=stdin, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, timeout=seconds, check=False)
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def assert_equal(found, expected):
    assert found == expected, f'{found!r} is not {expected!r}'


def assert_refused(words, said, expected=1):
    """One clear line, and nothing else."""
    status, out, err = run(*words)
    assert_equal((status, out), (expected, ''))
    assert_equal(err.count('\n'), 1)
    assert said in err, f'{err!r} does not say {said!r}'


def file_of(content):
    f = tempfile.NamedTemporaryFile(delete=False)
    f.write(content)
    f.close()
    return f.name


MACHINES = [[], ['--sev'], ['--sev', '--cpu', 'rome', '--cbit', '47'], ['--small-pages'],
            ['--sev', '--scatter', '--small-pages'], ['--sev', '--cache-size', '1M', '--cpu', 'naples']]


def test_payloads_on_every_machine():
    for machine in MACHINES:
        for image in (['hello.elf'], ['hello.bin', '--flat']):
            status, out, err = run('--kernel', guest(image[0]), *image[1:], *machine, *DEBUG_EXIT)
            assert_equal((machine, status), (machine, 0))
            word = 'encrypted' if '--sev' in machine else 'plain'
            assert_equal(out, f'hello, {word} world\n')
            assert err.startswith('swsev: debug exit after'), err


def test_payloads_that_check_the_core():
    for name in ('paging', 'smc', 'exceptions', 'strings', 'modes'):
        for machine in ([], ['--sev']):
            status, out, _ = run('--kernel', guest(name + '.elf'), *machine, *DEBUG_EXIT)
            assert_equal((name, machine, status), (name, machine, 0))
            assert 'checks passed' in out, out


def test_the_code_of_a_debug_exit_is_the_status():
    image = file_of(b'\xb0\x2a\xe6\xf4\xf4')  # mov $42, %al; out %al, $0xf4; hlt
    assert_equal(run('--kernel', image, '--flat', *DEBUG_EXIT)[0], 42)


def test_string_output_needs_page_tables_that_the_host_can_read():
    text = b'rep outsb\n'
    # lea text(%rip), %rsi; mov $len, %ecx; mov $0x3f8, %dx; rep outsb; xor %eax, %eax;
    # out %al, $0xf4; hlt
    code = (b'\x48\x8d\x35\x10\0\0\0' b'\xb9' + bytes([len(text)]) + b'\0\0\0'
            b'\x66\xba\xf8\x03' b'\xf3\x6e' b'\x31\xc0' b'\xe6\xf4' b'\xf4')
    image = file_of(code + text)
    assert_equal(run('--kernel', image, '--flat', *DEBUG_EXIT)[:2], (0, text.decode()))
    assert_equal(run('--kernel', image, '--flat', '--sev', *DEBUG_EXIT)[:2], (3, ''))


def test_where_nothing_is_reads_as_ones():
    status, _, _ = run('--kernel', guest('ending.elf'), '--append', 'how=outside', *DEBUG_EXIT)
    assert_equal(status, 255)


def test_a_triple_fault_is_status_3():
    for machine in ([], ['--sev']):
        status, _, err = run('--kernel', guest('ending.elf'), '--append', 'how=triple', *machine)
        assert_equal(status, 3)
        assert 'triple fault' in err, err


def test_a_timeout_is_status_4():
    # hlt; jmp to it: without interrupts it sleeps for ever.
    image = file_of(b'\xf4\xeb\xfd')
    status, _, err = run('--kernel', image, '--flat', '--timeout', '0.3')
    assert_equal(status, 4)
    assert 'timeout' in err and 'halted' in err, err
    image = file_of(b'\xeb\xfe')
    assert_equal(run('--kernel', image, '--flat', '--timeout', '0.3', '--sev')[0], 4)


def test_a_signal_ends_the_run():
    image = file_of(b'\xeb\xfe')
    with subprocess.Popen([PROGRAM, 'run', '--kernel', image, '--flat', '--cpus', '2'],
                          stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as p:
        try:
            p.communicate(timeout=0.5)
        except subprocess.TimeoutExpired:
            pass
        p.terminate()
        _, err = p.communicate(timeout=20)
        assert_equal(p.returncode, 1)
        assert b'stopped after' in err, err


def test_quiet_and_json():
    words = ['--kernel', guest('hello.elf'), *DEBUG_EXIT]
    assert_equal(run(*words, '--quiet')[2], '')
    _, _, err = run(*words, '--json')
    report = json.loads(err)
    assert_equal((report['ended'], report['code']), ('debug exit', 0))
    assert report['exits']['io'] > 0 and report['instructions'] > 0, report


def test_kernels_that_cannot_be():
    assert_refused(['--kernel', '/nonexistent'], '/nonexistent: No such file or directory')
    assert_refused(['--kernel', '/etc'], '/etc: not a regular file')
    assert_refused(['--kernel', file_of(b'')], 'the file is empty')
    assert_refused(['--kernel', file_of(b'MZ' + b'x' * 9000)], 'not a bzImage')
    assert_refused(['--kernel', file_of(b'\x7fELF')], 'truncated')
    assert_refused(['--kernel', guest('hello.elf'), '--initrd', '/nonexistent'], 'No such file')
    large = file_of(b'')
    os.truncate(large, 80 << 20)
    assert_refused(['--kernel', guest('hello.elf'), '--initrd', large, '--memory', '64M'],
                   'do not fit')


def test_machines_that_cannot_be():
    hello = ['--kernel', guest('hello.elf')]
    assert_refused(hello + ['--cpu', 'pentium'], 'pentium: no such CPU model')
    assert_refused(hello + ['--debug-exit', '0x3f8'], 'port 0x3f8 is in use')
    assert_refused(hello + ['--dram-file', '/nonexistent/dram'], '/nonexistent/dram')
    assert_refused(hello + ['--sev', '--state', '/nonexistent/a/b'], '/nonexistent/a/b')


def test_words_that_make_no_sense():
    hello = ['--kernel', guest('hello.elf')]
    assert_refused([], 'no --kernel given', 2)
    for option, value in (('--memory', '1M'), ('--memory', '3M'), ('--memory', 'much'),
                          ('--memory', '99999G'), ('--memory', '-8M'), ('--cpus', '0'),
                          ('--cpus', '65'), ('--cbit', '48'), ('--timeout', '0'),
                          ('--debug-exit', '65536'), ('--cache-size', '1K')):
        assert_refused(hello + [option, value], option, 2)
    assert_refused(hello + ['word'], "unexpected word 'word'", 2)


def test_the_dram_file_holds_no_plaintext():
    with tempfile.TemporaryDirectory() as folder:
        for machine, seen in (([], True), (['--sev'], False)):
            dram = os.path.join(folder, 'dram' + str(len(machine)))
            status, _, _ = run('--kernel', guest('hello.elf'), '--memory', '8M', '--dram-file', dram,
                               '--append', 'a secret of sixteen bytes or more', *machine, *DEBUG_EXIT)
            assert_equal(status, 0)
            with open(dram, 'rb') as f:
                assert_equal(b'a secret of sixteen' in f.read(), seen)


def test_a_dram_file_in_use():
    image = file_of(b'\xf4\xeb\xfd')
    with tempfile.TemporaryDirectory() as folder:
        words = ['--kernel', image, '--flat', '--memory', '8M', '--dram-file',
                 os.path.join(folder, 'dram')]
        with subprocess.Popen([PROGRAM, 'run', *words, '--timeout', '5', '--quiet'],
                              stdin=subprocess.DEVNULL) as p:
            try:
                p.wait(timeout=0.7)
            except subprocess.TimeoutExpired:
                pass
            assert_refused(words, 'dram')
            p.terminate()


def main():
    tests = [(n, f) for n, f in globals().items() if n.startswith('test_')]
    print(f'1..{len(tests)}')
    failed = 0
    for number, (name, test) in enumerate(tests, 1):
        try:
            test()
            print(f'ok {number} - {name}')
        except Exception:  # pylint: disable=broad-except
            failed += 1
            print(f'not ok {number} - {name}')
            print('\n'.join('# ' + line for line in traceback.format_exc().splitlines()))
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())
