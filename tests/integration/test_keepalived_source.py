# SPDX-License-Identifier: MIT
"""What keepalived knows arrives over SNMP, follows every fate of keepalived, and its
priority can be set; the wire goes on being told throughout."""

import subprocess
import time

import pytest

from lab import BACKUP, MASTER, Instance, Lab, wait_until
from lab.daemon import Daemon
from lab.keepalived import block, track_file
from lab.snmp import SnmpError, command, parse

INSTANCE = "1.3.6.1.4.1.9586.100.5.2.3.1"  # vrrpInstanceEntry
NAME, STATE, BASE, EFFECTIVE = (f"{INSTANCE}.{n}" for n in (2, 4, 7, 8))
STATE_CHANGE = "1.3.6.1.4.1.9586.100.5.2.10.0.2"  # vrrpInstanceStateChange
INTERVAL = 1.0
SOON = 5  # seconds: a dump an interval, patience of another, and a busy machine
PASSWORD = "fake-pw1"

SECOND = Instance("B", 20, 50, ["192.168.1.20/24"])

SNMPD = """\
agentaddress udp:127.0.0.1:161
rwcommunity public
master agentx
agentxsocket unix:{agentx}
agentxperms 0777 0777
trap2sink 127.0.0.1:162 public
"""


def writable_profile(lab):
    """keepalived-mib.conf as an administrator who allows SETs would have it."""
    text = (lab.stage.share / "profiles/keepalived-mib.conf").read_text()
    assert text.count("# Writable true") == 1
    path = lab.directory / "writable.conf"
    path.write_text(text.replace("# Writable true", "Writable true #"))
    return f'Include "{path}"\n'


def build(lab, label, address, priority, interval=INTERVAL):
    """A router with keepalived, snmpd, snmptrapd and collectd; all but keepalived run."""
    router = lab.router(label, f"{address}/24")
    router.track_file = router.directory / "A.priority"
    router.add_keepalived(
        Instance("A", 10, priority, ["192.168.1.1/24"], password=PASSWORD, blocks=(block("track_file", "moved weight 1"),)),
        tracked=(track_file("moved", router.track_file),)).write()
    router.trapd = lab.manage(Daemon(
        router.argv("snmptrapd", "-f", "-Lo", "-On", "-Ot", "-m", "", "--disableAuthorization=yes",
                    "-C", "127.0.0.1:162"), router.directory / "trapd.log"))
    router.trapd.start()
    router.add_snmpd(whole=SNMPD.format(agentx=router.directory / "agentx")).start().ready()
    vrrp = router.keepalived_block().replace(
        "  </Keepalived>", f'    TrackFile "A" "{router.track_file}"\n  </Keepalived>')
    router.add_collectd(vrrp=vrrp, interval=interval, extra=writable_profile(lab)).start().ready()
    return router


def names(router):
    """{place: name} of the instances in KEEPALIVED-MIB."""
    return {oid.rsplit(".", 1)[1]: value.decode() for oid, value in router.snmp.walk(NAME).items()}


def wait_names(router, wanted, timeout=SOON):
    wait_until(lambda: names(router) == wanted, timeout,
               lambda: f"{names(router)}, not {wanted}\n{router.collectd.said()[-3000:]}")


def wait_value(router, oid, wanted, timeout=SOON):
    wait_until(lambda: router.snmp.get(oid) == wanted, timeout,
               lambda: f"{oid} is {router.snmp.get(oid)}, not {wanted}")


def warnings_of(router, since=0):
    """What was logged of keepalived's silence."""
    return [line for line in router.collectd.said()[since:].splitlines()
            if "What only it knows is unknown" in line]


def check_sanitizer(router):
    """In a build with a sanitizer: it had nothing to say."""
    assert "Sanitizer" not in router.collectd.said(), router.collectd.said()[-5000:]


