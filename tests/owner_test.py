#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""
swsev owner as a guest's owner meets it: files, exit statuses, messages.

Usage: owner_test.py PROGRAM.  Prints TAP.  What needs genuine certificates and reports skips where the
data folder ($SWSEV_SHARED, else ../shared beside the source tree) is absent.
"""
import base64
import hmac
import json
import os
import stat
import struct
import subprocess
import sys
import tempfile
import traceback
from pathlib import Path

PROGRAM = sys.argv[1]
SHARED = os.environ.get('SWSEV_SHARED', Path(__file__).resolve().parent.parent.parent / 'shared')
DATA = Path(SHARED) / 'data' / 'attestation'

# The PDH of the reference's worked example.
PDH_X = ('deaa5ea3254ed50e0e1b771ecb31002fd4c11fd89905e7539b2dd1174d2f28494e819004abb97cb0eb1dcbd48294f316')
PDH_Y = ('f1b626716b771dbd49258af06a4e1aafa4cb0b42576de7e07d3b583c7f759b4bfc640b18b2fa9760a20779d7710ae15f')

DISK = '736869e5-84f0-4973-92ec-06879ce3da0b'


class Skip(Exception):
    """The data of a test is not there."""


def genuine(*parts):
    path = DATA.joinpath(*parts)
    if not path.exists():
        raise Skip(f'no {path.name}')
    return str(path)


def owner(*words):
    """(exit status, stdout, stderr) of swsev owner."""
    done = subprocess.run([PROGRAM, 'owner', *map(str, words)], text=True, capture_output=True,
                          stdin=subprocess.DEVNULL, check=False)
    return done.returncode, done.stdout, done.stderr


def assert_equal(found, expected):
    assert found == expected, f'{found!r} is not {expected!r}'


def good(*words):
    status, out, err = owner(*words)
    assert_equal((status, err), (0, ''))
    return out


def refused(status, words, said):
    """One line on stderr that says so, and the exit status."""
    found, _, err = owner(*words)
    assert_equal(found, status)
    assert_equal(err.count('\n'), 1)
    assert said in err, f'{err!r} does not say {said!r}'


def pdh_cert():
    """A PDH certificate that nobody signed."""
    point = bytes.fromhex(PDH_X)[::-1].ljust(72, b'\0') + bytes.fromhex(PDH_Y)[::-1].ljust(72, b'\0')
    key = struct.pack('<I', 2) + point.ljust(0x400, b'\0')
    slot = struct.pack('<II', 0x1000, 0) + bytes(512)
    return struct.pack('<IBBHII', 1, 0, 24, 0, 0x1003, 3) + key + slot + slot


def make_session(folder, *options):
    (folder / 'pdh.cert').write_bytes(pdh_cert())
    return good('session', '--unverified', '--dir', folder, *options, folder / 'pdh.cert', '0x5')


def test_session_files(folder):
    out = make_session(folder)
    names = ['vm_tek.bin', 'vm_tik.bin', 'vm_godh.b64', 'vm_session.b64']
    assert_equal(out.split(), [f'{folder}/{name}' for name in names])
    for name in names[:2]:
        assert_equal(stat.S_IMODE((folder / name).stat().st_mode), 0o600)
        assert_equal((folder / name).stat().st_size, 16)
    assert_equal(len(base64.b64decode((folder / names[2]).read_text())), 0x824)
    blob = base64.b64decode((folder / names[3]).read_text())
    assert_equal(len(blob), 0x80)
    tik = (folder / names[1]).read_bytes()
    assert_equal(blob[0x60:], hmac.digest(tik, b'\5\0\0\0', 'sha256'))


def test_session_never_over_another(folder):
    make_session(folder)
    tek = (folder / 'vm_tek.bin').read_bytes()
    refused(1, ['session', '--unverified', '--dir', folder, folder / 'pdh.cert', '5'],
            'vm_tek.bin: exists already')
    assert_equal((folder / 'vm_tek.bin').read_bytes(), tek)
    assert_equal(len(list(folder.iterdir())), 5)
    make_session(folder, '--force')
    assert (folder / 'vm_tek.bin').read_bytes() != tek


def test_session_of_sev_tool(folder):
    make_session(folder, '--format', 'sev-tool')
    assert_equal(sorted(p.name for p in folder.iterdir()),
                 ['godh.cert', 'launch_blob.bin', 'pdh.cert', 'tmp_tk.bin'])
    keys, blob = (folder / 'tmp_tk.bin').read_bytes(), (folder / 'launch_blob.bin').read_bytes()
    assert_equal((len(keys), len(blob), len((folder / 'godh.cert').read_bytes())), (32, 0x80, 0x824))
    assert_equal(blob[0x60:], hmac.digest(keys[16:], b'\5\0\0\0', 'sha256'))


def test_session_refusals(folder):
    pdh = folder / 'pdh.cert'
    pdh.write_bytes(pdh_cert())
    refused(1, ['session', '--dir', folder, pdh, '5'], 'refused: chain is complete: no PEK')
    refused(1, ['session', '--unverified', '--dir', folder, pdh, '0x40'], 'bits 15:6 are reserved')
    refused(2, ['session', '--unverified', '--dir', folder, pdh, 'five'], "policy: 'five'")
    refused(2, ['session', '--unverified', pdh], 'expected a chain and a policy')
    refused(2, ['session', '--format', 'pem', pdh, '5'], "--format 'pem'")
    refused(1, ['session', '--unverified', folder / 'none', '5'], 'none: No such file')
    bad = bytearray(pdh_cert())
    bad[0x14] ^= 1
    pdh.write_bytes(bad)
    refused(1, ['session', '--unverified', '--dir', folder, pdh, '5'], 'pdh.cert: PDH: public key')
    assert_equal(list(folder.iterdir()), [pdh])


def test_session_of_a_genuine_platform(folder):
    good('session', '--dir', folder, '--name', 'a', *rome(), '0x5')
    status, _, err = owner('session', '--dir', folder, '--name', 'b', '--root', rome()[2], *rome(), '0x5')
    assert_equal((status, err), (0, 'swsev owner session: note: the chain leads to AMD Rome\n'))
    refused(1, ['session', '--dir', folder, '--name', 'c', '--root', genuine('legacy-roots', 'ark-milan.cert'),
                *rome(), '0x5'], 'refused: ARK is a trusted root: AMD Rome')
    assert_equal(len(list(folder.iterdir())), 8)


def launch(folder):
    """The worked example of the reference: files, and options that launch them."""
    vmsa = bytearray(4096)
    struct.pack_into('<QQ', vmsa, 0x170, 2, 0xfff0)
    (folder / 'd1').write_bytes(bytes(i % 256 for i in range(4096)))
    (folder / 'd2').write_bytes(b'SEV launch digest example, 48 bytes of payload!!')
    (folder / 'vmsa').write_bytes(vmsa)
    (folder / 'tik').write_bytes(bytes(range(0x20, 0x30)))
    return ['measure', '--data', folder / 'd1', '--data', folder / 'd2', '--vmsa', folder / 'vmsa']


FIRMWARE = ['--api-major', '0', '--api-minor', '24', '--build-id', '14', '--policy', '0x16000007']
NONCE = '404142434445464748494a4b4c4d4e4f'
LD = 'bb2f70cadeaeb3e12706fe99a2a8461060ec0cd6f9992954c34f199398f88b29'
MEASURE = '99f178382378688024b4d176365671a5d65fe5e56f7471dafb8544c893811d11'


def test_measure(folder):
    words = launch(folder)
    assert_equal(good(*words).split(), ['launch', 'digest', LD])
    found = json.loads(good(*words, *FIRMWARE, '--tik', folder / 'tik', '--nonce', NONCE, '--json'))
    assert_equal(found['launch_digest'], LD)
    assert_equal(base64.b64decode(found['measurement']).hex(), MEASURE + NONCE)
    nonce = base64.b64encode(bytes.fromhex(NONCE)).decode()
    (folder / 'tk').write_bytes(bytes(range(0x10, 0x30)))
    assert_equal(json.loads(good(*words, *FIRMWARE, '--tk', folder / 'tk', '--nonce', NONCE, '--json')), found)
    again = good('measure', '--launch-digest', LD, *FIRMWARE, '--tik', folder / 'tik', '--nonce', nonce)
    assert found['measurement'] in again, again


def test_measure_verifies(folder):
    blob = base64.b64encode(bytes.fromhex(MEASURE + NONCE)).decode()
    words = launch(folder) + FIRMWARE + ['--tik', folder / 'tik', '--launch-measure-blob']
    assert json.loads(good(*words, blob, '--json'))['accepted'] is True
    other = base64.b64encode(bytes.fromhex(MEASURE[:-1] + '0' + NONCE)).decode()
    refused(1, [*words, other], 'refused: measurement: is not that of the expected launch')
    refused(1, [*words, blob, '--build-id', '15'], 'refused: measurement')
    refused(1, [*words, blob, '--data', folder / 'd2'], 'refused: measurement')


def test_measure_refusals(folder):
    words = launch(folder)
    (folder / 'odd').write_bytes(bytes(17))
    refused(1, ['measure', '--data', folder / 'odd'], 'odd: 17 bytes, expected a multiple of 16')
    refused(1, ['measure', '--vmsa', folder / 'd2'], 'd2: 48 bytes, expected 4096')
    refused(1, [*words, *FIRMWARE, '--tik', folder / 'd2', '--nonce', NONCE], 'd2: 48 bytes, expected 16')
    refused(1, [*words, *FIRMWARE, '--api-minor', '16', '--tik', folder / 'tik', '--nonce', NONCE], 'API 0.16')
    refused(1, ['measure', '--data', folder / 'd1', '--vcpus', '2', '--cpu', 'milan'], 'start')
    refused(1, ['measure', '--firmware', folder / 'd1', '--kernel', folder / 'd2'], 'hashes of a kernel')
    for wrong, said in (
            ([], 'nothing that is launched'),
            (['--launch-digest', LD, '--data', 'x'], '--launch-digest stands for'),
            (['--launch-digest', LD[1:]], '63 hexadecimal digits'),
            (['--data', 'x', '--kernel', 'x'], 'needs --firmware'),
            (['--data', 'x', '--vcpus', '1'], '--cpu or --vcpu-sig'),
            (['--data', 'x', '--cpu', 'pentium', '--vcpus', '1'], "CPU 'pentium' is unknown"),
            (['--data', 'x', '--policy', '4'], 'the policy is of SEV-ES'),
            (['--launch-digest', LD, '--tik', folder / 'tik'], '--nonce or'),
            (['--launch-digest', LD, '--nonce', 'x'], '--nonce: neither'),
            (['--launch-digest', LD, '--launch-measure-blob', 'AAAA'], '48 bytes'),
            (['--launch-digest', LD, '--api-minor', '256'], '--api-minor: 256 is above 255'),
            (['word'], "unexpected word 'word'")):
        refused(2, ['measure', *wrong], said)


def test_measure_of_firmware():
    ovmf = genuine('launch', 'ovmf_AmdSev_suffix.bin')
    out = good('measure', '--firmware', ovmf, '--kernel', '/dev/null', '--initrd', '/dev/null',
               '--append', 'console=ttyS0 loglevel=7')
    assert '82a3ee5d537c3620628270c292ae30cb40c3c878666a7890ee7ef2a08fb535ff' in out
    out = good('measure', '--firmware', ovmf, '--kernel', '/dev/null', '--vcpus', '1', '--vcpu-sig',
               '0x800f12')
    assert '13810ae661ea11e2bb205621f582fee268f0367c8f97bc297b7fadef3e12002c' in out
    refused(1, ['measure', '--firmware', genuine('launch', 'ovmf_OvmfX64_suffix.bin'), '--kernel',
                '/dev/null'], 'no place for the hashes')


def decrypt(tek, header, payload):
    """By OpenSSL's own program; None where there is none."""
    try:
        return subprocess.run(['openssl', 'enc', '-aes-128-ctr', '-d', '-K', tek.hex(), '-iv',
                               header[4:20].hex()], input=payload, check=True, capture_output=True).stdout
    except FileNotFoundError:
        return None


