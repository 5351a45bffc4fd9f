# SPDX-License-Identifier: MIT
"""keepalived with its SNMP in one snmpd, ours in another, on the same virtual routers:
compared object by object. Each difference has its reason here, or the test fails."""

import re
import subprocess
from pathlib import Path

import pytest

from lab import Lab, wait_until
from lab.snmp import parse
from lab.snmpd import Snmpd

KEEPALIVED = "1.3.6.1.4.1.9586.100.5"
VRRP, VRRPV3 = "1.3.6.1.2.1.68", "1.3.6.1.2.1.207"
OWN_PORT = 1161  # of the snmpd that keepalived's own SNMP is in
PROFILES = ("vrrp-mib", "vrrpv3-mib", "keepalived-mib")
DOC = Path(__file__).resolve().parents[2] / "docs/mibs.md"

CONF = """\
global_defs {
    router_id LAB
    notification_email {
        ops@example.com
    }
    notification_email_from lb@example.com
    smtp_server 10.0.0.9 2525
    script_user root
    enable_script_security
}
vrrp_script good {
    script "/usr/bin/true"
    interval 1
}
vrrp_track_process sleeper {
    process sleep 1000
    param_match initial
    quorum 1
    quorum_max 5
    weight 3
    delay 0.5
}
vrrp_track_process ghost {
    process ghostd
    weight -7
}
track_file moved {
    file "/tmp/collectd-ha-no-such-file"
    weight 1
}
vrrp_sync_group G {
    group {
        A
        D
    }
    smtp_alert
    notify_master "/usr/bin/true g"
}
vrrp_instance A {
    interface eth0
    virtual_router_id 10
    priority 120
    advert_int 1
    virtual_ipaddress {
        10.0.0.100/24 dev eth0 label eth0:vip
        10.0.0.101/32
    }
    virtual_ipaddress_excluded {
        10.0.0.150/32
        fd00::150/64
    }
    virtual_routes {
        10.9.0.0/24 via 10.0.0.9 dev eth0 metric 5
        10.9.1.0/24 nexthop via 10.0.0.9 dev eth0 weight 3 nexthop via 10.0.0.8 dev eth0
        blackhole 10.9.2.0/24
    }
    virtual_rules {
        from 10.8.0.0/24 table 100 priority 400
        to 10.7.0.0/16 fwmark 5 table 101 priority 401
    }
    notify_master "/usr/bin/true a"
}
vrrp_instance B {
    interface eth0
    virtual_router_id 30
    priority 90
    advert_int 1
    unicast_peer {
        10.0.0.9
    }
    virtual_ipaddress {
        10.0.0.130/24
    }
}
vrrp_instance C4 {
    interface eth0
    version 3
    virtual_router_id 20
    priority 110
    advert_int 0.2
    state MASTER
    track_script {
        good weight 7
    }
    track_process {
        sleeper weight 3
        ghost
    }
    track_file {
        moved weight 1
    }
    virtual_ipaddress {
        10.0.0.120
    }
}
vrrp_instance C6 {
    interface eth0
    version 3
    virtual_router_id 20
    priority 110
    advert_int 0.2
    preempt_delay 5
    virtual_ipaddress {
        fe80::20
        fd00::120/64
    }
}
vrrp_instance D {
    interface eth0
    use_vmac
    virtual_router_id 40
    priority 101
    nopreempt
    track_interface {
        lo
    }
    virtual_ipaddress {
        10.0.0.140/24
    }
}
"""

