#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""
Builds swsev and checks it; ./check calls this once everything it needs is installed.

Without an option: builds with gcc, compiles with clang, runs the lints and every test.  The last
line is "N passed, N failed, N skipped": each test case is one, each lint is one.
"""
import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import time
import unittest
from concurrent.futures import ThreadPoolExecutor

from results import Results, add_meson_log
from source_tree import ROOT, SKIPPED_STATUS, introspect

SCRIPTS = ROOT / 'scripts'
BUILD = ROOT / 'build'

# (name, script, whether it wants the build folder)
LINTS = (
    ('include graph', 'lint_includes.py', False),
    ('link graph', 'lint_links.py', True),
    ('layout (clang-format)', 'lint_format.py', False),
    ('source rules', 'lint_source.py', False),
    ('sizes', 'lint_sizes.py', False),
    ('tests are built and run', 'lint_tests.py', True),
    ('documents', 'lint_docs.py', False),
    ('no machine paths', 'lint_paths.py', False),
)

# Mode: what meson is told, what the tests find in their environment, the tool's name.
SANITIZERS = {
    'asan':  (['-Db_sanitize=address'], {'ASAN_OPTIONS': 'detect_stack_use_after_return=1'},
              'AddressSanitizer'),
    'ubsan': (['-Db_sanitize=undefined', '-Dc_args=-fno-sanitize-recover=all'],
              {'UBSAN_OPTIONS': 'print_stacktrace=1'}, 'UndefinedBehaviorSanitizer'),
    'tsan':  (['-Db_sanitize=thread'], {'TSAN_OPTIONS': 'halt_on_error=1'}, 'ThreadSanitizer'),
}
SANITIZER_PATIENCE = '5'  # times the time limit of each test


def run(command, **options):
    """Runs a program and keeps all that it says."""
    return subprocess.run([str(word) for word in command], cwd=ROOT, text=True, errors='replace',
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, **options)


# Building

def configured(build):
    """Whether meson has set up the folder, and for this very tree."""
    try:
        info = json.loads((build / 'meson-info' / 'meson-info.json').read_text())
        return info['directories']['source'] == str(ROOT) and (build / 'build.ninja').exists()
    except (OSError, ValueError, KeyError):
        return False


def configure(results, build, compiler='gcc', options=()):
    """Sets up a build folder; False, and a failure counted, if that does not work."""
    if configured(build):
        return True
    shutil.rmtree(build, ignore_errors=True)
    setup = run(['meson', 'setup', build, *options], env=os.environ | {'CC': compiler})
    if setup.returncode:
        results.fails(f'meson setup {build.name}', setup.stdout)
    return setup.returncode == 0


def make(results, build, targets=()):
    """Builds a folder, or some of it; False, and a failure counted, if that does not work."""
    results.say(f'building {build.name}')
    made = run(['ninja', '-C', build, *targets])
    if made.returncode:
        results.fails(f'ninja -C {build.name}', made.stdout)
    return made.returncode == 0


def compile_tree(results, build, compiler='gcc', options=()):
    """Sets up and builds a whole folder."""
    return configure(results, build, compiler, options) and make(results, build)


def programs(build, suffix):
    """(name, file) of each program of a build folder whose name ends so."""
    return [(t['name'], t['filename'][0]) for t in introspect(build, 'targets')
            if t['type'] == 'executable' and t['name'].endswith(suffix)]


# Checking

def run_lint(results, name, script, build):
    lint = run([sys.executable, '-B', SCRIPTS / script, *([BUILD] if build else [])])
    if lint.returncode == SKIPPED_STATUS:
        results.skips(f'lint: {name}', lint.stdout.strip())
    elif lint.returncode:
        results.fails(f'lint: {name}', lint.stdout)
    else:
        results.passes()
        results.say(f'lint: {name}: passed')
        for line in lint.stdout.splitlines():
            results.say(f'        {line}')


class ScriptTests(unittest.TestResult):
    """Puts the outcome of Python tests into the tally."""

    def __init__(self, results):
        super().__init__()
        self.results = results

    def addSuccess(self, test):
        self.results.passes()

    def addSkip(self, test, reason):
        self.results.skips(f'scripts: {test.id()}', reason)

    def addFailure(self, test, err):
        self.results.fails(f'scripts: {test.id()}', self._exc_info_to_string(err, test))

    addError = addFailure


def run_script_tests(results):
    suite = unittest.defaultTestLoader.discover(str(SCRIPTS), '*_test.py')
    results.say(f'running {suite.countTestCases()} tests of the scripts')
    suite.run(ScriptTests(results))


def without_aslr():
    """ThreadSanitizer wants fixed addresses; not every container lets us have them."""
    wrapper = ['setarch', 'x86_64', '-R']
    works = shutil.which('setarch') and run([*wrapper, 'true']).returncode == 0
    return wrapper if works else []


def run_tests(results, build, wrapper=(), patience='1', environment=None):
    """Runs every registered test of a build folder; says how each program fared as it ends."""
    log = build / 'meson-logs' / 'testlog.json'
    log.unlink(missing_ok=True)
    results.say(f'running the tests of {build.name}')
    command = [*wrapper, 'meson', 'test', '-C', build, '--no-rebuild', '-t', patience]
    with subprocess.Popen(command, cwd=ROOT, env=os.environ | (environment or {}), text=True,
                          errors='replace', stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT) as meson:
        for line in meson.stdout:
            if re.match(r'\s*\d+/\d+ ', line):
                results.say('  ' + line.strip())
    ran = add_meson_log(results, log) if log.exists() else 0
    if ran < len(introspect(build, 'tests')):
        results.fails(f'meson test -C {build.name}: only {ran} programs ran')


def check_all(results):
    if not compile_tree(results, BUILD):
        return
    for lint in LINTS:
        run_lint(results, *lint)
    run_script_tests(results)
    if compile_tree(results, ROOT / 'build-clang', 'clang'):
        results.passes()
        results.say('lint: compiles with clang: passed')
    run_tests(results, BUILD)


def check_sanitizer(results, mode):
    options, environment, _ = SANITIZERS[mode]
    build = ROOT / f'build-{mode}'
    if compile_tree(results, build, 'gcc', [*options, '-Db_lundef=false']):
        wrapper = without_aslr() if mode == 'tsan' else ()
        run_tests(results, build, wrapper, SANITIZER_PATIENCE, environment)


# Fuzzing

def fuzz_one(build, name, program, seconds):
    """Runs one fuzz target; its corpus and its finds stay in the build folder."""
    corpus, finds = build / 'corpus' / name, build / 'finds' / name
    corpus.mkdir(parents=True, exist_ok=True)
    finds.mkdir(parents=True, exist_ok=True)
    return run([program, f'-max_total_time={seconds}', '-timeout=20', '-print_final_stats=1',
                f'-artifact_prefix={finds}/', corpus])


def check_fuzz(results, seconds):
    build = ROOT / 'build-fuzz'
    options = ['-Dfuzz=true', '-Db_sanitize=address,undefined', '-Db_lundef=false',
               '-Dc_args=-fno-sanitize-recover=all']
    if not configure(results, build, 'clang', options):
        return
    targets = programs(build, '_fuzz')
    if not targets:
        results.skips('fuzzing', 'there is no fuzz target')
        return
    if not make(results, build, [os.path.relpath(program, build) for _, program in targets]):
        return
    jobs = min(os.cpu_count() or 1, len(targets))
    each = max(1, seconds * jobs // len(targets))
    results.say(f'fuzzing {len(targets)} targets, {jobs} at a time, {each} s each')
    with ThreadPoolExecutor(jobs) as pool:
        outcomes = pool.map(lambda t: fuzz_one(build, *t, each), targets)
        for (name, _), outcome in zip(targets, outcomes):
            if outcome.returncode:
                results.fails(f'fuzz: {name}', outcome.stdout)
            else:
                runs = re.search(r'number_of_executed_units: *(\d+)', outcome.stdout)
                results.passes()
                results.say(f'fuzz: {name}: {runs.group(1) if runs else "?"} inputs')


# Benchmarks

def check_bench(results, as_json):
    """Rows go to stdout as they come; one that falls short is a failure."""
    if not compile_tree(results, BUILD):
        return
    for name, program in programs(BUILD, '_bench'):
        command = [program, *(['--json'] if as_json else [])]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as bench:
            for row in bench.stdout:
                print(row, end='', flush=True)
                count_row(results, row)
        if bench.returncode:
            results.fails(f'{name}: exit status {bench.returncode}')


def count_row(results, row):
    """A row without a bound is information and does not count."""
    if row.rstrip().endswith('holds') or '"holds": true' in row:
        results.passes()
    elif row.rstrip().endswith('falls short') or '"holds": false' in row:
        results.fails(row.split('  ')[0] if row[0] != '{' else json.loads(row)['name'])


# Command line

def arguments():
    parser = argparse.ArgumentParser(prog='./check', description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    mode = parser.add_mutually_exclusive_group()
    mode.add_argument('--build', action='store_true', help='only install and build')
    for name, (_, _, what) in SANITIZERS.items():
        mode.add_argument(f'--{name}', dest='sanitizer', action='store_const', const=name,
                          help=f'all tests under {what}')
    mode.add_argument('--fuzz', type=int, metavar='SECONDS',
                      help='all fuzz targets, together for about so long')
    mode.add_argument('--bench', action='store_true',
                      help='all benchmarks: name, figure, unit, bound, holds or falls short')
    parser.add_argument('--json', action='store_true', help='with --bench: rows as JSON lines, '
                        'nothing else on stdout')
    args = parser.parse_args()
    if args.json and not args.bench:
        parser.error('--json goes with --bench')
    if args.fuzz is not None and args.fuzz < 1:
        parser.error('--fuzz wants a number of seconds, 1 or more')
    return args


def main():
    args = arguments()
    start = time.monotonic()
    results = Results(sys.stderr if args.json else sys.stdout)
    if args.build:
        return 0 if compile_tree(results, BUILD) else 1
    if args.sanitizer:
        check_sanitizer(results, args.sanitizer)
    elif args.fuzz:
        check_fuzz(results, args.fuzz)
    elif args.bench:
        check_bench(results, args.json)
    else:
        check_all(results)
    results.say(f'{time.monotonic() - start:.0f} s')
    results.say(results.line())
    return 1 if results.failed else 0


if __name__ == '__main__':
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
