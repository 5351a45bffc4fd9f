# SPDX-License-Identifier: MIT
"""A router loses its power: what do the alerts say, scraped from it and from a central collectd?

write_prometheus tells the times of values, so Prometheus goes on answering with a dead host's last
ones. Every rule of the host is made to fire, or about to, when the power goes.
"""

import threading
import time

import pytest

from lab import Instance, Lab, Lan, wait_until
from test_graphs import Prometheus

PORT = "<Plugin write_prometheus>\n  Port \"9103\"\n</Plugin>\n"
CENTRE = "192.168.1.9"
# What r1 says of itself besides, once a second, and the alert that comes of it.
TOLD = {
    "vrrp-eth0-ipv4-99/vrrp_problem-split_brain": (1, "VrrpSplitBrain"),
    "vrrp-eth0-ipv4-99/vrrp_problem-no_master": (1, "VrrpNoMaster"),
    "vrrp-eth0-ipv4-99/vrrp_problem-stalled": (1, "VrrpStalled"),
    "vrrp-eth0-ipv4-99/vrrp_problem-vip_missing": (1, "VrrpAddress"),
    "vrrp-eth0-ipv4-99/vrrp_problem-version_differs": (1, "VrrpDisagreement"),
    "vrrp-eth0-ipv4-99/vrrp_state": (1, "VrrpFault"),
    "vrrp-keepalived/keepalived_up": (0, "KeepalivedSilent"),
    "ipvs-192.0.2.1_TCP80/ipvs_server-198.51.100.7_80": ("0:0:0:0:10:5:0:10:10:10:10:10", "IpvsRealServerOut"),
    "ipvs-192.0.2.1_TCP80/ipvs_service-total": ("2:0:2:30:5:0:30:30:30:30:30", "IpvsNoRealServer"),
}
PATIENT = {"VrrpDisagreement", "KeepalivedSilent"}  # for: 1m
SILENT = {"VrrpSilent", "IpvsSilent", "CollectdUnreachable"}


TOGETHER, APART = "10-192.168.1.1", "10-192.168.2.1"


