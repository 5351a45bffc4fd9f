# SPDX-License-Identifier: MIT
"""A reload of keepalived is told as what it changed: once, in the notification and the trap, and
nothing else is told as one."""

import re
import time

import pytest

from lab import INITIALIZE, MASTER, Instance, Lab, wait_until
from lab.keepalived import block, vrrp_script
from test_traps import SNMPD, Traps

SOON = 15  # seconds: a reload, its dumps, and a busy machine
RELOADED = "1.3.6.1.4.1.8072.9999.9999.112.0.7"  # chKeepalivedReloaded
TEXT = "1.3.6.1.4.1.8072.9999.9999.112.1.12.0"  # chNotifyText
PASSWORD = "fake-pw1"

SECOND = Instance("VI_2", 20, 50, ["192.168.1.20/24"])


def configure(router, *more, priority=120, addresses=("192.168.1.1/24", "192.168.1.7/24"), interval=1, password=PASSWORD):
    """What keepalived.conf is from the next start or reload on."""
    router.keepalived.tracked = (
        vrrp_script("chk_gateway", router.directory, f"interval {interval}", "fall 1", "rise 1"),)
    router.keepalived.instances = (
        Instance("VI_1", 10, priority, addresses, password=password, blocks=(block("track_script", "chk_gateway"),)),
        *more)


def reload(router, *more, **changes):
    configure(router, *more, **changes)
    router.keepalived.reload()


def told(router):
    """What was said of reloads and restarts, in this order."""
    return re.findall(r"Notification: .*?(keepalived (?:reloaded|restarted): .*)", router.collectd.said())


def wait_told(router, *wanted):
    wait_until(lambda: told(router) == list(wanted), SOON,
               lambda: f"{told(router)}, not {wanted}\n{router.collectd.said()[-3000:]}")


@pytest.fixture(name="r1")
def fixture_r1(stage):
    with Lab(stage) as lab:
        router = lab.router("r1", "192.168.1.2/24")
        router.traps = Traps(lab, router)
        router.add_snmpd(whole=SNMPD.format(agentx=router.directory / "agentx")).start().ready()
        router.add_keepalived()
        configure(router)
        router.keepalived.start()
        router.add_collectd(vrrp=router.keepalived_block(), profiles=("vrrp-mib", "collectd-ha-mib")).start().ready()
        router.wait_state(10, MASTER, 20)
        yield router
        assert PASSWORD not in router.collectd.said()


def test_what_a_reload_changed(r1):
    """Settings, an address, an instance; then one after another; then nothing."""
    first = "keepalived reloaded: VI_1 address 192.168.1.7/24 removed; VI_1 priority 120 -> 150; VI_2 added; " \
            "script chk_gateway interval 1 -> 2"
    after = {"priority": 150, "addresses": ["192.168.1.1/24"], "interval": 2}
    reload(r1, SECOND, **after)
    wait_told(r1, first)
    trap = r1.traps.wait(RELOADED, timeout=SOON)
    assert list(trap) == [TEXT] and trap[TEXT][1].strip('"') == first
    reload(r1, SECOND, **after)  # the same: the next one's dumps come after this one's
    wait_read(r1)
    reload(r1, **after)
    second = "keepalived reloaded: VI_2 removed"
    wait_told(r1, first, second)
    assert [t[TEXT][1].strip('"') for t in r1.traps.of(RELOADED)] == [first, second]


def wait_read(router):
    """Returns when the dumps after a reload are here: each is a new file."""
    dumps = [router.directory / name for name in ("keepalived.json", "keepalived.data")]
    begin = time.time()
    wait_until(lambda: all(dump.stat().st_mtime > begin + 1 for dump in dumps), SOON, "no dump after a reload")


def test_what_runs_is_no_reload(r1):
    """A fault and its end, a new password, which nobody may see; then a restart with another priority."""
    r1.keepalived.break_script()
    r1.wait_state(10, INITIALIZE, SOON)
    r1.keepalived.mend_script()
    r1.wait_state(10, MASTER, SOON)
    reload(r1, password="fake-pw2")
    wait_read(r1)
    r1.keepalived.stop()
    configure(r1, priority=90)
    r1.keepalived.start()
    wait_told(r1, "keepalived restarted: VI_1 priority 120 -> 90")