def test_secret(folder):
    blob = bytes.fromhex(MEASURE + NONCE)
    keys = bytes(range(0x10, 0x30))
    (folder / 'tk').write_bytes(keys)
    (folder / 'password').write_text('hunter2')
    out = [folder / 'header', folder / 'payload']
    words = ['secret', '--tk', folder / 'tk', '--launch-measure-blob', base64.b64encode(blob).decode()]
    good(*words, '--secret', f'{DISK}:{folder}/password', *out)
    header, payload = (path.read_bytes() for path in out)
    assert_equal((len(header), len(payload)), (0x34, 48))
    size = struct.pack('<I', len(payload))
    message = b'\1' + header[:20] + size + size + payload + blob[:32]
    assert_equal(header[20:], hmac.digest(keys[16:], message, 'sha256'))
    plain = decrypt(keys[:16], header, payload)
    if plain is not None:
        assert plain[20 + 20:20 + 27] == b'hunter2', plain
    refused(1, [*words, '--raw', folder / 'password', *out], 'header: exists already')
    good(*words, '--raw', folder / 'password', '--base64', '--force', *out)
    assert_equal(len(base64.b64decode(out[0].read_text())), 0x34)
    assert_equal(len(base64.b64decode(out[1].read_text())), 16)


def test_secret_refusals(folder):
    blob = base64.b64encode(bytes(48)).decode()
    (folder / 'tk').write_bytes(bytes(32))
    (folder / 'big').write_bytes(bytes(0x4000))
    (folder / 'empty').write_bytes(b'')
    words = ['secret', '--tk', folder / 'tk', '--launch-measure-blob', blob]
    refused(2, words, 'either --secret or --raw')
    refused(2, [*words, '--raw', folder / 'big', 'one'], 'the names of header and payload')
    refused(2, [*words, '--secret', 'big'], 'is not GUID:FILE')
    refused(2, [*words, '--secret', f'{DISK[:-1]}:x'], 'is not a GUID')
    refused(1, [*words, '--secret', f'{DISK}:{folder}/none'], 'none: No such file')
    refused(1, [*words, '--secret', f'{DISK}:{folder}/big'], 'above 16384 bytes')
    refused(1, [*words, '--raw', folder / 'empty'], 'empty: empty')
    refused(2, ['secret', '--tk', folder / 'tk', '--raw', folder / 'big'], '--launch-measure-blob')
    refused(2, ['secret', '--launch-measure-blob', blob, '--raw', folder / 'big'], '--tek and --tik')
    refused(2, ['secret', '--launch-measure-blob', 'AAAA'], '48 bytes')


