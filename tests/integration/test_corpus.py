# SPDX-License-Identifier: MIT
"""Recordings hold nobody's addresses and passwords, and taking those out changes nothing else."""

import ipaddress
import pathlib
import re
import struct
import subprocess
import sys

import pytest

from lab.wire import frame_v4, frame_v6, vrrp_v2, vrrp_v3

ROOT = pathlib.Path(__file__).resolve().parents[2]
CORPUS = ROOT / "tests/corpus/adverts"
sys.path.insert(0, str(CORPUS))
import recording  # pylint: disable=wrong-import-position,import-error

OURS = [ipaddress.ip_network(net) for net in ("192.0.2.0/24", "fe80::/64", "2001:db8::/64")]


def frames_of(path):
    """Each frame of a recording that carries VRRP's protocol."""
    for octets in re.findall(r"^\d[\d.]* ([0-9a-f]+)$", path.read_text(), re.M):
        frame = recording.Frame(bytes.fromhex(octets))
        if frame.message is not None:
            yield frame


@pytest.mark.parametrize("path", sorted(CORPUS.glob("*.frames")), ids=lambda path: path.stem)
def test_nobodys_data(path):
    """Only addresses for documentation, and no password but one."""
    for frame in frames_of(path):
        for at in frame.places():
            address = ipaddress.ip_address(frame.get(at))
            assert address.is_multicast or any(address in net for net in OURS), address
        assert b"s3cret" not in bytes(frame.octets)


def capture(path, frames):
    """A pcap of these frames, one a second."""
    data = struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1)
    for second, frame in enumerate(frames):
        data += struct.pack("<IIII", 1_700_000_000 + second, 0, len(frame), len(frame)) + frame
    path.write_bytes(data)


def test_what_is_taken_out(tmp_path):
    """A right checksum stays right and a wrong one wrong; verdicts are as before."""
    good = vrrp_v2(7, 120, ["10.9.8.7"], auth=(1, b"hunter2"))
    frames = [frame_v4("10.9.8.1", good), frame_v4("10.9.8.2", good[:2] + b"\1" + good[3:]),
              frame_v6("fe80::dead:beef", vrrp_v3("fe80::dead:beef", 8, 100, ["fe80::1", "2a00::7"])),
              frame_v4("10.9.8.1", good, total=1000), b"\0" * 60]
    capture(tmp_path / "own.pcap", frames)
    target = CORPUS / "test-own.frames"
    try:
        done = subprocess.run([CORPUS / "add", tmp_path / "own.pcap", "test-own", "of a test"],
                              check=True, capture_output=True, text=True).stdout
    finally:
        target.unlink(missing_ok=True)
    assert re.findall(r"^  (accepted \S+ v\d|[a-z_]+)", done, re.M) == [
        "accepted 192.0.2.1 v2", "checksum", "accepted fe80::2 v3", "ip_header"]
    assert "for 192.0.2.3" in done and "for fe80::1,2001:db8::1" in done
    for secret in (b"hunter2".hex(), "0a09080", "deadbeef", "2a00"):
        assert secret not in done
