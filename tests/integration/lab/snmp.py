# SPDX-License-Identifier: MIT
"""Asking an agent: net-snmp's own commands for walks, and a small SNMPv2c client
over UDP where milliseconds count and starting a process would drown them."""

import ipaddress
import itertools
import re
import socket
import subprocess

from . import ber

GET, GETNEXT, RESPONSE, GETBULK = 0xA0, 0xA1, 0xA2, 0xA5
NO_SUCH_OBJECT, NO_SUCH_INSTANCE, END_OF_MIB = 0x80, 0x81, 0x82
_INTEGERS = {0x02, 0x41, 0x42, 0x43, 0x46}


def _value(tag, content):
    """int, bytes, address or OID text; None for noSuchObject, noSuchInstance, endOfMibView."""
    if tag in _INTEGERS:
        return int.from_bytes(content, "big", signed=tag == 0x02)
    if tag == 0x40:
        return str(ipaddress.IPv4Address(content))
    if tag == 0x06:
        return ber.oid_text(content)
    return content if tag in (0x04, 0x44) else None


class SnmpError(Exception):
    """The agent answered with an error status."""


class Client:
    """SNMPv2c to an agent on the loopback of a network namespace."""

    def __init__(self, ns, community="public", port=161):
        self._ids = itertools.count(1)
        self._community = ber.tlv(0x04, community.encode())
        with ns.inside():
            self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.connect(("127.0.0.1", port))

    def _ask(self, pdu, oids, timeout, second=0, third=0):
        number = next(self._ids)
        binds = ber.tlv(0x30, b"".join(ber.tlv(0x30, ber.oid(oid) + b"\x05\x00") for oid in oids))
        body = ber.tlv(pdu, ber.integer(number) + ber.integer(second) + ber.integer(third) + binds)
        self._socket.settimeout(timeout)
        self._socket.send(ber.tlv(0x30, ber.integer(1) + self._community + body))
        while True:
            message = list(ber.children(ber.read(self._socket.recv(65536), 0)[1]))
            (_, got), (_, error), _, (_, answer) = ber.children(message[2][1])
            if int.from_bytes(got, "big") == number:
                break
        if int.from_bytes(error, "big"):
            raise SnmpError(f"error status {int.from_bytes(error, 'big')} for {oids}")
        for _, bind in ber.children(answer):
            (_, oid), (tag, content) = ber.children(bind)
            yield ber.oid_text(oid), _value(tag, content)

    def get(self, oid, timeout=3.0):
        """One value; None if there is no such instance or the agent does not answer in time."""
        try:
            return next(self._ask(GET, [oid], timeout))[1]
        except (TimeoutError, ConnectionError):
            return None

    def walk(self, oid, timeout=5.0):
        """{OID: value} below `oid` by GETNEXT; raises TimeoutError if the agent is silent."""
        found, at = {}, oid
        while True:
            at, value = next(self._ask(GETNEXT, [at], timeout))
            if value is None or not at.startswith(oid + "."):
                return found
            assert at not in found, f"the walk goes round at {at}"
            found[at] = value

    def bulk(self, oids, repetitions, timeout=5.0):
        """One GETBULK: its answer's [(OID, value)]."""
        return list(self._ask(GETBULK, oids, timeout, 0, repetitions))

    def close(self):
        """Closes the socket."""
        self._socket.close()


_V2C = ("-v2c", "-c", "public")
_LINE = re.compile(r"^\.(?P<oid>[0-9.]+) = (?:(?P<type>[A-Za-z0-9-]+): ?)?(?P<value>.*)$")


def command(ns, tool, *args, auth=_V2C, timeout=30):
    """Output of a net-snmp command against the agent of a namespace, OIDs and enums as numbers."""
    argv = ns.argv(tool, *auth, "-On", "-Oe", "-Ot", "-m", "", "-t", "5", "-r", "1",
                   "127.0.0.1", *map(str, args))
    done = subprocess.run(argv, text=True, capture_output=True, timeout=timeout, check=False)
    if done.returncode:
        raise SnmpError(f"{tool} {' '.join(map(str, args))}: {done.stderr.strip()}")
    return done.stdout


def parse(output):
    """{OID: (type, value)} of what snmpwalk, snmpget or snmpbulkwalk printed. At the end of all that there
    is, they print the last OID once more, with a remark."""
    found = {}
    for line in output.splitlines():
        match = _LINE.match(line)
        if match and not match["value"].startswith("No more variables"):
            found[match["oid"]] = (match["type"] or "", match["value"].strip())
    return found


def snmpwalk(ns, oid, auth=_V2C, tool="snmpbulkwalk"):
    """{OID: (type, value)} below an OID, by net-snmp's own walk; fails on anything out of order."""
    found = parse(command(ns, tool, oid, auth=auth))
    return {at: it for at, it in found.items() if not it[1].startswith("No ")}
