# SPDX-License-Identifier: MIT
"""The tally must see every way in which a test program can fail."""
import io
import json
import tempfile
import unittest

from results import Results, add_meson_log, add_program, read_tap

GOOD = '1..2\nok 1 - first\nok 2 - second\n'


class Tap(unittest.TestCase):
    def test_verdicts(self):
        text = 'noise\n1..3\nok 1 - good\nnot ok 2 - bad\n# comment\nok 3 - late # SKIP no disk\n'
        self.assertEqual(read_tap(text), (3, [('pass', 'good', ''), ('fail', 'bad', ''),
                                              ('skip', 'late', 'no disk')]))

    def test_skip_of_a_whole_program(self):
        self.assertEqual(read_tap('1..0 # SKIP no disk\n'), (0, [('skip', 'all', 'no disk')]))

    def test_skip_as_cmocka_writes_it(self):
        self.assertEqual(read_tap('not ok 2 # SKIP real_report\n'),
                         (None, [('skip', 'real_report', '')]))


class Programs(unittest.TestCase):
    def counts(self, **entry):
        self.out = io.StringIO()
        results = Results(self.out)
        add_program(results, {'name': 'x', 'stdout': GOOD, 'result': 'OK', 'returncode': 0,
                              'duration': 1.0} | entry)
        return results.passed, results.failed, results.skipped

    def test_good(self):
        self.assertEqual(self.counts(), (2, 0, 0))
        self.assertEqual(self.counts(stdout='1..0\n'), (0, 0, 0))

    def test_a_failed_case_shows_the_output_once(self):
        text = GOOD + 'not ok 3 - third\nnot ok 4 - fourth\n# why: seven\n'
        self.assertEqual(self.counts(stdout=text, result='ERROR', returncode=1), (2, 2, 0))
        self.assertIn('FAILED  x: third', self.out.getvalue())
        self.assertEqual(self.out.getvalue().count('why: seven'), 1)

    def test_crash(self):
        self.assertEqual(self.counts(result='ERROR', returncode=-6), (2, 1, 0))
        self.assertIn('signal 6', self.out.getvalue())

    def test_time_out(self):
        self.assertEqual(self.counts(result='TIMEOUT', returncode=-15), (2, 1, 0))
        self.assertIn('out of time', self.out.getvalue())

    def test_early_end(self):
        self.assertEqual(self.counts(stdout='1..3\nok 1 - a\n'), (1, 1, 0))
        self.assertIn('stopped after 1 of 3', self.out.getvalue())

    def test_status_without_a_failed_case(self):
        self.assertEqual(self.counts(result='ERROR', returncode=1), (2, 1, 0))

    def test_silence_is_failure(self):
        self.assertEqual(self.counts(stdout='', result='SKIP'), (0, 1, 0))

    def test_skip_is_named_with_its_reason(self):
        self.assertEqual(self.counts(stdout='1..1\nnot ok 1 # SKIP report\n', result='FAIL',
                                     stderr='skipped: no test data\n'), (0, 0, 1))
        self.assertEqual(self.out.getvalue(), 'skipped x: report: no test data\n')

    def test_log_and_line(self):
        entry = {'name': 'x', 'stdout': GOOD, 'result': 'OK', 'returncode': 0, 'duration': 1.0}
        results = Results(io.StringIO())
        with tempfile.NamedTemporaryFile('w') as log:
            log.write(json.dumps(entry) + '\n' + json.dumps(entry | {'stdout': ''}) + '\n')
            log.flush()
            self.assertEqual(add_meson_log(results, log.name), 2)
        self.assertEqual(results.line(), '2 passed, 1 failed, 0 skipped')


if __name__ == '__main__':
    unittest.main()
