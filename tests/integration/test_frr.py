# SPDX-License-Identifier: MIT
"""FRR's vrrpd as the second implementation on the wire: agreement in both versions, IPv6,
and the lasting split brain against keepalived's PASS, which FRR does not know."""

import os
import pathlib
import shutil
import tempfile
import time

import pytest

from lab import BACKUP, INITIALIZE, MASTER, Instance, oids, stays, wait_until
from lab.daemon import Daemon
from test_adverts import OUR_STATE

FRR = pathlib.Path("/usr/lib/frr")
VIP, KEEPALIVED, FRR_ADDRESS = "192.168.1.1", "192.168.1.2", "192.168.1.3"
VRID = 10

pytestmark = pytest.mark.skipif(not (FRR / "vrrpd").exists(), reason="Debian's package frr is not installed")


class Vrrpd:
    """zebra and vrrpd in a router's namespace, speaking for one virtual router."""

    def __init__(self, router, priority, version, address=f"{VIP}/24"):
        self.router = router
        # FRR gives up root, so its directory must be reachable by everyone.
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="ha-frr-"))
        router.lab.on_exit(shutil.rmtree, self.directory, ignore_errors=True)
        os.chmod(self.directory, 0o755)
        shutil.chown(self.directory, "frr", "frr")
        key, family = ("ipv6", 2) if ":" in address else ("ip", 1)
        mac = f"00:00:5e:00:{family:02x}:{VRID:02x}"
        router.ip("link", "add", "frr0", "link", "eth0", "address", mac, "type", "macvlan", "mode", "bridge")
        router.ip("addr", "add", address, "dev", "frr0")
        router.ip("link", "set", "frr0", "up")
        conf = self.directory / "vrrpd.conf"
        conf.write_text(f"interface eth0\n vrrp {VRID} version {version}\n vrrp {VRID} priority {priority}\n"
                        f" vrrp {VRID} advertisement-interval 1000\n vrrp {VRID} {key} {address.split('/')[0]}\n")
        shutil.chown(conf, "frr", "frr")
        self.daemons = [router.lab.manage(Daemon(
            router.argv(FRR / name, "-f", conf if name == "vrrpd" else "/dev/null", "-i", self.directory / f"{name}.pid",
                        "-z", self.directory / "zserv.api", "--vty_socket", self.directory, "--log", "stdout"),
            self.directory / f"{name}.log")) for name in ("zebra", "vrrpd")]

    def start(self):
        """zebra first: vrrpd learns the interfaces from it."""
        zebra, vrrpd = self.daemons
        zebra.start()
        wait_until((self.directory / "zserv.api").exists, 10, zebra.said)
        vrrpd.start()
        return self

    def stop(self):
        """vrrpd first: it says goodbye with priority 0."""
        for daemon in reversed(self.daemons):
            daemon.stop()

    def said(self):
        """Both logs."""
        return "".join(daemon.said() for daemon in self.daemons)


def lab_of(lab, priority, version, password=""):
    """A router with keepalived (100), one with FRR, and a third that only listens."""
    r1, r2 = lab.router("r1", f"{KEEPALIVED}/24"), lab.router("r2", f"{FRR_ADDRESS}/24")
    r1.add_keepalived(Instance("gateway", VRID, 100, [f"{VIP}/24"], version=version, password=password))
    observer = lab.router("r3", "192.168.1.4/24")
    for router in (r1, r2, observer):
        router.add_collectd(profiles=(), load=("vrrp",)).start().ready()
    return r1, r2, observer, Vrrpd(r2, priority, version)


def value(router, what, family="ipv4"):
    """The value of VRID 10 on a router, or one of its vrrp_master; a problem that never was is 0."""
    name = what if what.startswith("vrrp_") else "vrrp_master"
    found = router.collectd.values(f"/vrrp-eth0-{family}-{VRID}/{name}$")
    absent = 0 if what.startswith("vrrp_problem") else None
    return next((pairs.get(what, pairs.get("value")) for pairs in found.values()), absent)


def wait_values(router, timeout=6, family="ipv4", **wanted):
    """Waits until these values are so."""
    def shown():
        return {what: value(router, what, family) for what in wanted}
    wait_until(lambda: shown() == wanted, timeout,
               lambda: f"{router.label}: {shown()}, wanted {wanted}\n{router.collectd.said()[-3000:]}")