def rome():
    return [genuine('legacy-chain-rome')] + [genuine('legacy-roots', f'{part}-rome.cert') for part in ('ask', 'ark')]


def test_verify_chain_of_sev(folder):
    assert_equal(good('verify-chain', *rome()).count('ok'), 8)
    export = folder / 'sev.chain'
    parts = [genuine('legacy-chain-rome', f'{part}.cert') for part in ('pdh', 'pek', 'oca', 'cek')]
    export.write_bytes(b''.join(Path(part).read_bytes() for part in parts + rome()[1:]))
    found = json.loads(good('verify-chain', '--json', export))
    assert_equal(found['accepted'], True)
    assert_equal(found['checks'][0]['detail'], 'AMD Rome')
    good('verify-chain', folder)
    good('verify-chain', '--root', rome()[2], export)
    refused(1, ['verify-chain', '--root', genuine('legacy-roots', 'ark-milan.cert'), export],
            'refused: ARK is a trusted root')
    text = folder / 'text'
    text.write_bytes(base64.encodebytes(export.read_bytes()))
    good('verify-chain', text)
    bad = bytearray(export.read_bytes())
    bad[0x824 + 4] ^= 1
    export.write_bytes(bad)
    refused(1, ['verify-chain', export], 'refused: CEK signs PEK: the signature does not verify')
    assert_equal(json.loads(owner('verify-chain', '--json', export)[1])['accepted'], False)