@pytest.fixture
def r1(stage):
    with Lab(stage) as lab:
        router = build(lab, "r1", "192.168.1.2", 120)
        yield router
        router.collectd.stop()
        check_sanitizer(router)


@pytest.fixture
def both(stage):
    with Lab(stage) as lab:
        routers = (build(lab, "r1", "192.168.1.2", 120), build(lab, "r2", "192.168.1.3", 100))
        for router in routers:
            router.keepalived.start()
        routers[0].wait_state(10, MASTER, 15)
        routers[1].wait_state(10, BACKUP, 15)
        yield routers
        for router in routers:
            router.collectd.stop()
            check_sanitizer(router)


def test_follows_keepalived_through_its_life(r1):
    """Not there, started, reloaded with more and with fewer instances, stopped, back."""
    wait_until(lambda: warnings_of(r1), SOON, r1.collectd.said)
    assert names(r1) == {}
    r1.keepalived.start()
    wait_names(r1, {"1": "A"})
    wait_value(r1, f"{STATE}.1", 2, 10)
    assert r1.snmp.get(f"{BASE}.1") == 120

    alone = r1.keepalived.instances
    r1.keepalived.instances = (*alone, SECOND)
    r1.keepalived.reload()
    wait_names(r1, {"1": "A", "2": "B"}, 10)
    r1.keepalived.instances = alone
    r1.keepalived.reload()
    wait_names(r1, {"1": "A"}, 10)

    said = len(r1.collectd.said())
    r1.keepalived.stop()
    wait_names(r1, {})
    r1.keepalived.start()
    wait_names(r1, {"1": "A"}, 10)
    assert len(warnings_of(r1, said)) <= 2
    assert PASSWORD not in r1.collectd.said()


def first_told(router, type_instance, value):
    """When this priority of VRID 10 was first dispatched, in seconds since the epoch; or None."""
    directory = router.collectd.csv / router.label / "vrrp-eth0-ipv4-10"
    for path in sorted(directory.glob(f"vrrp_priority-{type_instance}-*")):
        for line in path.read_text().splitlines()[1:]:
            when, told = line.split(",")
            if float(told) == value:
                return float(when)
    return None


def test_the_priority_of_a_silent_backup_is_told_with_the_dump(stage):
    """keepalived moves a priority that the wire does not show: told with the dump that says
    so, not an interval later."""
    with Lab(stage) as lab:
        r1 = build(lab, "r1", "192.168.1.2", 120)
        r2 = build(lab, "r2", "192.168.1.3", 100, interval=3)
        for router, state in ((r1, MASTER), (r2, BACKUP)):
            router.keepalived.start()
            router.wait_state(10, state, 15)
        for value in (100, 110):
            r2.track_file.write_text(f"{value - 100}\n")
            # collectd's threads write in any order, and the moment stands in the file.
            wait_until(lambda: all(first_told(r2, which, value) for which in ("own", "effective")), 10,
                       lambda: f"{value} is not told:\n{r2.collectd.values('vrrp_priority')}")
            behind = first_told(r2, "own", value) - first_told(r2, "effective", value)
            assert abs(behind) < 1.5, f"{value} is told {behind:.3f} s after the dump"
        assert r2.state(10) == BACKUP


def test_a_keepalived_that_hangs_is_told_by_the_wire_only(r1):
    """SIGSTOP: rows of KEEPALIVED-MIB go, VRRP-MIB stays, and nothing waits."""
    r1.keepalived.start()
    wait_names(r1, {"1": "A"})
    r1.wait_state(10, MASTER, 15)
    vrrp = int((r1.directory / "vrrp.pid").read_text())
    subprocess.run(["kill", "-STOP", str(vrrp)], check=True)
    try:
        wait_names(r1, {}, 10)
        assert r1.state(10) is not None
        assert len(warnings_of(r1)) <= 2
    finally:
        subprocess.run(["kill", "-CONT", str(vrrp)], check=True)
    wait_names(r1, {"1": "A"}, 10)