# Where both serve an object and the values differ: why ours is right.
DIFFERENT = {
    "vrrpAddressAdvertising": "keepalived tells notAdvertised(2) for all but the first instance",
    "vrrpInstanceAccept": "keepalived tells 0 in version 2, which the MIB does not know",
    "vrrpInstanceTrackPrimaryIf": "keepalived tells whether another interface is tracked",
    "vrrpProcessParamMatch": "keepalived tells partial(2) for initial(3)",
    "vrrpRouteProtocol": "keepalived tells rtnetlink's number plus 1; the MIB has keepalived(112)",
    "vrrpNotificationCntl": "snmp_agent sends the traps, keepalived was not told to",
    "vrrpOperMasterIpAddr": "keepalived tells 0.0.0.0 on the master itself",
    "vrrpOperVirtualMacAddr": "the MIB wants 00-00-5E-00-01-XX, keepalived tells the interface's",
    "vrrpOperVirtualRouterUpTime": "keepalived counts seconds where the MIB wants hundredths",
    "vrrpv3OperationsVirtualMacAddr": "the MIB wants 00-00-5E-00-0F-XX, keepalived tells the interface's",
    "vrrpv3OperationsUpTime": "keepalived knows of the time before its first advert; a witness cannot",
    "vrrpv3GlobalStatisticsDiscontinuityTime": "collectd started after snmpd; keepalived tells 0",
    "vrrpv3StatisticsRowDiscontinuityTime": "the row began after snmpd; keepalived tells 0",
}
# Where keepalived has nothing and ours has: why it should.
OURS_ONLY = {
    "vrrpRuleProtocol": "keepalived tells it only if it was configured, and sets it nevertheless",
    "vrrpOper": "keepalived's walk of VRRP-MIB ends after its first row",
    "vrrpStats": "keepalived's walk of VRRP-MIB ends after its first row",
    "vrrpv3AssociatedIpAddrRowStatus": "keepalived's index lacks the address's length",
}
# Objects of a newer keepalived's MIB that ours serves beside an older one, too.
NEWER = {
    "vrrpScriptIntervalUsec": "in keepalived from 2.3 on",
    "vrrpScriptPath": "in keepalived from 2.3 on",
    "vrrpScriptTimeoutUsec": "in keepalived from 2.3 on",
    "emailAddress": "keepalived from 2.3.3 on leaves the rows of its table out",
}
# Where ours has nothing and keepalived has: why it should not.
THEIRS_ONLY = {
    "vrrpv3AssociatedIpAddrRowStatus": "keepalived's index lacks the address's length",
}


def names_by_oid():
    """OID of each column and scalar, of docs/mibs.md -> its name."""
    rows = re.findall(r"^\| (\w+) \| ([\d.]+) \| (.*) \|$", DOC.read_text(), re.M)
    return {oid: (name, "not served" not in origin) for name, oid, origin in rows}


def named(found, names):
    """{(object, index): value} of a walk; objects that no document names stay OIDs."""
    result = {}
    for oid, (_, value) in found.items():
        parts = oid.split(".")
        for cut in range(len(parts), 0, -1):
            name = names.get(".".join(parts[:cut]))
            if name:
                result[name[0], ".".join(parts[cut:])] = value
                break
        else:
            result[oid, ""] = value
    return result


@pytest.fixture(scope="module")
def router(stage):
    """One router that has both: keepalived with SNMP, and collectd-ha."""
    with Lab(stage) as lab:
        r1 = lab.router("r1", "10.0.0.1/24", "fd00::1/64")
        lab.router("peer", "10.0.0.9/24", "10.0.0.8/24")
        own = r1.directory / "own"
        own.mkdir()
        conf = (f"agentaddress udp:127.0.0.1:{OWN_PORT}\nrocommunity public\nmaster agentx\n"
                f"agentxsocket unix:{own}/agentx\nagentxperms 0777 0777\n")
        lab.manage(Snmpd(r1, own, whole=conf)).start().ready()
        r1.add_snmpd().start().ready()
        r1.add_keepalived(own_snmp=own / "agentx").configuration = lambda: CONF
        r1.keepalived.start()
        r1.add_collectd(vrrp=r1.keepalived_block(), profiles=PROFILES).start().ready()
        for place in range(1, 6):
            wait_until(lambda at=place: r1.snmp.get(f"{KEEPALIVED}.2.3.1.4.{at}") == 2, 20,
                       lambda at=place: f"instance {at} is no master\n{r1.collectd.said()[-3000:]}")
        yield r1


