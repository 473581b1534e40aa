#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""
swsev sp as an administrator meets it: files, exit statuses, messages, what survives.

Usage: sp_test.py PROGRAM.  Prints TAP.  An external owner is played with arithmetic of its own, and
chains are verified by swsev owner, which shares no code with the Secure Processor but libcrypto.
"""
import fcntl
import hashlib
import json
import os
import secrets
import stat
import struct
import subprocess
import sys
import tempfile
import time
import traceback
from pathlib import Path

PROGRAM = sys.argv[1]
CERT = 0x824

# P-384.
P = 2**384 - 2**128 - 2**96 + 2**32 - 1
N = 0xffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973
G = (0xaa87ca22be8b05378eb1c71ef320ad746e1d3b628ba79b9859f741e082542a385502f25dbf55296c3a545e3872760ab7,
     0x3617de4a96262c6f5d9e98bf9292dc29f8f41dbd289a147ce9da3113b5f0b8c00a60b1ce1d7e819d7a431d7c90ea0e5f)


def run_swsev(*words):
    """(exit status, stdout, stderr)."""
    done = subprocess.run([PROGRAM, *map(str, words)], text=True, capture_output=True,
                          stdin=subprocess.DEVNULL, check=False)
    return done.returncode, done.stdout, done.stderr


def assert_equal(found, expected):
    assert found == expected, f'{found!r:.300} is not {expected!r:.300}'


class Chip:
    """A state directory, and swsev sp over it."""

    def __init__(self, folder, *options):
        self.state = folder / 'chip'
        self.options = ('--state', self.state, *options)

    def good(self, command, *words):
        status, out, err = run_swsev('sp', command, *self.options, *words)
        assert_equal((status, err), (0, ''))
        return out

    def json(self, command, *words):
        return json.loads(self.good(command, '--json', *words))

    def refused(self, status, said, command, *words):
        """One line on stderr that says so; what is on stdout."""
        found, out, err = run_swsev('sp', command, *self.options, *words)
        assert_equal(found, status)
        assert_equal(err.count('\n'), 1)
        assert err.startswith(f'swsev sp {command}: ') and said in err, f'{err!r} does not say {said!r}'
        return out

    def certificates(self, folder):
        """The exported PDH, PEK, OCA and CEK."""
        self.good('export', '--force', '--dir', folder)
        chain = (folder / 'cert_chain.cert').read_bytes()
        assert_equal(len(chain), 3 * CERT)
        return [(folder / 'pdh.cert').read_bytes()] + [chain[i:i + CERT] for i in range(0, 3 * CERT, CERT)]


def public_key(cert):
    return cert[0x10:0x414]


# -- an external owner -----------------------------------------------------------------------------

def add(a, b):
    if a is None or b is None:
        return a or b
    if a[0] == b[0] and (a[1] + b[1]) % P == 0:
        return None
    if a == b:
        slope = (3 * a[0] * a[0] - 3) * pow(2 * a[1], -1, P)
    else:
        slope = (b[1] - a[1]) * pow(b[0] - a[0], -1, P)
    x = (slope * slope - a[0] - b[0]) % P
    return x, (slope * (a[0] - x) - a[1]) % P


def times(k, point):
    total = None
    while k:
        if k & 1:
            total = add(total, point)
        point = add(point, point)
        k >>= 1
    return total


def le72(number):
    return number.to_bytes(72, 'little')


def sign(cert, slot, usage, d):
    """The certificate with an ECDSA signature with SHA-256 in slot 0 or 1."""
    z = int.from_bytes(hashlib.sha256(cert[:0x414]).digest(), 'big')
    k = secrets.randbelow(N - 1) + 1
    r = times(k, G)[0] % N
    s = pow(k, -1, N) * (z + r * d) % N
    signature = struct.pack('<II', usage, 2) + (le72(r) + le72(s)).ljust(512, b'\0')
    at = 0x414 + slot * 0x208
    return cert[:at] + signature + cert[at + 0x208:]


class Owner:
    """An OCA with its self-signed certificate."""

    def __init__(self):
        self.d = secrets.randbelow(N - 1) + 1
        x, y = times(self.d, G)
        key = struct.pack('<I', 2) + (le72(x) + le72(y)).ljust(0x400, b'\0')
        empty = struct.pack('<II', 0x1000, 0) + bytes(512)
        head = struct.pack('<IBBHII', 1, 0, 24, 0, 0x1001, 2)
        self.cert = sign(head + key + empty + empty, 0, 0x1001, self.d)

    def sign_request(self, csr):
        return sign(csr, 0, 0x1001, self.d)


def import_owner(chip, folder, owner):
    chip.good('csr', '--force', folder / 'csr')
    (folder / 'pek').write_bytes(owner.sign_request((folder / 'csr').read_bytes()))
    (folder / 'oca').write_bytes(owner.cert)
    return folder / 'pek', folder / 'oca'


# -- what it tells ---------------------------------------------------------------------------------

def test_status(folder):
    chip = Chip(folder)
    told = chip.json('status')
    assert_equal({name: told[name] for name in ('state', 'owner', 'es', 'guests')},
                 {'state': 'INIT', 'owner': 'self', 'es': False, 'guests': 0})
    assert (told['api_major'], told['api_minor']) >= (0, 24), told
    assert 'owner      self\n' in chip.good('status')
    assert_equal(stat.S_IMODE(chip.state.stat().st_mode), 0o700)
    for file in chip.state.iterdir():
        assert_equal(stat.S_IMODE(file.stat().st_mode), 0o600)


def test_id(folder):
    chip, other = Chip(folder), Chip(folder / 'other', '--seed', 'x')
    told = chip.json('id')['id']
    assert_equal(len(bytes.fromhex(told)), 64)
    assert_equal(chip.good('id'), f'id         {told}\n')
    (folder / 'other').mkdir()
    assert other.json('id')['id'] != told


def test_seed(folder):
    for name in 'ab':
        (folder / name).mkdir()
    a, b = (Chip(folder / name, '--seed', 'the same') for name in 'ab')
    assert_equal(a.certificates(folder / 'a'), b.certificates(folder / 'b'))


def test_every_model(folder):
    for model in 'naples', 'rome', 'milan', 'genoa', 'turin':
        (folder / model).mkdir()
        assert_equal(Chip(folder / model, '--cpu', model).json('status')['state'], 'INIT')


# -- keys ------------------------------------------------------------------------------------------

def test_keys_come_and_go(folder):
    chip = Chip(folder)
    pdh, pek, oca, cek = chip.certificates(folder)
    assert_equal(chip.certificates(folder), [pdh, pek, oca, cek])
    chip.good('pdh-gen')
    pdh2, *rest = chip.certificates(folder)
    assert pdh2 != pdh
    assert_equal(rest, [pek, oca, cek])
    chip.good('pek-gen')
    pdh3, pek3, oca3, cek3 = chip.certificates(folder)
    assert pdh3 != pdh2 and pek3 != pek and oca3 != oca
    assert_equal(cek3, cek)
    chip_id = chip.json('id')
    chip.good('reset')
    _, pek4, _, cek4 = chip.certificates(folder)
    assert pek4 != pek3
    assert_equal((cek4, chip.json('id')), (cek, chip_id))


def test_an_owner_comes_and_goes(folder):
    chip, owner = Chip(folder), Owner()
    pdh = chip.certificates(folder)[0]
    files = import_owner(chip, folder, owner)
    assert_equal(public_key((folder / 'csr').read_bytes()), public_key(chip.certificates(folder)[1]))
    chip.good('import', *files)
    assert_equal(chip.json('status')['owner'], 'external')
    new_pdh, pek, oca, _ = chip.certificates(folder)
    assert new_pdh != pdh
    assert_equal(oca, owner.cert)
    assert_equal(public_key(pek), public_key((folder / 'csr').read_bytes()))
    verify(chip, folder)
    out = chip.refused(1, 'ALREADY_OWNED (0x5)', 'import', '--json', *files)
    assert_equal(json.loads(out), {'status': 'ALREADY_OWNED', 'code': 5})
    chip.good('pek-gen')
    assert_equal(chip.json('status')['owner'], 'self')


def test_an_import_is_checked(folder):
    chip, owner = Chip(folder), Owner()
    pek, oca = import_owner(chip, folder, owner)
    before = chip.certificates(folder)
    signed = pek.read_bytes()
    pek.write_bytes(signed[:0x420] + bytes([signed[0x420] ^ 1]) + signed[0x421:])
    chip.refused(1, 'BAD_SIGNATURE', 'import', pek, oca)
    pek.write_bytes(signed)
    oca.write_bytes(Owner().cert)
    chip.refused(1, 'BAD_SIGNATURE', 'import', pek, oca)
    chip.refused(1, 'INVALID_CERTIFICATE', 'import', oca, pek)
    oca.write_bytes(owner.cert[:-1])
    chip.refused(1, f'{oca}: 2083 bytes', 'import', pek, oca)
    chip.refused(1, 'No such file', 'import', pek, folder / 'none')
    assert_equal(chip.certificates(folder), before)
    assert_equal(chip.json('status')['owner'], 'self')


# -- chains ----------------------------------------------------------------------------------------

def verify(chip, folder, *options):
    """swsev owner takes both forms of the chain."""
    chip.good('chain', '--force', folder / 'whole')
    status, _, err = run_swsev('owner', 'verify-chain', *(options or ['--test-root']), folder / 'whole')
    assert_equal((status, err), (0, ''))


def test_chain(folder):
    chip = Chip(folder)
    verify(chip, folder)
    names = ['pdh.cert', 'pek.cert', 'oca.cert', 'cek.cert', 'ask.cert', 'ark.cert']
    certs = folder / 'certs'
    certs.mkdir()
    assert_equal(chip.json('chain', '--dir', certs)['files'], [f'{certs}/{name}' for name in names])
    status, _, err = run_swsev('owner', 'verify-chain', '--test-root', certs)
    assert_equal((status, err), (0, ''))
    signature = [bytes.fromhex(digits) for digits in ('13000000', '00100000')]
    cek = (certs / 'cek.cert').read_bytes()
    assert_equal(cek[0x414:0x418], signature[0])
    assert_equal(chip.certificates(folder)[3][0x414:0x418], signature[1])
    # The salt of the CEK's signature is another one each time.
    whole = b''.join((certs / name).read_bytes() for name in names)
    signed = 3 * CERT + 0x414
    found = (folder / 'whole').read_bytes()
    assert_equal(found[:signed], whole[:signed])
    assert_equal(found[4 * CERT:], whole[4 * CERT:])


def test_nobody_takes_it_for_amds(folder):
    chip = Chip(folder)
    chip.good('chain', folder / 'whole')
    status, _, err = run_swsev('owner', 'verify-chain', folder / 'whole')
    assert_equal(status, 1)
    assert 'ARK is a trusted root' in err, err


def test_files_are_not_replaced(folder):
    chip = Chip(folder)
    for words in (['csr', folder / 'csr'], ['chain', folder / 'whole'], ['export', '--dir', folder]):
        chip.good(*words)
        chip.refused(1, 'exists already', *words)
        chip.good(*words, '--force')
    chip.refused(1, 'No such file', 'export', '--dir', folder / 'none')


# -- what goes wrong -------------------------------------------------------------------------------

def test_usage(folder):
    chip = Chip(folder)
    assert_equal(run_swsev('sp', 'status'),
                 (2, '', "swsev sp status: no --state given; see 'swsev sp status --help'\n"))
    chip.refused(2, "unexpected word 'x'", 'status', 'x')
    chip.refused(2, 'expected a FILE', 'csr')
    chip.refused(2, 'expected the certificates of PEK and OCA', 'import', 'x')
    chip.refused(2, "--cpu 'i486' is no model", 'status', '--cpu', 'i486')
    chip.refused(2, "either --dir or 'f'", 'chain', '--dir', 'd', 'f')
    chip.refused(2, "unknown option '--dir'", 'csr', '--dir', 'd', 'f')
    assert not chip.state.exists()


def test_a_directory_in_use(folder):
    chip = Chip(folder)
    chip.good('id')
    fd = os.open(chip.state, os.O_RDONLY)
    fcntl.flock(fd, fcntl.LOCK_EX)
    chip.refused(1, 'in use by another process', 'pek-gen')
    os.close(fd)
    chip.good('id')


def test_damaged_state_is_left_alone(folder):
    chip = Chip(folder)
    chip.good('status')
    for name in 'sev', 'fuses':
        file = chip.state / name
        kept = file.read_bytes()
        for damage in kept[:-1], b'', b'x' * len(kept), kept[:-1] + bytes([kept[-1] ^ 1]):
            file.write_bytes(damage)
            chip.refused(1, f'{file}: ', 'reset')
            assert_equal(file.read_bytes(), damage)
        file.write_bytes(kept)
    chip.good('status')


def test_a_write_that_fails(folder):
    chip = Chip(folder)
    before = chip.certificates(folder)
    (chip.state / '.sev.new').mkdir()
    chip.refused(1, 'HWERROR_PLATFORM (0x13): ' + str(chip.state / 'sev') + ': cannot write', 'pek-gen')
    (chip.state / '.sev.new').rmdir()
    assert_equal(chip.certificates(folder), before)


def test_a_kill_at_any_moment(folder):
    chip = Chip(folder)
    _, *before = chip.certificates(folder)
    for n in range(25):
        done = subprocess.Popen([PROGRAM, 'sp', 'pdh-gen', *map(str, chip.options)],
                                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(n * 0.002)
        done.kill()
        done.wait()
        assert_equal(chip.certificates(folder)[1:], before)
    verify(chip, folder)


def test_a_manufacturer_of_ones_own(folder):
    chip = Chip(folder, '--pki', folder)
    chip.refused(1, f'{folder}/ark.cert: No such file', 'chain', folder / 'whole')
    (folder / 'ark.cert').write_bytes(bytes(1600))
    chip.refused(1, f'{folder}/ark.cert: not a certificate of the ARK', 'chain', folder / 'whole')
    assert not chip.state.exists()


def run(test):
    with tempfile.TemporaryDirectory(prefix='swsev-sp-') as folder:
        return test(Path(folder))


def main():
    tests = [(name, test) for name, test in globals().items() if name.startswith('test_')]
    failed = 0
    print(f'1..{len(tests)}')
    for number, (name, test) in enumerate(tests, 1):
        try:
            run(test)
            print(f'ok {number} - {name[5:]}')
        except Exception:
            failed += 1
            print(f'not ok {number} - {name[5:]}')
            print('# ' + traceback.format_exc().rstrip().replace('\n', '\n# '))
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())