def test_verify_chain_refusals(folder):
    refused(2, ['verify-chain'], 'no certificates given')
    refused(1, ['verify-chain', folder], 'no certificate in this folder')
    (folder / 'junk').write_bytes(b'junk')
    refused(1, ['verify-chain', folder / 'junk'], 'junk: no SEV certificate at byte 0')
    refused(1, ['verify-chain', '--root', folder / 'junk', folder], 'junk')
    refused(2, ['verify-chain', '--time', 'yesterday', folder], "--time 'yesterday'")
    (folder / 'pdh').write_bytes(pdh_cert())
    refused(1, ['verify-chain', '--root', folder / 'pdh', folder / 'pdh'], 'holds no ARK')
    refused(1, ['verify-chain', folder / 'pdh', folder / 'pdh'], 'a second PDH')


def test_verify_chain_of_snp():
    chain = genuine('roots', 'kds-cert_chain-milan.pem')
    vcek = genuine('reports', 'milan-v2-virtee-vcek.der')
    good('verify-chain', '--time', '2025-06-01', chain, vcek)
    good('verify-chain', '--root', genuine('roots', 'ark-milan.der'), '--time', '2025-06-01', chain, vcek)
    good('verify-chain', '--root', genuine('legacy-roots', 'ark-milan.cert'), '--time', '1748736000', chain, vcek)
    good('verify-chain', '--time', '2026-09-01', '--crl', genuine('crl', 'milan.crl.der'), chain, vcek)
    refused(1, ['verify-chain', '--time', '2027-01-01', '--crl', genuine('crl', 'milan.crl.der'), chain, vcek],
            'revocation list is current')
    refused(1, ['verify-chain', '--time', '2040-01-01', chain, vcek], 'VCEK is valid now: no longer valid')
    refused(1, ['verify-chain', chain, genuine('reports', 'negative-vcek-invalid-legacy-trustee.der')],
            'refused: ASK signs VCEK')
    refused(1, ['verify-chain', chain], 'no VCEK')


