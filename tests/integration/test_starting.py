# SPDX-License-Identifier: MIT
"""What is missing at the start is said, and used as soon as it is there."""

import re
import resource
import time

import pytest

from lab import MASTER, Instance, oids, wait_until
from lab.wire import Sender, frame_v4, vrrp_v2

WITHOUT_NET_RAW = ("setpriv", "--bounding-set", "-net_raw", "--inh-caps", "-net_raw")
SPEAKER = "192.168.1.3"


@pytest.fixture
def r1(lab):
    """A router whose daemons the test starts."""
    return lab.router("r1", "192.168.1.2/24")


@pytest.fixture
def speaker(lab):
    """Another router that is master of VRID 10."""
    r2 = lab.router("r2", f"{SPEAKER}/24")
    r2.add_keepalived(Instance("only", 10, 120, ["192.168.1.1/24"])).start()
    lab.wire.wait(10, vrid=10)
    return r2


def shows_master(router, address=SPEAKER, interface="eth0"):
    """True when SNMP shows the master of VRID 10 on that interface."""
    return router.snmp.get(f"{oids.OPER_MASTER}.{router.ifindex(interface)}.10") == address


def lines(router, words):
    """What collectd has logged with these words."""
    return [line for line in router.collectd.said().splitlines() if words in line]


def test_no_permission_for_packet_sockets(r1, speaker):
    """Without CAP_NET_RAW: one line says which capability lacks; collectd lives and stops."""
    r1.add_snmpd().start().ready()
    r1.add_collectd(wrap=WITHOUT_NET_RAW).start().ready()
    wait_until(lambda: "CAP_NET_RAW" in r1.collectd.said(), 5,
               lambda: f"no word about CAP_NET_RAW:\n{r1.collectd.said()}")
    time.sleep(3)  # three of collectd's intervals: is it said again?
    said = lines(r1, "CAP_NET_RAW")
    assert len(said) == 1 and "vrrp plugin: no interface is listened to" in said[0], said
    assert r1.collectd.running and r1.collectd.values("^r1/load")
    assert not shows_master(r1), f"{speaker.label} was heard without a packet socket"
    assert r1.collectd.stop() < 5


def test_no_room_for_a_packet_socket(lab, r1):
    """No descriptor is left at the start: said once, and once when there is one."""
    lab.lan.plug(r1, "wan0", ["192.168.1.4/24"])
    r1.add_snmpd().start().ready()
    r1.add_collectd(wrap=("prlimit", "--nofile=40:4096")).start().ready()
    wait_until(lambda: lines(r1, "no interface is listened to"), 5, r1.collectd.said)
    time.sleep(3)  # three of collectd's intervals
    resource.prlimit(r1.collectd.pid, resource.RLIMIT_NOFILE, (4096, 4096))
    wait_until(lambda: lines(r1, "the interfaces are listened to now"), 5, r1.collectd.said)
    assert len(lines(r1, "no interface is listened to")) == 1, r1.collectd.said()


def test_where_it_listens(r1):
    """One line at the start names what is listened to, and what is not and why."""
    r1.ip("link", "add", "br0", "type", "bridge")
    r1.ip("link", "add", "port0", "type", "veth", "peer", "name", "port1")
    r1.ip("link", "set", "port0", "master", "br0")
    for number in range(10):
        r1.ip("link", "add", f"many{number}", "type", "bridge")
    r1.monitor(vrrp='  Interface "eth0"\n  Interface "br0"')
    wait_until(lambda: lines(r1, "vrrp plugin: listening on "), 5, r1.collectd.said)
    heard, unheard = re.fullmatch(r".* listening on (.*?); not on (.*)\.",
                                  lines(r1, "listening on")[0]).groups()
    assert set(heard.split(", ")) == {"eth0", "br0"}
    assert "port0 (port of a bridge, bond or team)" in unheard
    chosen, more = re.match(r"(.*) and (\d+) more \(not chosen by Interface\), ", unheard).groups()
    assert len(chosen.split(", ")) == 6 and int(more) == 5 and "lo" not in unheard.split()


def test_interface_that_never_can(r1):
    """A configured loopback or port is no interface of VRRP's: said once, with what to do."""
    r1.ip("link", "add", "br0", "type", "bridge")
    r1.ip("link", "add", "port0", "type", "veth", "peer", "name", "port1")
    r1.ip("link", "set", "port0", "master", "br0")
    r1.monitor(vrrp='  Interface "lo"\n  Interface "port0"\n  Interface "br0"')
    wait_until(lambda: lines(r1, '"port0" is not listened to: it is a port'), 5, r1.collectd.said)
    time.sleep(2)
    assert len(lines(r1, "not listened to")) == 2, lines(r1, "not listened to")