def test_a_set_moves_the_master(both):
    """snmpset of vrrpInstanceBasePriority forces a takeover, and takes it back."""
    r1, r2 = both
    wait_value(r2, f"{BASE}.1", 100)
    command(r2, "snmpset", f"{BASE}.1", "i", "200")
    wait_value(r2, f"{BASE}.1", 200)
    wait_value(r2, f"{EFFECTIVE}.1", 200)
    r2.wait_state(10, MASTER, 10)
    r1.wait_state(10, BACKUP, 10)
    command(r2, "snmpset", f"{BASE}.1", "i", "100")
    r1.wait_state(10, MASTER, 10)
    wait_value(r2, f"{BASE}.1", 100)


def test_a_set_is_refused_where_it_must_be(r1):
    """Out of range, an instance without a TrackFile, keepalived silent."""
    r1.keepalived.instances += (SECOND,)
    r1.keepalived.start()
    wait_names(r1, {"1": "A", "2": "B"}, 10)
    for value in ("0", "255", "300", "-1"):
        with pytest.raises(SnmpError, match="wrongValue"):
            command(r1, "snmpset", f"{BASE}.1", "i", value)
        assert f"to {value}: wrongValue, a priority is from 1 to 254" in r1.collectd.said()
    with pytest.raises(SnmpError, match="notWritable"):
        command(r1, "snmpset", f"{BASE}.2", "i", "60")
    assert r1.track_file.read_text().strip() == "0"
    r1.keepalived.stop()
    wait_names(r1, {})
    with pytest.raises(SnmpError):
        command(r1, "snmpset", f"{BASE}.1", "i", "60")


def test_nobody_forges_a_set(r1):
    """PUTNOTIF says what a SET's notification says, past snmpd's access control: nothing moves."""
    r1.keepalived.start()
    wait_value(r1, f"{BASE}.1", 120)
    for word in ("test", "set"):
        status = r1.collectd.ask(
            f"PUTNOTIF severity=okay time={time.time():.3f} host=r1 plugin=vrrp "
            "plugin_instance=eth0-ipv4-10 type=vrrp_priority type_instance=base "
            f's:snmp_agent:{word}=200 message="forged"')
        assert status[0].startswith("0 "), status
    time.sleep(1)
    assert r1.track_file.read_text().strip() == "0"
    assert r1.snmp.get(f"{BASE}.1") == 120


def test_a_set_that_fails_at_the_last_hinders_no_other(r1):
    """The TrackFile can't be written for a while: an error, and the next SET goes through."""
    r1.keepalived.start()
    wait_value(r1, f"{BASE}.1", 120)
    obstacle = r1.track_file.with_name(r1.track_file.name + ".new")
    obstacle.mkdir()
    with pytest.raises(SnmpError, match="commitFailed"):
        command(r1, "snmpset", f"{BASE}.1", "i", "150")
    obstacle.rmdir()
    command(r1, "snmpset", f"{BASE}.1", "i", "150")
    wait_value(r1, f"{BASE}.1", 150)


def test_a_takeover_is_a_trap_with_keepalived_s_varbinds(r1):
    """vrrpInstanceStateChange: name, state, initial state, router id."""
    r1.keepalived.start()
    wait_value(r1, f"{STATE}.1", 2, 15)
    wait_until(lambda: STATE_CHANGE in r1.trapd.said(), SOON, r1.trapd.said)
    trap = next(line for line in r1.trapd.said().splitlines() if STATE_CHANGE in line)
    binds = parse("\n".join(trap.strip().split("\t")))
    assert binds[f"{NAME}.1"] == ("STRING", '"A"')
    assert binds[f"{STATE}.1"] == ("INTEGER", "2")
    assert binds[f"{INSTANCE}.5.1"] == ("INTEGER", "1")  # state BACKUP
    assert binds["1.3.6.1.4.1.9586.100.5.1.2.0"] == ("STRING", '"r1"')