def test_verify_report_of_snp(folder):
    report = genuine('reports', 'turin-v5-mstee-report.bin')
    certs = [genuine('reports', 'turin-v5-mstee-vcek.der'), genuine('roots', 'kds-cert_chain-turin.pem')]
    words = ['verify-report', '--time', '2026-06-01', report, *certs]
    raw = Path(report).read_bytes()
    found = json.loads(good(*words, '--json', '--policy', '0x3001f', '--measurement', raw[0x90:0xc0].hex(),
                            '--report-data', raw[0x50:0x90].hex(), '--host-data', raw[0xc0:0xe0].hex(),
                            '--vmpl', raw[0x30], '--min-tcb', 'fmc=1,bl=1,tee=1,snp=4,ucode=81'))
    assert_equal(found['accepted'], True)
    assert_equal(found['report']['version'], 5)
    assert_equal(found['report']['measurement'], raw[0x90:0xc0].hex())
    refused(1, [*words, '--policy', '0x30000'], 'refused: policy: 3001fh, expected 30000h')
    refused(1, [*words, '--digest', '00' * 48], 'refused: measurement')
    refused(1, [*words, '--digest', '00' * 32], '--measurement: 64 hexadecimal digits')
    refused(1, [*words, '--min-tcb', 'snp=5'], 'refused: TCB is at least the minimum')
    refused(1, [*words, '--nonce', '00' * 16], 'has no nonce')
    refused(2, [*words, '--min-tcb', 'snp'], "'snp' is no part")
    bad = folder / 'report'
    bad.write_bytes(raw[:0x90] + bytes([raw[0x90] ^ 1]) + raw[0x91:])
    refused(1, ['verify-report', '--time', '2026-06-01', bad, *certs], 'refused: VCEK signs report')
    bad.write_bytes(raw[:-1])
    refused(1, ['verify-report', bad, *certs], '1183 bytes')
    refused(1, ['verify-report', report, certs[1]], 'no VCEK')
    refused(2, ['verify-report', report], 'a report and its certificates')


def test_verify_report_of_sev(folder):
    report = folder / 'report'
    report.write_bytes(bytes(52) + struct.pack('<III', 0x1002, 2, 0) + bytes(144))
    refused(1, ['verify-report', report, *rome()], 'refused: PEK signs report')
    refused(1, ['verify-report', '--min-tcb', 'bl=1', report, *rome()], 'a report of SEV has no')
    report.write_bytes(bytes(208))
    refused(1, ['verify-report', report, *rome()], 'signer usage 0000h')


def test_json_that_cannot_be_written(folder):
    words = launch(folder)
    with open('/dev/full', 'w', encoding='utf-8') as full:
        done = subprocess.run([PROGRAM, 'owner', *map(str, words), '--json'], stdout=full,
                              stderr=subprocess.PIPE, text=True, check=False)
    assert_equal(done.returncode, 1)


def run(test):
    if test.__code__.co_argcount == 0:
        return test()
    with tempfile.TemporaryDirectory(prefix='swsev-owner-') as folder:
        return test(Path(folder))


def main():
    tests = [(name, test) for name, test in globals().items() if name.startswith('test_')]
    failed = 0
    print(f'1..{len(tests)}')
    for number, (name, test) in enumerate(tests, 1):
        try:
            run(test)
            print(f'ok {number} - {name[5:]}')
        except Skip as why:
            print(f'ok {number} - {name[5:]} # SKIP {why}')
        except Exception:
            failed += 1
            print(f'not ok {number} - {name[5:]}')
            print('# ' + traceback.format_exc().rstrip().replace('\n', '\n# '))
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())
