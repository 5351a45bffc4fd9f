# SPDX-License-Identifier: MIT
"""Recordings of tests/corpus/adverts: frames as text, without anybody's addresses and passwords.

Addresses become 192.0.2.N, fe80::N and 2001:db8::N in the order of their values, so that
elections end as they did; MAC addresses 02:00:00:00:00:NN, but for virtual routers' own.
Passwords, digests and what IPsec knows are blotted out. A checksum that was right is right
again, and one that was wrong is wrong."""

import ipaddress
import pathlib
import struct
import subprocess

VRRP, AH = 112, 51
GROUP = ipaddress.ip_address("224.0.0.18").packed
EXTENSION, MD5 = 28, 30  # keepalived's auth_hmac, Cisco's MD5
_EXTENSIONS = {0: 8, 43: 8, 60: 8, AH: 4}  # unit of the length that such a header tells
ROOT = pathlib.Path(__file__).resolve().parent.parent.parent.parent


def checksum(data):
    """The Internet checksum (RFC 1071)."""
    data += b"\0" * (len(data) % 2)
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


class Frame:
    """An Ethernet frame whose IP packet carries VRRP's protocol; .message is None if it doesn't."""

    def __init__(self, octets):
        self.octets = bytearray(octets)
        self.message = self.ah = self.ip = None
        at = 12
        while self.octets[at:at + 2] == b"\x81\x00":
            at += 4
        kind, self.ip = self.octets[at:at + 2], at + 2
        if kind == b"\x08\x00" and len(self.octets) >= self.ip + 20:
            self.size, ends = 4, self.ip + 12
            start, after = self.ip + (self.octets[self.ip] & 15) * 4, self.octets[self.ip + 9]
            end = self.ip + struct.unpack_from("!H", self.octets, self.ip + 2)[0]
        elif kind == b"\x86\xdd" and len(self.octets) >= self.ip + 40:
            self.size, ends = 16, self.ip + 8
            start, after = self.ip + 40, self.octets[self.ip + 6]
            end = start + struct.unpack_from("!H", self.octets, self.ip + 4)[0]
        else:
            return
        self.ends = (ends, ends + self.size)
        while after in _EXTENSIONS and after != VRRP and start + 8 <= len(self.octets):
            length = 8 + self.octets[start + 1] * _EXTENSIONS[after]
            if after == AH:
                self.ah = (start, length)
            after, start = self.octets[start], start + length
        if after == VRRP:
            self.message, self.end = start, min(end, len(self.octets))

    def get(self, at):
        """The address at an offset."""
        return bytes(self.octets[at:at + self.size])

    def version(self):
        """VRRP's version, or 0 if the message is shorter than its header."""
        return self.octets[self.message] >> 4 if self.end - self.message >= 8 else 0

    def is_carp(self):
        """The other protocol on 112: seven words of counter and digest, which are no addresses."""
        return (self.end - self.message == 36 and self.octets[self.message] == 0x21
                and self.octets[self.message + 3] == 7)

    def places(self):
        """Where addresses stand: of IP, then of the list, as far as it is there."""
        listed = self.octets[self.message + 3] if self.version() and not self.is_carp() else 0
        first = self.message + 8
        there = min(listed, max(self.end - first, 0) // self.size)
        return [*self.ends, *(first + i * self.size for i in range(there))]

    def sums(self):
        """Each way in which the message's checksum may be made: (length, what is summed before it)."""
        source, destination = (self.get(at) for at in self.ends)
        whole = self.end - self.message
        for length in (whole, whole - EXTENSION):
            if length < 8:
                continue
            yield length, b""
            for target in (destination, GROUP) if self.size == 4 else (destination,):
                order = "!xBH" if self.size == 4 else "!I3xB"
                told = (VRRP, length) if self.size == 4 else (length, VRRP)
                yield length, source + target + struct.pack(order, *told)

    def right_sum(self):
        """The number of the way that gives the checksum that stands there, or None."""
        for number, (length, before) in enumerate(self.sums()):
            if checksum(before + bytes(self.octets[self.message:self.message + length])) == 0:
                return number
        return None

    def ip_sum_is_right(self):
        """Of IPv4's header."""
        return checksum(bytes(self.octets[self.ip:self.ip + (self.octets[self.ip] & 15) * 4])) == 0

    def _mend(self, at, start, end, before, right):
        struct.pack_into("!H", self.octets, at, 0)
        value = checksum(before + bytes(self.octets[start:end]))
        struct.pack_into("!H", self.octets, at, value if right else value ^ 0x5A5A)

    def mend_sums(self, number, ip_was_right):
        """Makes the checksums right, or wrong, as they were."""
        if self.size == 4:
            length = (self.octets[self.ip] & 15) * 4
            self._mend(self.ip + 10, self.ip, self.ip + length, b"", ip_was_right)
        if self.version():
            length, before = list(self.sums())[number or 0]
            self._mend(self.message + 6, self.message, self.message + length, before, number is not None)

    def blot(self):
        """Passwords, digests, IPsec's numbers."""
        if self.ah:
            start, length = self.ah
            self.octets[start + 4:start + length] = bytes(length - 4)
        if self.is_carp():
            self.octets[self.message + 8:self.end] = bytes(28)
        if not self.version() or self.is_carp():
            return
        rest = self.message + 8 + self.octets[self.message + 3] * self.size
        if self.version() == 2:
            if any(self.octets[rest:rest + 8]) and rest + 8 <= self.end:
                self.octets[rest:rest + 8] = b"password"
            rest += 8
        left = self.end - rest
        if left in (EXTENSION, MD5):
            kept = 4 if left == EXTENSION else 6
            self.octets[rest + kept:rest + left] = bytes(left - kept)
        elif left > 0:
            self.octets[rest:self.end] = bytes(left)


def _is_kept(address):
    return address.is_multicast or address.is_unspecified


def _names(addresses):
    """{old: new} for packed addresses of all kinds."""
    names, counts = {}, {}
    for old in sorted(map(ipaddress.ip_address, addresses), key=lambda a: (a.version, int(a))):
        kind = "192.0.2." if old.version == 4 else "fe80::" if old.is_link_local else "2001:db8::"
        if _is_kept(old):
            names[old.packed] = old.packed
            continue
        counts[kind] = counts.get(kind, 0) + 1
        number = counts[kind] if old.version == 4 else f"{counts[kind]:x}"
        names[old.packed] = ipaddress.ip_address(f"{kind}{number}").packed
    return names


def _is_virtual_mac(mac):
    return mac[:4] == b"\0\0\x5e\0" and mac[4] in (1, 2)


def anonymous(frames):
    """[(time, octets)] → the same without anybody's data, from time 0 on; other protocols are left out."""
    parsed = [(time, Frame(octets)) for time, octets in frames]
    parsed = [(time, frame) for time, frame in parsed if frame.message is not None]
    names = _names({frame.get(at) for _, frame in parsed for at in frame.places()})
    macs, first = {}, parsed[0][0] if parsed else 0
    result = []
    for time, frame in parsed:
        number, ip_was_right = frame.right_sum(), frame.size == 16 or frame.ip_sum_is_right()
        frame.blot()
        for at in frame.places():
            frame.octets[at:at + frame.size] = names[frame.get(at)]
        for at in (0, 6):
            mac = bytes(frame.octets[at:at + 6])
            if not mac[0] & 1 and not _is_virtual_mac(mac):
                macs.setdefault(mac, bytes([2, 0, 0, 0, 0, len(macs) + 1]))
                frame.octets[at:at + 6] = macs[mac]
        frame.mend_sums(number, ip_was_right)
        result.append((time - first, bytes(frame.octets)))
    return result


def write(path, comment, frames, rest=5.0):
    """Writes the recording with what our decoder and observer make of it, to be read through."""
    lines = [f"# {line}" for line in comment.splitlines()]
    lines += [f"{time:.4f} {octets.hex()}" for time, octets in frames]
    if frames:
        lines.append(f"{frames[-1][0] + rest:.4f}")
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    annotate(path)


def annotate(path):
    """Puts the lines in that follow from the others."""
    player = ROOT / "build-dev/plugins/vrrp/test_corpus"
    done = subprocess.run([player, path], check=True, capture_output=True, text=True)
    path.write_text(done.stdout, encoding="utf-8")
