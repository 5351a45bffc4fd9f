# SPDX-License-Identifier: MIT
"""The values of many routers, in the network plugin's own protocol, as they come to a centre."""

import pathlib
import re
import socket
import struct
import time

from lab import wait_until

INTERVAL = 20  # seconds
GAUGE, DERIVE = 1, 2
# What a master of one address tells, but for what is named after the address: (type, type instance, numbers, kind).
VALUES = [
    ("vrrp_state", "", (3,), GAUGE), ("vrrp_master", "", (1, 120, 1, 3.5), GAUGE),
    ("vrrp_details", "", (2, 3, 0, 0, 1e9, 1e9), GAUGE), ("vrrp_gap", "", (1,), GAUGE),
    ("vrrp_outage", "", (0.6,), GAUGE), ("vrrp_priority", "own", (120,), GAUGE),
    ("vrrp_transitions", "master", (1,), DERIVE), ("vrrp_transitions", "change", (3,), DERIVE),
    *(("vrrp_adverts", kind, (7,), DERIVE) for kind in (
        "sent", "received", "missed", "priority_zero_sent", "priority_zero_received")),
]


def values_of(address, vrid):
    """All that is told of one virtual router."""
    named = (("vrrp_address", address), ("vrrp_master_address", address), ("vrrp_claim", f"{vrid}-{address}"))
    return VALUES + [(kind, instance, (1,), GAUGE) for kind, instance in named]


VALUE_COUNT = len(values_of("", 0))  # of a virtual router
SERIES_COUNT = sum(len(numbers) for _, _, numbers, _ in values_of("", 0))  # each of their numbers is one


def text(part, words):
    """A part of the network protocol that is text."""
    return struct.pack("!HH", part, 5 + len(words)) + words.encode() + b"\0"


def numbers_part(values, kind):
    """The part with the numbers."""
    data = b"".join(struct.pack("<d", v) if kind == GAUGE else struct.pack("!q", v) for v in values)
    return struct.pack("!HHH", 6, 6 + 9 * len(values), len(values)) + bytes([kind]) * len(values) + data


def datagrams(host, virtual_routers, now):
    """All values of one router, a datagram a virtual router."""
    head = text(0, f"router-{host}") + struct.pack("!HHq", 8, 12, int(now * 2**30)) + struct.pack(
        "!HHq", 9, 12, INTERVAL * 2**30) + text(2, "vrrp")
    for vrid in range(1, virtual_routers + 1):
        address = f"10.{host // 250}.{host % 250}.{vrid}"
        yield head + text(3, f"eth0-ipv4-{vrid}") + b"".join(
            text(4, kind) + text(5, instance) + numbers_part(values, source)
            for kind, instance, values, source in values_of(address, vrid))


def resident(pid):
    """kB."""
    return int(re.search(r"VmRSS:\s+(\d+)", pathlib.Path(f"/proc/{pid}/status").read_text())[1])


def spent(pid):
    """CPU seconds."""
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / 100


def start_centre(machine, stage, block):
    """Starts a centre's collectd, as docs/managers.md has it, with this block for what makes use of the values."""
    directory = machine.directory
    machine.collectd._whole = (  # pylint: disable=protected-access
        f'Hostname "centre"\nFQDNLookup false\nInterval 10\nBaseDir "{directory}"\nPIDFile "{directory}/collectd.pid"\n'
        f'TypesDB "/usr/share/collectd/types.db" "{stage.share}/types.db.custom"\n'
        'LoadPlugin logfile\n<Plugin logfile>\n  LogLevel notice\n  File "stderr"\n</Plugin>\nLoadPlugin unixsock\n'
        f'<Plugin unixsock>\n  SocketFile "{machine.collectd.socket}"\n  SocketGroup "root"\n</Plugin>\n'
        f'LoadPlugin network\n<Plugin network>\n  Listen "127.0.0.1"\n</Plugin>\n{block}')
    machine.collectd.start()
    wait_until(lambda: machine.collectd.listens(machine.collectd.socket), 20, machine.said)


class Feed:
    """Sends the values of so many routers to the network plugin that listens in a namespace."""

    SPREAD = 10  # seconds, over which the values of an interval are spread as those of many routers are

    def __init__(self, ns, routers, virtual_routers):
        self.routers, self.virtual_routers = routers, virtual_routers
        self.last = {}  # when each of them was heard of
        with ns.inside():
            self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)

    def send(self, host):
        """One router's values."""
        for datagram in datagrams(host, self.virtual_routers, time.time()):
            self.socket.sendto(datagram, ("127.0.0.1", 25826))
        self.last[host] = time.monotonic()

    def interval(self, without=None):
        """An interval's values, but for those of one router; returns when they have come."""
        begin = time.monotonic()
        for host in range(self.routers):
            if host != without:
                self.send(host)
            time.sleep(max(0, begin + self.SPREAD * (host + 1) / self.routers - time.monotonic()))
        time.sleep(3)