def walk(router, oid, port):
    """The walk of the snmpd on this port; strings in hexadecimal, each on one line."""
    done = subprocess.run(
        router.argv("snmpbulkwalk", "-v2c", "-c", "public", "-On", "-Oe", "-Ot", "-Ox", "-m", "",
                    f"127.0.0.1:{port}", oid),
        capture_output=True, text=True, timeout=30, check=True)
    return parse(re.sub(r"\n(?!\.)", "", done.stdout))


def compare(router, oid):
    """(differences, ours only, theirs only) below an OID, as {(object, index): values}."""
    names = names_by_oid()
    ours = named(walk(router, oid, 161), names)
    theirs = named(walk(router, oid, OWN_PORT), names)
    refused = {name for name, is_served in names.values() if not is_served}
    differ = {key: (ours[key], theirs[key]) for key in ours.keys() & theirs.keys()
              if ours[key] != theirs[key]}
    missing = {key: value for key, value in theirs.items()
               if key not in ours and key[0] not in refused}
    more = {key: value for key, value in ours.items() if key not in theirs}
    return differ, more, missing, len(ours.keys() & theirs.keys())


def unexplained(found, reasons):
    """What no reason's prefix stands for."""
    return {key: value for key, value in found.items() if not key[0].startswith(tuple(reasons))}


@pytest.mark.parametrize("oid, at_least", [
    (KEEPALIVED, 350), (VRRP, 33), (VRRPV3, 120)], ids=["KEEPALIVED", "VRRP", "VRRPV3"])
def test_each_object_is_there_and_equal_or_better(router, oid, at_least):
    """All that docs/mibs.md calls served is there; what differs has its reason above."""
    differ, more, missing, common = compare(router, oid)
    assert common >= at_least
    assert unexplained(differ, DIFFERENT) == {}
    assert unexplained(more, {**OURS_ONLY, **NEWER}) == {}
    assert unexplained(missing, THEIRS_ONLY) == {}


def test_no_reason_is_stale(router):
    """A difference that is gone must leave the list above."""
    seen = set()
    for oid in (KEEPALIVED, VRRP, VRRPV3):
        for part in compare(router, oid)[:3]:
            seen |= {name for name, _ in part}
    # A collectd that started in the same tenth of a second as snmpd tells 0, too.
    chance = {"vrrpv3GlobalStatisticsDiscontinuityTime"}
    for reason in {**DIFFERENT, **OURS_ONLY, **THEIRS_ONLY}.keys() - chance:
        assert any(name.startswith(reason) for name in seen), reason


def test_a_get_finds_what_a_walk_finds(router):
    """keepalived 2.2.7 answers each GET in VRRP-MIB with noSuchInstance."""
    for oid in walk(router, VRRP, 161):
        assert router.snmp.get(oid) is not None, oid


def test_a_route_that_is_gone_is_told(router):
    """vrrpRouteStatus is the kernel's word: keepalived goes on to believe in its route, or puts it
    back (from 2.3 on)."""
    def is_there():
        return "10.9.2.0/24" in router.ip("route", "show", "type", "blackhole")

    status = f"{KEEPALIVED}.2.7.1.14.1.3"
    assert router.snmp.get(status) == 1
    router.ip("route", "del", "blackhole", "10.9.2.0/24")
    wait_until(lambda: is_there() or router.snmp.get(status) == 2, 5, lambda: "the route is still set(1)")
    if is_there():
        wait_until(lambda: router.snmp.get(status) == 1, 5, lambda: "the route is still unset(2)")
        return
    router.ip("route", "add", "blackhole", "10.9.2.0/24", "proto", "keepalived")
    wait_until(lambda: router.snmp.get(status) == 1, 5, lambda: "the route is still unset(2)")
