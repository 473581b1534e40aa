# SPDX-License-Identifier: MIT
"""Each lint must let a good sample pass and must fail on a bad one."""
import contextlib
import io
import json
import subprocess
import tempfile
import unittest
from pathlib import Path

import lint_docs
import lint_format
import lint_includes
import lint_links
import lint_paths
import lint_sizes
import lint_source
import lint_tests
import source_tree

HEAD = '/* SPDX-License-Identifier: MIT */\n/* A sample. */\n'


class LintCase(unittest.TestCase):
    """A test that gives a lint a small tree of its own."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = Path(folder.name)

    def write(self, path, text):
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)

    def problems(self, lint, sources, *args):
        """What the lint finds in a tree of these sources; what it prints goes to self.notes."""
        for path, text in sources.items():
            self.write(path, text)
        with contextlib.redirect_stdout(io.StringIO()) as out:
            found = lint.check(self.root, *args)
        self.notes = out.getvalue()
        return found

    def assert_one(self, found, *words):
        """Exactly one problem, and it names all these words."""
        self.assertEqual(len(found), 1, found)
        for word in words:
            self.assertIn(word, found[0])


class Includes(LintCase):
    SP = {'chip/sp/sp.h': '', 'chip/mee/mee.h': '', 'chip/platform.h': '', 'chip/chip.h': ''}

    def test_what_the_table_allows_passes(self):
        self.assertEqual(self.problems(lint_includes, self.SP | {
            'chip/sp/sp.c': '#include "chip/sp/sp.h"\n#include <stdio.h>\n'
                            '#include "chip/mee/mee.h"\n',
            'hv/vm.c': '#include "chip/platform.h"\n'}), [])

    def test_core_that_reaches_the_secure_processor(self):
        self.assert_one(self.problems(lint_includes, self.SP | {
            'chip/cpu/exec/x.c': '#include "chip/sp/sp.h"\n'}), 'chip/cpu may not include chip/sp')

    def test_hypervisor_has_one_door(self):
        self.assert_one(self.problems(lint_includes, self.SP | {
            'hv/vm.c': '#include "chip/chip.h"\n'}), 'hv/vm.c', 'chip/chip.h')

    def test_path_must_start_at_the_root(self):
        self.assert_one(self.problems(lint_includes, self.SP | {
            'chip/mee/x.c': '#include "mee.h"\n'}), 'root of the tree')

    def test_own_header_comes_first(self):
        self.assert_one(self.problems(lint_includes, self.SP | {
            'chip/mee/mee.c': '#include <stdio.h>\n#include "chip/mee/mee.h"\n'}), 'first')

    def test_library_outside_its_folder(self):
        self.assert_one(self.problems(lint_includes, {
            'chip/sp/x.c': '#include <openssl/evp.h>\n'}), 'crypto')

    def test_abi_is_freestanding(self):
        self.assert_one(self.problems(lint_includes, {
            'abi/x.h': '#include <stdint.h>\n#include <stdio.h>\n'}), 'freestanding')

    def test_folder_without_a_row(self):
        self.assert_one(self.problems(lint_includes, {'new/x.c': ''}), 'no row')

    def test_a_test_that_reaches_further_is_noted(self):
        self.assertEqual(self.problems(lint_includes, self.SP | {
            'chip/mee/mee_test.c': '#include "chip/sp/sp.h"\n'}), [])
        self.assertIn('chip/mee may not include chip/sp', self.notes)


class Links(LintCase):
    def build_library(self, path, source):
        self.write('x.c', source)
        (self.root / path).parent.mkdir(parents=True, exist_ok=True)
        subprocess.run(['gcc', '-c', 'x.c', '-o', 'x.o'], cwd=self.root, check=True)
        subprocess.run(['ar', 'rc', path, 'x.o'], cwd=self.root, check=True)

    def check_cpu(self, call):
        self.build_library('chip/mee/libmee.a', 'int mee_decrypt(void) { return 0; }')
        self.build_library('chip/cache/libcache.a', 'int cache_get(void) { return 0; }')
        self.build_library('chip/cpu/libcpu.a', f'int {call}(void); int f(void) {{ return {call}(); }}')
        return lint_links.check(self.root, self.root)

    def test_allowed_and_system_symbols_pass(self):
        self.assertEqual(self.check_cpu('cache_get'), [])
        self.assertEqual(self.check_cpu('getpid'), [])

    def test_forbidden_symbol(self):
        self.assert_one(self.check_cpu('mee_decrypt'), 'chip/cpu', 'mee_decrypt', 'chip/mee')

    def test_a_build_without_libraries_proves_nothing(self):
        self.assert_one(lint_links.check(self.root, self.root), 'no static libraries')


class Format(LintCase):
    def test_layout(self):
        if not lint_format.clang_format():
            self.skipTest('clang-format 14 is not on this machine')
        self.write('.clang-format', (source_tree.ROOT / '.clang-format').read_text())
        good = 'int f(void)\n{\n\treturn 0;\n}\n'
        self.assertEqual(self.problems(lint_format, {'a.c': good}), [])
        self.assert_one(self.problems(lint_format, {'b.c': good.replace('\t', '    ')}), 'b.c')


class Sizes(LintCase):
    @staticmethod
    def function(lines):
        return 'int f(void)\n{\n' + '\tg();\n' * (lines - 3) + '}\n'

    def test_figures(self):
        text = '\n'.join(self.function(n) for n in (4, 8, 61))
        self.assertEqual(self.problems(lint_sizes, {'a.c': text}), [])
        self.assertIn('functions: 3, median 8 lines, 90th percentile 61, longest 61', self.notes)
        self.assertIn('long function: a.c:15: f: 61 lines', self.notes)

    def test_long_file(self):
        self.assertEqual(self.problems(lint_sizes, {'a.c': self.function(501)}), [])
        self.assertIn('long file: a.c: 501 lines', self.notes)
        self.assert_one(self.problems(lint_sizes, {'a.c': self.function(1001)}), 'a.c: 1001')

    def test_tables_may_be_long(self):
        table = 'int t[] = {\n' + '\t1,\n' * 1500 + '};\n'
        self.assertEqual(self.problems(lint_sizes, {'a.c': table}), [])


class Source(LintCase):
    def bad(self, text, *words):
        self.assert_one(self.problems(lint_source, {'base/x.c': text}), *words)

    def test_good(self):
        guarded = HEAD + '#ifndef BASE_X_H\n#define BASE_X_H\n#endif\n'
        self.assertEqual(self.problems(lint_source, {'base/x.h': guarded}), [])

    def test_each_rule_fails(self):
        self.bad('/* Who may copy this? */\n/* A sample. */\n', 'first line')
        self.bad(HEAD.splitlines()[0] + '\n#include <a.h>\n', 'what the file is for')
        self.bad(HEAD + '/* ' + 'TO' + 'DO: later */\n', 'base/x.c:3', 'leave it out')
        self.bad(HEAD + 'int x __attribute__((used));\n', 'base/compiler.h')
        self.bad(HEAD + 'typedef struct { int v; } v_t;\n', 'typedef')
        self.bad(HEAD + 'int f(void) { longjmp(b, 1); }\n', 'return values')
        self.bad(HEAD + 'int f(void)\n{\n#ifdef X\n#endif\n}\n', 'base/x.c:5', 'inside f()')

    def test_guard(self):
        self.assert_one(self.problems(lint_source, {'base/x.h': HEAD + '#ifndef X_H\n'}),
                        'BASE_X_H')


class Paths(LintCase):
    def test_paths_of_one_machine(self):
        good = 'see /dev/sev, /proc/cpuinfo, and/or/tmp/x\nmkdtemp("/tmp/swsev-XXXXXX")\n'
        self.assertEqual(self.problems(lint_paths, {'a.md': good}), [])
        for path in ('/home/someone/swsev', '/root/x', '/work/x', '/tmp/x'):
            self.assert_one(self.problems(lint_paths, {'a.md': f'in {path}.\n'}), 'a.md:1', path)


class Docs(LintCase):
    def test_links(self):
        self.assertEqual(self.problems(lint_docs, {
            'a.md': '[b](docs/b.md) [c](docs/b.md#part) [d](https://example.org/x)',
            'docs/b.md': '[a](../a.md)'}), [])
        self.assert_one(self.problems(lint_docs, {'a.md': '[x](none.md)'}), 'none.md')

    def test_choices(self):
        cite = {'abi/x.h': '/* [CHOICE 2] */'}
        self.assert_one(self.problems(lint_docs, cite), 'CHOICE 2')
        text = '## CHOICE 1: one\n\n## CHOICE 2: two\n'
        self.assertEqual(self.problems(lint_docs, cite | {'docs/choices.md': text}), [])
        text = text.replace('CHOICE 1', 'CHOICE 3')
        self.assert_one(self.problems(lint_docs, {'docs/choices.md': text}), '1, 2, 3')

    def test_choices_have_numbers(self):
        for text in ('/* [CHOICE] */', '/* [SNP SNP_X; CHOICE] */'):
            self.assert_one(self.problems(lint_docs, {'abi/x.h': text}), 'without its number')

    def test_decisions_have_no_gaps(self):
        self.assert_one(self.problems(lint_docs, {'docs/decisions/0002-x.md': ''}), '0001')

    def test_folder_without_readme(self):
        self.assert_one(self.problems(lint_docs, {'chip/mee/mee.c': ''}), 'chip/mee: has code')
        self.assertEqual(self.problems(lint_docs, {'chip/mee/README.md': ''}), [])


class Tests(LintCase):
    def problems_of_build(self, sources, targets, commands):
        build = self.root / 'build'
        self.write('build/meson-info/intro-tests.json', json.dumps([{'cmd': c} for c in commands]))
        self.write('build/meson-info/intro-targets.json', json.dumps([
            {'name': name, 'type': 'executable', 'filename': [str(build / name)],
             'defined_in': 'meson.build',
             'target_sources': [{'sources': [str(self.root.resolve() / source)]}]}
            for name, source in targets.items()]))
        return self.problems(lint_tests, dict.fromkeys(sources, ''), build)

    def test_all_in_order(self):
        run = [[str(self.root / 'build/x_test')]]
        self.assertEqual(self.problems_of_build(['a/x_test.c'], {'x_test': 'a/x_test.c'}, run), [])

    def test_source_that_nothing_builds(self):
        self.assert_one(self.problems_of_build(['a/x.c'], {}, []), 'a/x.c', 'no target')
        self.assertIn('no test beside it: a/x.c', self.notes)

    def test_program_that_nothing_runs(self):
        for name in ('x_test', 'x_fuzz'):
            self.root = self.root / name
            self.assert_one(self.problems_of_build([f'{name}.c'], {name: f'{name}.c'}, []),
                            name, 'never run')


if __name__ == '__main__':
    unittest.main()
