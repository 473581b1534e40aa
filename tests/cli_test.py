#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""
The swsev command as a user meets it: exit statuses, messages, manual, completion.

Usage: cli_test.py PROGRAM MANUAL COMPLETION.  Prints TAP.
"""
import json
import re
import subprocess
import sys
import traceback

PROGRAM, MANUAL, COMPLETION = sys.argv[1:4]


def swsev(*words, **options):
    """(exit status, stdout, stderr) of the program."""
    done = subprocess.run([PROGRAM, *words], text=True, stdin=subprocess.DEVNULL,
                          **({'stdout': subprocess.PIPE, 'stderr': subprocess.PIPE} | options))
    return done.returncode, done.stdout, done.stderr


def commands():
    """The subcommands that --help lists."""
    _, out, _ = swsev('--help')
    return re.findall(r'^  ([a-z]+) ', out, re.MULTILINE)


def assert_equal(found, expected):
    assert found == expected, f'{found!r} is not {expected!r}'


def assert_usage_error(words, said):
    """One line on stderr, nothing on stdout, exit status 2."""
    status, out, err = swsev(*words)
    assert_equal((status, out), (2, ''))
    assert_equal(err.count('\n'), 1)
    assert said in err, f'{err!r} does not say {said!r}'


def test_version():
    status, out, err = swsev('--version')
    assert_equal((status, err), (0, ''))
    assert re.fullmatch(r'swsev \d+\.\d+\.\d+\n', out), out


def test_help_lists_commands():
    status, out, err = swsev('--help')
    assert_equal((status, err), (0, ''))
    assert out.startswith('Usage: swsev COMMAND'), out
    assert 'host' in commands(), out


def test_every_command_has_help():
    for command in commands():
        status, out, err = swsev(command, '--help')
        assert_equal((status, err), (0, ''))
        assert out.startswith(f'Usage: swsev {command}'), out


def test_what_makes_no_sense():
    assert_usage_error([], 'no command given')
    assert_usage_error(['boot'], "unknown command 'boot'")
    assert_usage_error(['--boot'], "unknown option '--boot'")
    assert_usage_error(['-x'], "unknown option '-x'")
    assert_usage_error(['--version=2'], "'--version=2' takes no value")


def test_what_makes_no_sense_to_each_command():
    for command in commands():
        assert_usage_error([command, '--no-such'], f"swsev {command}: unknown option '--no-such'")
        assert_usage_error([command, '-?'], f"swsev {command}: unknown option '-?'")


def test_output_that_cannot_be_written():
    with open('/dev/full', 'w', encoding='utf-8') as full:
        for words in (['--help'], ['--version'], ['host'], ['host', '--json']):
            status, _, err = swsev(*words, stdout=full)
            assert_equal(status, 1)
            assert 'cannot write' in err, err


def test_host_words():
    assert_usage_error(['host', 'now'], "unexpected word 'now'")
    assert_usage_error(['host', '--json=yes'], "'--json=yes' takes no value")


def test_host_agrees_with_the_kernel():
    status, out, err = swsev('host', '--json')
    assert_equal((status, err), (0, ''))
    host = json.loads(out)
    with open('/proc/cpuinfo', encoding='utf-8') as info:
        flags = re.search(r'^flags\s*:(.*)$', info.read(), re.MULTILINE).group(1).split()
    for feature, has in host['features'].items():
        assert_equal((feature, has), (feature, feature in flags))
    assert host['cpus'] >= 1 and host['memory_bytes'] > 0, host


def test_host_text_says_the_same_as_json():
    _, text, _ = swsev('host')
    rows = dict(re.findall(r'^(\w+) +(.*?)\s*$', text, re.MULTILINE))
    host = json.loads(swsev('host', '--json')[1])
    assert_equal(rows['cpu'], host['cpu'])
    assert_equal(rows['cpus'], str(host['cpus']))
    for feature, has in host['features'].items():
        assert_equal(rows[feature].split()[0], 'yes' if has else 'no')


def test_manual_names_every_command_and_option():
    with open(MANUAL, encoding='utf-8') as file:
        manual = file.read().replace('\\-', '-')
    for command in commands():
        assert f'\n.SS swsev {command}' in manual, f'no section on {command}'
        for option in re.findall(r'--[a-z-]+', swsev(command, '--help')[1]):
            assert option in manual, f'{command} {option} is missing'


def complete(*words):
    """What bash offers for the last of these words."""
    script = (f'. "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); '
              f'_swsev "$1"; printf "%s\\n" "${{COMPREPLY[@]}}"')
    return subprocess.run(['bash', '-c', script, 'bash', COMPLETION, PROGRAM, *words], text=True,
                          check=True, stdout=subprocess.PIPE).stdout.split()


def subcommands():
    """The commands of commands, as pairs."""
    for command in commands():
        out = swsev(command, '--help')[1]
        if f'Usage: swsev {command} COMMAND' in out:
            yield from ((command, word) for word in re.findall(r'^  ([a-z][a-z-]+) ', out, re.MULTILINE))


def test_subcommands():
    with open(MANUAL, encoding='utf-8') as file:
        manual = file.read().replace('\\-', '-')
    assert ('owner', 'measure') in subcommands()
    for words in subcommands():
        name = 'swsev ' + ' '.join(words)
        status, out, err = swsev(*words, '--help')
        assert_equal((status, err), (0, ''))
        assert out.startswith(f'Usage: {name}'), out
        assert f'\n.SS {name}' in manual, f'no section on {name}'
        for option in re.findall(r'--[a-z-]+', out):
            assert option in manual, f'{name} {option} is missing'
        assert_usage_error([*words, '--no-such'], f"{name}: unknown option '--no-such'")
    assert_usage_error(['owner'], 'no command given')
    assert_usage_error(['owner', 'buy'], "unknown command 'buy'")


def test_completion():
    assert_equal(complete('ho'), ['host'])
    assert_equal(complete('owner', 'verify-r'), ['verify-report'])
    assert_equal(complete('owner', 'verify-report', '--min'), ['--min-tcb'])
    assert_equal(complete('owner', 'measure', '--json', '--ker'), ['--kernel'])
    assert_equal(complete('sp', 'pe'), ['pek-gen'])
    assert_equal(complete('sp', 'export', '--d'), ['--dir'])
    assert_equal(complete('--v'), ['--version'])
    assert_equal(complete('host', '--j'), ['--json'])
    assert set(commands()) <= set(complete('')), complete('')


def main():
    tests = [(name, test) for name, test in globals().items() if name.startswith('test_')]
    failed = 0
    print(f'1..{len(tests)}')
    for number, (name, test) in enumerate(tests, 1):
        try:
            test()
            print(f'ok {number} - {name[5:]}')
        except Exception:
            failed += 1
            print(f'not ok {number} - {name[5:]}')
            print('# ' + traceback.format_exc().rstrip().replace('\n', '\n# '))
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())