@pytest.mark.parametrize("version", [2, 3])
def test_agreement(lab, version):
    """FRR (200) is master, keepalived (100) backup; then FRR stops, and keepalived takes over."""
    r1, r2, observer, frr = lab_of(lab, 200, version)
    frr.start()
    r1.keepalived.start()
    lab.wire.wait(10, vrid=VRID)
    for router, state in ((r1, 2), (r2, 3), (observer, 0)):
        wait_values(router, 15, **{"masters": 1, "vrrp_state": state, "priority": 200})
    calm = {"masters": 1, "vrrp_problem-split_brain": 0, "vrrp_problem-version_differs": 0,
            "vrrp_problem-interval_differs": 0, "vrrp_problem-wrong_mac": 0}
    for router in (r1, r2, observer):
        wait_values(router, **calm)
    stays(lambda: all(value(router, what) == right for router in (r1, r2, observer)
                      for what, right in calm.items()), 4, lambda: observer.collectd.said()[-3000:])
    frr.stop()
    for router, state in ((r1, 3), (observer, 0)):
        wait_values(router, 8, **{"masters": 1, "vrrp_state": state, "priority": 100})


def test_ipv6(lab):
    """Two of FRR: master, backup and whoever listens have the row; then the backup takes over."""
    r1, r2 = lab.router("r1", f"{KEEPALIVED}/24"), lab.router("r2", f"{FRR_ADDRESS}/24")
    observer = lab.router("r3", "192.168.1.4/24")
    for router in (r1, r2, observer):
        router.monitor(profiles=("vrrp-mib", "vrrpv3-mib", "collectd-ha-mib"))
    first, _ = Vrrpd(r1, 200, 3, "fe80::1:10/64").start(), Vrrpd(r2, 100, 3, "fe80::1:10/64").start()
    for router, state in ((r1, 3), (r2, 2), (observer, 0)):
        wait_values(router, 20, "ipv6", masters=1, vrrp_state=state, priority=200)
        in_mibs = {3: (MASTER, 4), 2: (BACKUP, 3), 0: (INITIALIZE, 1)}[state]
        wait_until(lambda: (router.snmp.get(f"{oids.V3_STATUS}.{router.eth0}.{VRID}.2"),
                            router.snmp.get(f"{OUR_STATE}.0.{router.eth0}.2.{VRID}")) == in_mibs, 10, router.collectd.said)
        assert router.state(VRID) is None  # VRRP-MIB is of IPv4
    first.stop()
    for router, state in ((r2, 3), (observer, 0)):
        wait_values(router, 10, "ipv6", masters=1, vrrp_state=state, priority=100)


def test_split_brain_against_a_password(lab):
    """Neither understands the other, and both are master: whoever hears it says so within two
    intervals, although keepalived puts off its adverts with each one of FRR's."""
    r1, r2, observer, frr = lab_of(lab, 50, 2, password="s3cret42")
    r1.keepalived.start()
    lab.wire.wait(10, vrid=VRID)
    wait_values(observer, 10, masters=1)
    begin = time.time()
    frr.start()
    first = lab.wire.wait(10, since=begin, vrid=VRID, source=FRR_ADDRESS).time
    wait_until(lambda: value(observer, "vrrp_problem-split_brain") == 1, 3, "no split brain is seen")
    assert time.time() - first < 2.1
    for router in (r1, r2, observer):
        wait_values(router, **{"vrrp_problem-auth_type_differs": 1})
    wait_values(r2, vrrp_state=3)
    wait_until(lambda: VIP in r1.addresses() and VIP in r2.addresses(), 5, "the address is not on both")


def test_silenced_master_keeps_the_address(lab):
    """FRR outranks keepalived, which does not understand it: the address stays on both."""
    r1, _, observer, frr = lab_of(lab, 200, 2, password="s3cret42")
    r1.keepalived.start()
    lab.wire.wait(10, vrid=VRID)
    wait_values(observer, 10, masters=1)
    frr.start()
    lab.wire.wait(10, vrid=VRID, source=FRR_ADDRESS)
    wait_until(lambda: value(r1, "vrrp_problem-vip_on_backup") == 1 or
               value(r1, "vrrp_problem-split_brain") == 1, 4,
               lambda: f"r1 sees nothing wrong\n{r1.collectd.said()[-3000:]}")
