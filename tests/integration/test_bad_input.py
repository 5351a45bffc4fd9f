# SPDX-License-Identifier: MIT
"""What a stranger may put on the wire: no state moves, each packet is counted under its
reason, and the log is not flooded."""

import random

import pytest

from lab import BACKUP, MASTER, oids, stays, wait_until
from lab.wire import frame_v4, frame_v6, vrrp_v2, vrrp_v3

STRANGER = "192.168.1.66"
STRANGER6 = "fe80::66"
TIMES = 50

GOOD = vrrp_v2(10, 255, ["192.168.1.1"])  # would make the stranger master, were it sent whole


def changed(payload, at, value):
    """The payload with one octet replaced, its checksum left as it was."""
    return payload[:at] + bytes([value]) + payload[at + 1:]


def v2(**fields):
    """A v2 advert of a virtual router's would-be master, right but for `fields`."""
    return vrrp_v2(**{"vrid": 10, "priority": 255, "addresses": ["192.168.1.1"], **fields})


def carp():
    """CARP's shape: version 2, type 1, seven words of digest and counter behind eight octets."""
    return bytes([0x21, 10, 0, 7, 0, 1, 0, 0]) + bytes(range(28))


BROKEN = {
    "truncated": ("length", frame_v4(STRANGER, GOOD[:10])),
    "no-message": ("length", frame_v4(STRANGER, b"")),
    "oversized": ("length", frame_v4(STRANGER, v2(auth=(0, b"\0" * 120)))),
    "too-many-addresses": ("length", frame_v4(STRANGER, changed(GOOD, 3, 255))),
    "ip-says-more": ("ip_header", frame_v4(STRANGER, GOOD, total=1000)),
    "checksum": ("checksum", frame_v4(STRANGER, changed(GOOD, 2, 254))),
    "checksum-v3": ("checksum", frame_v4(STRANGER, changed(
        vrrp_v3(STRANGER, 10, 255, ["192.168.1.1"]), 2, 254))),
    "checksum-v6": ("checksum", frame_v6(STRANGER6, changed(
        vrrp_v3(STRANGER6, 10, 255, ["fe80::1"]), 2, 254))),
    "ttl": ("ttl", frame_v4(STRANGER, GOOD, ttl=254)),
    "hop-limit": ("ttl", frame_v6(STRANGER6, vrrp_v3(STRANGER6, 10, 255, ["fe80::1"]), hops=1)),
    "version-1": ("version", frame_v4(STRANGER, changed(GOOD, 0, 0x11))),
    "version-15": ("version", frame_v4(STRANGER, changed(GOOD, 0, 0xF1))),
    "version-2-over-ipv6": ("version", frame_v6(STRANGER6, GOOD)),
    "type": ("type", frame_v4(STRANGER, changed(GOOD, 0, 0x22))),
    "vrid-0": ("vrid", frame_v4(STRANGER, v2(vrid=0))),
    "auth-type": ("auth_type", frame_v4(STRANGER, v2(auth=(77, b"")))),
    "interval-0": ("interval", frame_v4(STRANGER, v2(interval=0))),
    "carp": ("carp", frame_v4(STRANGER, carp())),
}


@pytest.fixture(scope="module")
def stranger(routers):
    """A third machine on the switch that can send anything."""
    return routers[0].lab.stranger(f"{STRANGER}/24")


def rejected(router, reason=None):
    """How many packets were rejected for this reason (for any), on all interfaces together."""
    counts = router.collectd.counts("vrrp", "vrrp_rejected")
    return counts.get(reason, 0) if reason else sum(counts.values())


def said(router):
    """The lines that collectd has logged about rejected packets."""
    return [line for line in router.collectd.said().splitlines() if " rejected: " in line]


def unmoved(r1, r2):
    """True while r1 is master and r2 backup of VRID 10, in SNMP."""
    return (r1.state(10), r2.state(10)) == (MASTER, BACKUP)


@pytest.mark.parametrize("name", BROKEN)
def test_broken_advert(routers, stranger, name):
    """Each kind, fifty times: counted, and nothing else."""
    reason, frame = BROKEN[name]
    before = [(router, rejected(router, reason), len(said(router))) for router in routers]
    stranger.send(*[frame] * TIMES)
    for router, count, lines in before:
        wait_until(lambda: rejected(router, reason) >= count + TIMES, 15,
                   lambda: f"{router.label} counts {rejected(router, reason) - count} of {TIMES} "
                           f"as {reason}: {router.collectd.counts('vrrp', 'vrrp_rejected')}")
        assert rejected(router, reason) == count + TIMES
        news = said(router)[lines:]
        assert len(news) <= 1, f"{TIMES} packets, {len(news)} lines in the log: {news[:5]}"
    assert unmoved(*routers)
    assert routers[0].snmp.get(f"{oids.OPER_MASTER}.{routers[0].index(10)}") == routers[0].address


def test_random_bytes(routers, stranger):
    """3000 packets of protocol 112 whose content is noise."""
    noise = random.Random(112)
    before = [(router, rejected(router), len(said(router))) for router in routers]
    for _ in range(1500):
        junk = noise.randbytes(noise.randrange(0, 1400))
        stranger.send(frame_v4(STRANGER, junk), frame_v6(STRANGER6, junk))
    for router, count, lines in before:
        wait_until(lambda: rejected(router) >= count + 3000, 15,
                   lambda: f"{router.label} counts only {rejected(router) - count} of 3000")
        assert len(said(router)) - lines <= 15
    stays(lambda: unmoved(*routers), 2, "a state moved")
