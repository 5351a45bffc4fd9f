# SPDX-License-Identifier: MIT
"""SNMP down to the bytes: whole answers with error status, error index, tags and raw contents."""

import dataclasses
import ipaddress
import itertools
import socket

from lab import ber
from lab.ber import oid_text

GET, NEXT, SET, BULK = 0xA0, 0xA1, 0xA3, 0xA5
INTEGER, STRING, OID, IPADDRESS, COUNTER32, GAUGE32, TICKS, OPAQUE, COUNTER64 = (
    0x02, 0x04, 0x06, 0x40, 0x41, 0x42, 0x43, 0x44, 0x46)
NO_OBJECT, NO_INSTANCE, END = 0x80, 0x81, 0x82
V1, V2C = 0, 1
NO_SUCH_NAME, GEN_ERR = 2, 5


class NoAnswer(AssertionError):
    """The agent said nothing in time."""


@dataclasses.dataclass(frozen=True)
class Bind:
    """One variable binding of an answer."""

    oid: str
    tag: int
    raw: bytes

    @property
    def value(self):
        """int, bytes or dotted text; None for a null or an exception."""
        if self.tag in (INTEGER, COUNTER32, GAUGE32, TICKS, COUNTER64):
            return int.from_bytes(self.raw, "big", signed=self.tag == INTEGER)
        if self.tag == IPADDRESS:
            return str(ipaddress.IPv4Address(self.raw))
        if self.tag == OID:
            return oid_text(self.raw)
        return self.raw if self.tag in (STRING, OPAQUE) else None


@dataclasses.dataclass(frozen=True)
class Answer:
    """A Response PDU."""

    error: int
    index: int
    binds: list

    def pairs(self):
        """[(OID, value)]"""
        return [(b.oid, b.value) for b in self.binds]


def key(oid):
    """Sorts OIDs as SNMP does."""
    return [int(part) for part in oid.split(".")]


class Asker:
    """A manager at the loopback of a namespace."""

    def __init__(self, ns, community="public", port=161):
        self._ids = itertools.count(1)
        self._community = community
        with ns.inside():
            self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.connect(("127.0.0.1", port))

    def ask(self, pdu, oids, second=0, third=0, version=V2C, timeout=5.0, community=None, values=None):
        """One request's Answer; NoAnswer if there is none in time. values: of a SET, encoded."""
        number = next(self._ids)
        values = values or [b"\x05\x00"] * len(oids)
        binds = ber.tlv(0x30, b"".join(ber.tlv(0x30, ber.oid(oid) + value) for oid, value in zip(oids, values)))
        body = ber.tlv(pdu, ber.integer(number) + ber.integer(second) + ber.integer(third) + binds)
        head = ber.integer(version) + ber.tlv(STRING, (community or self._community).encode())
        self._socket.settimeout(timeout)
        try:
            self._socket.send(ber.tlv(0x30, head + body))
            while True:
                message = list(ber.children(ber.read(self._socket.recv(1 << 16))[1]))
                (_, got), (_, error), (_, index), (_, answer) = ber.children(message[2][1])
                if int.from_bytes(got, "big") == number:
                    break
        except (TimeoutError, ConnectionError) as silence:
            raise NoAnswer(f"no answer for {oids[:3]} within {timeout} s") from silence
        found = []
        for _, bind in ber.children(answer):
            (_, oid), (tag, raw) = ber.children(bind)
            found.append(Bind(oid_text(oid), tag, raw))
        return Answer(int.from_bytes(error, "big"), int.from_bytes(index, "big"), found)

    def get(self, *oids, **how):
        """GET."""
        return self.ask(GET, oids, **how)

    def next(self, *oids, **how):
        """GETNEXT."""
        return self.ask(NEXT, oids, **how)

    def bulk(self, oids, repetitions, repeaters_after=0, **how):
        """GETBULK: the first `repeaters_after` OIDs are asked once."""
        return self.ask(BULK, oids, repeaters_after, repetitions, **how)

    def set(self, wanted, **how):
        """SET of {OID: an integer, or a value that is encoded}."""
        values = [ber.integer(value) if isinstance(value, int) else value for value in wanted.values()]
        return self.ask(SET, list(wanted), values=values, **how)

    def value(self, oid, **how):
        """One value by GET; None if there is no such thing. NoAnswer where nobody answers."""
        answer = self.get(oid, **how)
        assert answer.error in (0, NO_SUCH_NAME), f"error status {answer.error} for {oid}"
        return answer.binds[0].value if answer.error == 0 else None

    def quiet(self, oid, timeout=0.3):
        """As value(), but None also where nobody answers."""
        try:
            return self.value(oid, timeout=timeout)
        except AssertionError:
            return None

    def walk(self, root, **how):
        """[Bind] below root, by GETNEXT. An error or a step back is an AssertionError."""
        found, at = [], root
        while True:
            answer = self.next(at, **how)
            if answer.error == NO_SUCH_NAME:  # SNMPv1's end
                return found
            assert answer.error == 0, f"error status {answer.error} after {at}"
            bind = answer.binds[0]
            if bind.tag == END or not bind.oid.startswith(root + "."):
                return found
            assert key(bind.oid) > key(at), f"the walk steps back from {at} to {bind.oid}"
            found.append(bind)
            at = bind.oid

    def bulkwalk(self, root, repetitions=25, **how):
        """[Bind] below root, by GETBULK."""
        found, at = [], root
        while True:
            answer = self.bulk([at], repetitions, **how)
            assert answer.error == 0 and answer.binds, f"error status {answer.error} after {at}"
            for bind in answer.binds:
                if bind.tag == END or not bind.oid.startswith(root + "."):
                    return found
                assert key(bind.oid) > key(at), f"the walk steps back from {at} to {bind.oid}"
                found.append(bind)
                at = bind.oid

    def rows(self, root, **how):
        """{OID: value} below root, by GETNEXT."""
        return {b.oid: b.value for b in self.walk(root, **how)}

    def close(self):
        """Closes the socket."""
        self._socket.close()
