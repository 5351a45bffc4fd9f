# SPDX-License-Identifier: MIT
"""Nothing polls: between collectd's intervals our threads run only when something happened."""

import pytest

from lab import Instance, measure, wait_until

pytestmark = pytest.mark.timing

INTERVAL = 20


def quiet(collectd):
    """Waits until the work of an interval's begin is done: no thread runs for half a second."""
    wait_until(lambda: not any(measure.wakeups(collectd, collectd.our_threads(), 0.5).values()), 10,
               "our threads never rest")


def test_no_traffic_no_wakeup(lab):
    """Nobody speaks VRRP, nobody asks SNMP: our threads sleep."""
    r1 = lab.router("r1", "192.168.1.2/24")
    r1.monitor(interval=INTERVAL)
    assert r1.collectd.our_threads(), f"no thread of ours in {r1.collectd.threads()}"
    quiet(r1.collectd)
    runs = measure.wakeups(r1.collectd, r1.collectd.our_threads(), 5)
    assert sum(runs.values()) == 0, runs


def test_a_wakeup_an_advert(lab):
    """A master's adverts wake one thread once each; nothing else runs."""
    r1, r2 = lab.router("r1", "192.168.1.2/24"), lab.router("r2", "192.168.1.3/24")
    r1.monitor(interval=INTERVAL)
    r2.add_keepalived(Instance("only", 10, 120, ["192.168.1.1/24"])).start()
    lab.wire.wait(10, vrid=10)
    wait_until(lambda: r1.state(10) is not None, 5, "r1 does not show VRID 10")
    runs = measure.wakeups(r1.collectd, r1.collectd.our_threads(), 5)
    assert 4 <= sum(runs.values()) <= 14, f"5 adverts: {runs}"
