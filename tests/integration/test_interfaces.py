# SPDX-License-Identifier: MIT
"""Hundreds of interfaces, interfaces that come back, and other machines on one of ours."""

import os
import subprocess
import time

import pytest

from lab import Instance, Keepalived, Namespace, wait_until
from lab.wire import Sender, frame_v4, vrrp_v2

MANY = 400
DESCRIPTORS = 16  # of ours, beyond collectd's own
ROUTER = "vrrp-eth0-ipv4-10"
VIP = "192.168.1.1"


def batch(namespace, lines):
    """Many commands of ip(8) at once."""
    subprocess.run(namespace.argv("ip", "-batch", "-"), input="\n".join(lines), text=True,
                   check=True, capture_output=True, timeout=60)


def descriptors(collectd):
    """How many it has open, at the least: csv opens a file now and then."""
    def count():
        time.sleep(0.01)
        return len(os.listdir(f"/proc/{collectd.pid}/fd"))
    return min(count() for _ in range(50))


def adverts(router, interface="eth0", vrid=10):
    """How many were heard; None while the virtual router is not known."""
    counts = router.collectd.counts(f"vrrp-{interface}-ipv4-{vrid}", "vrrp_adverts")
    return counts.get("received")


def without_us(router):
    """How many descriptors a collectd with the same plugins but ours has."""
    router.add_collectd(load=(), profiles=()).start().ready()
    count = descriptors(router.collectd)
    router.collectd.stop()
    return count


def test_hundreds_of_interfaces(lab):
    """400 veth and room for 1024 descriptors: a handful is taken, each interface is heard."""
    r1 = lab.router("r1", "192.168.1.2/24")
    own = without_us(r1)
    far = Namespace("far")
    lab.on_exit(far.close)
    batch(r1, [f"link add e{i} type veth peer name p{i} netns {far.name}" for i in range(MANY)])
    batch(r1, [f"link set e{i} up" for i in range(MANY)])
    batch(far, [f"link set p{i} up" for i in range(MANY)])
    r1.add_collectd(load=("vrrp",), profiles=(),
                    wrap=("prlimit", "--nofile=1024:1024")).start().ready()
    frame = frame_v4("192.0.2.9", vrrp_v2(10, 100, ["192.0.2.1"]))
    senders = [Sender(far, f"p{i}") for i in range(MANY)]
    for _ in range(2):
        for sender in senders:
            sender.send(frame)
        time.sleep(1)
    for sender in senders:
        sender.close()
    wait_until(lambda: all(adverts(r1, f"e{i}") for i in (0, 17, MANY // 2, MANY - 1)), 10,
               r1.collectd.said)
    assert descriptors(r1.collectd) - own <= DESCRIPTORS
    assert r1.collectd.running
    assert r1.collectd.stop() < 10


def test_no_descriptor_is_taken_from_others(lab):
    """A limit so low that the socket would be among the last: it is not opened, said once."""
    r1 = lab.router("r1", "192.168.1.2/24")
    limit = without_us(r1) + 24
    r1.add_collectd(load=("vrrp",), profiles=(),
                    wrap=("prlimit", f"--nofile={limit}:{limit}")).start().ready()
    wait_until(lambda: "no interface is listened to" in r1.collectd.said(), 5, r1.collectd.said)
    time.sleep(3)  # three of collectd's intervals
    assert r1.collectd.said().count("no interface is listened to") == 1
    assert r1.collectd.running


def test_an_index_that_comes_back(lab):
    """While collectd is held up, its interface goes and comes back with its name and index:
    it is heard as before, and the card lets the group through."""
    r1, r2 = lab.router("r1", "192.168.1.2/24"), lab.router("r2", "192.168.1.3/24")
    r2.add_keepalived(Instance("only", 10, 120, [f"{VIP}/24"])).start()
    r1.monitor()
    wait_until(lambda: adverts(r1), 10, r1.collectd.said)
    index = r1.ifindex("eth0")
    r1.collectd.pause()
    r1.ip("link", "del", "eth0")
    r1.ip("link", "add", "eth0", "index", str(index), "type", "veth", "peer", "name", "r1",
          "netns", lab.lan.name)
    lab.lan.ip("link", "set", "r1", "master", lab.lan.BRIDGE, "up")
    r1.ip("link", "set", "eth0", "up")
    r1.collectd.resume()
    time.sleep(1.5)  # the last of what was heard before is told
    before = adverts(r1) or 0
    wait_until(lambda: (adverts(r1) or 0) > before + 2, 15, r1.collectd.said)
    assert "01:00:5e:00:00:12" in r1.ip("maddress", "show", "dev", "eth0")
    assert "224.0.0.18" in r1.ip("maddress", "show", "dev", "eth0")
    assert "ff02::12" in r1.ip("maddress", "show", "dev", "eth0")


def container_of(lab, host, kind):
    """A namespace with 192.168.1.4 on box, a macvlan or macvtap of the host's interface."""
    container = Namespace("box")
    lab.on_exit(container.close)
    host.ip("link", "add", "box", "link", "eth0", "type", kind, "mode", "bridge")
    host.ip("link", "set", "box", "netns", container.name, "up")
    container.ip("addr", "add", "192.168.1.4/24", "dev", "box")
    return container


@pytest.mark.parametrize("kind", ["macvlan", "macvtap"])
def test_another_machine_on_our_interface(lab, kind):
    """A container's adverts leave by this host's interface: they are another machine's."""
    r1 = lab.router("r1", "192.168.1.2/24")
    container = container_of(lab, r1, kind)
    r1.monitor()
    sender = Sender(container, "box")
    lab.on_exit(sender.close)
    frame = frame_v4("192.168.1.4", vrrp_v2(10, 120, [VIP]))
    for _ in range(6):
        sender.send(frame)
        time.sleep(1)
    wait_until(lambda: adverts(r1), 5, r1.collectd.said)
    counts = r1.collectd.counts(ROUTER, "vrrp_adverts")
    assert counts.get("sent", 0) == 0 and counts["received"] >= 5, counts
    name = f"{ROUTER}/vrrp_state"
    assert r1.collectd.values(name)[name] == {"value": 0}
    assert "vip_missing" not in r1.collectd.said()
    assert "this host lacks" not in r1.collectd.said()


@pytest.mark.parametrize("kind", ["macvlan", "macvtap"])
def test_a_container_s_keepalived(lab, kind):
    """keepalived in a namespace on a macvlan or macvtap of this host's interface becomes master: the
    host listens to another machine, is not master itself and misses no address."""
    r1 = lab.router("r1", "192.168.1.2/24")
    container = container_of(lab, r1, kind)
    directory = lab.directory / "box"
    directory.mkdir()
    r1.monitor()
    daemon = lab.manage(Keepalived(container, directory, [Instance("boxed", 10, 120, [f"{VIP}/24"], interface="box")]))
    daemon.start()
    lab.wire.wait(15, vrid=10, source="192.168.1.4")
    wait_until(lambda: VIP in container.addresses(), 5, daemon.said)
    wait_until(lambda: (adverts(r1) or 0) >= 3, 15, r1.collectd.said)
    assert r1.collectd.counts(ROUTER, "vrrp_adverts").get("sent", 0) == 0
    name = f"{ROUTER}/vrrp_state"
    assert r1.collectd.values(name)[name] == {"value": 0}
    said = r1.collectd.said()
    assert "192.168.1.4 is master" in said and "lacks a virtual" not in said and "this host is" not in said, said
    daemon.stop()
    wait_until(lambda: "has let go" in r1.collectd.said() or "is lost" in r1.collectd.said(), 10, r1.collectd.said)