class Scene:
    """r1 is master and says that all is wrong; r2 is its backup; a third one watches both ways. On a second network,
    VRID 10 is another virtual router, of r2 and r3."""

    def __init__(self, lab):
        self.r1, self.r2 = lab.router("r1", "192.168.1.2/24"), lab.router("r2", "192.168.1.3/24")
        centre = lab.router("centre", f"{CENTRE}/24")
        centre.add_collectd(load=(), profiles=(), plugins=("network", "write_prometheus"),
                            extra=PORT + f'<Plugin network>\n  Listen "{CENTRE}"\n</Plugin>').start().ready()
        self.r3 = lab.router("r3", "192.168.1.4/24")
        instances = {"r1": [Instance("one", 10, 120, ["192.168.1.1/24"], version=3, interval=0.2)],
                     "r2": [Instance("one", 10, 100, ["192.168.1.1/24"], version=3, interval=0.2)], "r3": []}
        for router in (self.r2, self.r3):  # the second network, which is in two parts
            part = Lan("part")
            lab.on_exit(part.close)
            part.plug(router, "eth1", [f"192.168.2.{router.label[1]}/24"])
            instances[router.label].append(Instance("two", 10, 90, ["192.168.2.1/24"], version=3, interval=0.2, interface="eth1"))
        for router in (self.r1, self.r2, self.r3):
            router.add_collectd(load=("vrrp",), profiles=(), plugins=("network", "write_prometheus"),
                                extra=PORT + f'<Plugin network>\n  Server "{CENTRE}"\n</Plugin>').start().ready()
            router.add_keepalived(*instances[router.label])
        self.ways = {
            "direct": lab.manage(Prometheus(centre, "192.168.1.2:9103", "192.168.1.3:9103", "192.168.1.4:9103")),
            "central": lab.manage(Prometheus(centre, port=9091)),
        }
        for prometheus in self.ways.values():
            prometheus.start().ready()
        self.r1.keepalived.start()
        self.wait_master(self.r1, "eth0")
        self.r2.keepalived.start()
        self.wait_master(self.r2, "eth1")
        self.powered = True
        self.fired = {way: set() for way in self.ways}
        self.doubled = {way: set() for way in self.ways}  # virtual routers of which two masters were told
        self.thread = threading.Thread(target=self.tell, daemon=True)
        self.thread.start()
        lab.on_exit(self.cut)

    @staticmethod
    def wait_master(router, interface):
        """Waits until its own collectd has it as master there."""
        wait_until(lambda: {"value": 3} in router.collectd.values(f"{interface}-ipv4-10/vrrp_state").values(), 20,
                   router.collectd.said)

    def tell(self):
        """r1's values, while it has power."""
        while self.powered:
            for name, (value, _) in TOLD.items():
                answer = self.r1.collectd.ask(f'PUTVAL "r1/{name}" interval=1 N:{value}')
                assert answer[0].startswith("0 "), (name, answer)
            time.sleep(1)

    def cut(self):
        """The power of r1 goes."""
        if self.powered:
            self.powered = False
            self.thread.join()
            self.r1.unplug()
            self.r1.collectd.kill()

    def alerts(self, way, host="r1"):
        """The alerts of the host that fire now."""
        return {labels["alertname"] for labels, _ in self.ways[way].query('ALERTS{alertstate="firing",virtual_router=""}')
                if labels.get("instance", host).startswith((host, "192.168.1.2"))}

    def claimed(self, way, alert, state="firing"):
        """The virtual routers of an alert that compares hosts."""
        return {labels["virtual_router"] for labels, _ in
                self.ways[way].query(f'ALERTS{{alertstate="{state}",alertname="{alert}"}}')}

    def live_through(self, seconds):
        """Notes what fires at any time of so many seconds."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            for way, fired in self.fired.items():
                fired |= self.alerts(way)
                self.doubled[way] |= self.claimed(way, "VrrpTwoMasters")
            time.sleep(0.5)


@pytest.fixture(scope="module", name="scene")
def fixture_scene(stage):
    """One cut for all tests, which look at it after one another."""
    with Lab(stage) as lab:
        yield Scene(lab)


@pytest.mark.parametrize("way", ["direct", "central"])
def test_all_is_wrong_before(scene, way):
    """Every rule of a single host fires."""
    wanted = {alert for _, alert in TOLD.values()} - PATIENT
    wait_until(lambda: wanted <= scene.alerts(way), 30,
               lambda: f"{wanted - scene.alerts(way)} of {scene.alerts(way)} don't fire", step=0.5)
    assert not SILENT & scene.alerts(way)
    masters = scene.ways[way].query("collectd_ha:vrrp_claim == 1")
    assert {(labels["virtual_router"], labels["instance"]) for labels, _ in masters} == {(TOGETHER, "r1"), (APART, "r2")}
    assert not any(scene.claimed(way, "VrrpTwoMasters", state) for state in ("pending", "firing"))


def test_a_dead_host_says_nothing(scene):
    """30 s (ipvs: 60 s) after the cut nothing of what it said fires any more, or ever will. Two masters are told of
    the second network, where there are two from now on, not of the first, nor of both as one."""
    scene.cut()
    scene.r3.keepalived.start()
    scene.wait_master(scene.r2, "eth0")
    scene.wait_master(scene.r3, "eth1")
    scene.live_through(35)
    for way in scene.ways:
        left = {alert for alert in scene.alerts(way) if alert.startswith("Vrrp")}
        assert left <= SILENT, (way, left)
    scene.live_through(30)
    for way, fired in scene.fired.items():
        assert not PATIENT & fired, (way, fired)
        assert scene.doubled[way] == {APART}, (way, scene.doubled)
        assert not scene.claimed(way, "VrrpUnclaimed") | scene.claimed(way, "VrrpMastersDiffer")
        assert scene.alerts(way) <= SILENT, (way, scene.alerts(way))


@pytest.mark.parametrize("way, alerts", [("direct", SILENT), ("central", SILENT - {"CollectdUnreachable"})])
def test_its_silence_is_told(scene, way, alerts):
    """That it is gone; what lives on is not called gone."""
    scene.cut()
    wait_until(lambda: alerts <= scene.alerts(way), 75, lambda: f"{scene.alerts(way)}", step=0.5)
    assert not {labels["instance"] for labels, _ in scene.ways[way].query('ALERTS{alertname="VrrpSilent"}')} - {"r1"}