def test_interface_comes_later(lab, r1):
    """A configured interface that does not exist yet is said once, and heard when it comes."""
    r1.monitor(vrrp='  Interface "wan0"')
    wait_until(lambda: "wan0" in r1.collectd.said(), 5,
               lambda: f"no word about wan0:\n{r1.collectd.said()}")
    lab.lan.plug(r1, "wan0", ["192.168.1.4/24"])
    r2 = lab.router("r2", f"{SPEAKER}/24")
    r2.add_keepalived(Instance("only", 10, 120, ["192.168.1.1/24"])).start()
    wait_until(lambda: shows_master(r1, interface="wan0"), 10,
               lambda: f"wan0's adverts are not heard:\n{r1.collectd.said()}")
    assert r1.state(10) is None, "eth0 is not configured, but is heard"


def test_interface_goes_and_comes_back(lab, r1, speaker):
    """An interface is removed and plugged in again under collectd."""
    r1.monitor()
    wait_until(lambda: shows_master(r1), 5, "VRID 10 is not shown")
    r1.ip("link", "del", "eth0")
    wait_until(lambda: not lab.lan.ip("link", "show", "type", "veth").count("r1@"), 5, "still there")
    lab.lan.plug(r1, addresses=["192.168.1.2/24"])
    wait_until(lambda: shows_master(r1), 10,
               lambda: f"{speaker.label} is not heard again:\n{r1.collectd.said()}")


def test_interface_goes_with_its_master(r1):
    """The interface of a master is removed: its last words say so."""
    r1.monitor()
    r1.add_keepalived(Instance("only", 10, 120, ["192.168.1.1/24"])).start()
    r1.wait_state(10, MASTER, 15)
    r1.ip("link", "del", "eth0")
    wait_until(lambda: lines(r1, "eth0-ipv4-10: this host is initialize now"), 5, r1.collectd.said)


def test_interface_is_renamed(r1, speaker):
    """The plugin instance carries the interface's name: it and its <VirtualRouter> follow."""
    r1.monitor(vrrp='  <VirtualRouter "uplink-ipv4-10">\n    Peer "192.168.1.9"\n  </VirtualRouter>')
    wait_until(lambda: shows_master(r1), 5, f"{speaker.label} is not shown")
    r1.ip("link", "set", "eth0", "down")
    r1.ip("link", "set", "eth0", "name", "uplink")
    r1.ip("link", "set", "uplink", "up")
    wait_until(lambda: any(key.startswith("vrrp-uplink-ipv4-10/")
                           for key in r1.collectd.values("vrrp_state")), 10,
               lambda: f"no uplink in {sorted(r1.collectd.values('vrrp_state'))}")
    wait_until(lambda: lines(r1, "uplink-ipv4-10: an unexpected speaker is heard"), 5,
               r1.collectd.said)


def test_snmpd_comes_later(r1, speaker):
    """No snmpd at first: said once; rows within 2 s of its start, and again of its restart."""
    r1.add_collectd().start().ready()
    wait_until(lambda: "agentx" in r1.collectd.said(), 5,
               lambda: f"no word about the missing snmpd:\n{r1.collectd.said()}")
    r1.add_snmpd()
    for how in ("first start", "restart after SIGTERM", "restart after kill -9"):
        r1.snmpd.start().ready()
        wait_until(lambda: shows_master(r1), 2, f"{how}: no rows of {speaker.label}")
        (r1.snmpd.kill if "SIGTERM" in how else r1.snmpd.stop)()
    assert r1.collectd.running


def test_local_master_by_hand_made_adverts(r1):
    """This host's own adverts, not keepalived's presence, make it master."""
    r1.monitor()
    own = Sender(r1)
    for _ in range(3):
        own.send(frame_v4("192.168.1.2", vrrp_v2(77, 100, ["192.168.1.77"])))
        time.sleep(0.5)
    own.close()
    wait_until(lambda: r1.state(77) == MASTER, 5, lambda: f"state is {r1.state(77)}")
    wait_until(lambda: r1.state(77) != MASTER, 6, "still master long after the last advert")


def test_more_virtual_routers_than_allowed(lab, r1):
    """Somebody makes them up: counted, and said once."""
    r1.monitor(vrrp="  MaxVirtualRouters 2")
    stranger = Sender(lab.router("r2", f"{SPEAKER}/24"))
    for _ in range(3):
        stranger.send(*(frame_v4(SPEAKER, vrrp_v2(vrid, 100, ["192.168.1.1"]))
                        for vrid in range(1, 21)))
        time.sleep(1.2)  # collectd's interval
    stranger.close()
    wait_until(lambda: r1.collectd.counts("vrrp", "vrrp_dropped").get("virtual_routers", 0) > 20, 5, r1.collectd.said)
    assert len(lines(r1, "more virtual routers are heard than MaxVirtualRouters allows")) == 1
