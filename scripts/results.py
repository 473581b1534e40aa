# SPDX-License-Identifier: MIT
"""
Counting what passed, failed and was skipped: the one line that ends a check, and how the output
of a test program becomes figures.

A test program speaks TAP.  Each of its lines "ok" and "not ok" is one result; a program that
crashes, runs out of time, or stops before it has run all that it announced is one failure more.
"""
import json
import re
import sys

OUTPUT_SHOWN = 40  # lines from the head, and from the tail, of a failed program's output

TAP_PLAN = re.compile(r'1\.\.(\d+)\s*(?:# *skip\S* *(.*))?', re.IGNORECASE)
TAP_LINE = re.compile(r'(not )?ok\b *\d* *(?:- )?(.*)')
TAP_SKIP = re.compile(r'(.*?)# *skip\S* *(.*)', re.IGNORECASE)


class Results:
    """The tally; says each thing that did not pass as it happens."""

    def __init__(self, out=sys.stdout):
        self.passed = self.failed = self.skipped = 0
        self.out = out

    def say(self, text):
        print(text, file=self.out, flush=True)

    def passes(self, count=1):
        self.passed += count

    def fails(self, name, output=''):
        self.failed += 1
        self.say(f'FAILED  {name}')
        lines = output.strip('\n').splitlines()
        if len(lines) > 2 * OUTPUT_SHOWN:
            lines[OUTPUT_SHOWN:-OUTPUT_SHOWN] = [f'... {len(lines) - 2 * OUTPUT_SHOWN} lines ...']
        for line in lines:
            self.say('        ' + line)

    def skips(self, name, reason):
        self.skipped += 1
        self.say(f'skipped {name}: {reason or "no reason given"}')

    def line(self):
        return f'{self.passed} passed, {self.failed} failed, {self.skipped} skipped'


def read_tap(text):
    """(announced count or None, [(verdict, name, reason)]); verdict: 'pass', 'fail', 'skip'."""
    announced, found = None, []
    for line in text.splitlines():
        if match := TAP_PLAN.fullmatch(line.strip()):
            announced = int(match.group(1))
            if match.group(2) is not None:
                found.append(('skip', 'all', match.group(2)))
        elif match := TAP_LINE.match(line):
            name, verdict, reason = match.group(2), 'fail' if match.group(1) else 'pass', ''
            # cmocka 1.1.5 writes a skip as "not ok N # SKIP name".
            if skip := TAP_SKIP.match(name):
                verdict, name, reason = 'skip', skip.group(1).strip(), skip.group(2)
                name, reason = (name, reason) if name else (reason, '')
            found.append((verdict, name, reason))
    return announced, found


def skip_reasons(stderr):
    """What a program without room for reasons in its TAP said about its skips."""
    said = dict.fromkeys(line[len('skipped:'):].strip() for line in stderr.splitlines()
                         if line.startswith('skipped:'))
    return '; '.join(said)


def broken_off(entry, announced, found):
    """Why a program did not come to its end in good order, or None."""
    if entry['result'] == 'TIMEOUT':
        return f'out of time after {entry["duration"]:.0f} s'
    if entry['returncode'] < 0:
        return f'killed by signal {-entry["returncode"]}'
    if announced is not None and len(found) < announced:
        return f'stopped after {len(found)} of {announced}'
    if entry['returncode'] and not any(verdict == 'fail' for verdict, _, _ in found):
        return f'exit status {entry["returncode"]}'
    if not found and announced != 0:
        return 'no TAP output'
    return None


def add_program(results, entry):
    """Adds one line of meson's testlog.json, that is one test program."""
    stdout, stderr = entry.get('stdout', ''), entry.get('stderr', '')
    output = stdout + stderr
    announced, found = read_tap(stdout)
    for verdict, name, reason in found:
        if verdict == 'pass':
            results.passes()
        elif verdict == 'skip':
            results.skips(f'{entry["name"]}: {name}', reason or skip_reasons(stderr))
        else:
            results.fails(f'{entry["name"]}: {name}', output)
            output = ''  # once is enough
    if why := broken_off(entry, announced, found):
        results.fails(f'{entry["name"]}: {why}', output)


def add_meson_log(results, path):
    """Adds a whole testlog.json; returns how many programs it tells of."""
    with open(path, encoding='utf-8') as log:
        entries = [json.loads(line) for line in log]
    for entry in entries:
        add_program(results, entry)
    return len(entries)
