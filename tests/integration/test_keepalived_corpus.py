# SPDX-License-Identifier: MIT
"""Each recorded keepalived, from 2.2.7 to 2.4.3: what its own SNMP served and what ours makes
of its dumps of the same moment, object by object. Each difference has its reason here."""

import os
import pathlib
import re
import shutil
import sys

import pytest

from lab import Lab, wait_until
from lab.daemon import Daemon
from lab.snmp import parse
from test_mib_compare import DOC, KEEPALIVED, named, walk, names_by_oid

CORPUS = pathlib.Path(__file__).resolve().parents[1] / "corpus/keepalived"
STAND_IN = pathlib.Path(__file__).resolve().parent / "lab/corpus_keepalived.py"
PROFILES = ("keepalived-mib", "keepalived-mib-checkers")

# What ours cannot have, or has of the machine it runs on: why.
ELSEWHERE = {
    "vrrpAddressIfIndex": "this machine's interfaces have other numbers",
    "vrrpRouteIfIndex": "this machine's interfaces have other numbers",
    "vrrpRouteNextHopIfIndex": "this machine's interfaces have other numbers",
    "vrrpTrackedInterface": "this machine's interfaces have other numbers",
    "vrrpSyncTrackedInterface": "this machine's interfaces have other numbers",
    "vrrpRouteStatus": "the kernel's word, and this kernel has none of these routes",
    "vrrpRuleStatus": "the kernel's word, and this kernel has none of these rules",
    "vrrpInstanceMulticastAddress": "of the wire, where nothing is said",
    "smtpServer": "no smtp_server is configured: keepalived tells :: and zeros",
    "lvsTimeout": "the kernel's word, by the plugin ipvs",
    "virtualServerStats": "the kernel's counters, by the plugin ipvs",
    "virtualServerRate": "the kernel's counters, by the plugin ipvs",
    "realServerStats": "the kernel's counters, by the plugin ipvs",
    "realServerRate": "the kernel's counters, by the plugin ipvs",
    "virtualServerWeight": "the default weight is in no dump",
    "linkBeat": "the checkers' process has no interfaces, and so has its dump",
}
# Where both serve an object and the values differ: why ours is right.
DIFFERENT = {
    "vrrpAddressAdvertising": "keepalived tells notAdvertised(2) for all but the first instance",
    "vrrpInstanceAccept": "keepalived tells 0 in version 2, which the MIB does not know",
    "vrrpInstanceTrackPrimaryIf": "keepalived tells whether another interface is tracked",
    "vrrpRouteProtocol": "keepalived tells rtnetlink's number plus 1; the MIB has keepalived(112)",
    "vrrpProcessParamMatch": "keepalived tells partial(2) for initial(3)",
    "vrrpTrackedFileWeight": "keepalived tells the file's own weight, not the instance's",
    "vrrpTrackedBfdWeight": "keepalived tells the BFD's own weight, not the instance's",
    "vrrpTrackedProcessWeight": "keepalived tells the process' own weight, not the instance's",
    "vrrpSyncTrackedBfdWeight": "keepalived tells the BFD's own weight, not the group's",
    "virtualServerSH": "keepalived tells the flags of another scheduler's",
    "virtualServerMH": "keepalived tells the flags of another scheduler's",
    "vrrpSyncTrackedProcessWeight": "keepalived tells the process' own weight, not the group's",
}
# Where ours has an object and keepalived has none: why it should.
OURS_ONLY = {
    "vrrpScript": "columns of 2.3's MIB, also for 2.2.7",
    "realServerNotRunCheckers": "a column of 2.4's MIB, also for older ones; what was recorded of C and D ends before it",
    "emailAddress": "keepalived tells none from 2.3 on",
    "lvsSyncDaemon": "keepalived's VRRP process tells none; what was recorded of 2.4.3, C and D, ends before it",
    "vrrpRouteAdvmss": "keepalived tells the lock of it alone",
    "vrrpRuleProtocol": "keepalived tells none",
    "vrrpRuleIPProto": "keepalived tells none, though the rule has it",
    "vrrpRuleSrcPort": "keepalived tells none, though the rule has it",
    "vrrpRuleDstPort": "keepalived tells none, though the rule has it",
}


def recorded(version, config):
    """The walk of keepalived's own SNMP."""
    text = (CORPUS / version / config / "snmp.walk").read_text()
    found = parse(re.sub(r"\n(?!\.)", "", text))
    return {oid: value for oid, value in found.items() if oid.startswith(KEEPALIVED + ".")}


def start_stand_in(lab, router, version, config):
    """A program called keepalived with that version's line in it."""
    program = router.directory / "keepalived"
    shutil.copy(os.path.realpath(sys.executable), program)
    line = (CORPUS / version / config / "version.txt").read_text().splitlines()
    with open(program, "ab") as file:
        file.write(b"\0" + next(x for x in line if x.startswith("Keepalived v")).encode()
                   + b"\0 IPVS_64BIT_STATS\0")
    return lab.manage(Daemon(
        router.argv(program, STAND_IN, CORPUS / version / config, router.directory),
        router.directory / "stand-in.log",
        {"PYTHONHOME": sys.base_prefix})).start()


@pytest.fixture(params=[(v, c) for v in ("2.2.7", "2.3.3", "2.4.3") for c in "ABCDE"] + [("2.3.4", "B")],
                ids="-".join)
def served(request, stage):
    """(what keepalived served, what we serve) of one recorded moment."""
    version, config = request.param
    with Lab(stage) as lab:
        router = lab.router("r1", "10.0.0.1/24")
        router.add_snmpd().start().ready()
        stand_in = start_stand_in(lab, router, version, config)
        router.add_collectd(vrrp=router.keepalived_block(), profiles=PROFILES).start().ready()
        wait_until(lambda: router.snmp.get(f"{KEEPALIVED}.1.1.0") is not None, 15,
                   lambda: "\n".join(line for line in router.collectd.said().splitlines()
                                     if "vrrp plugin" in line) + stand_in.said())
        names = names_by_oid()
        yield (named(recorded(version, config), names), lambda: named(walk(router, KEEPALIVED, 161), names),
               f"| {version} | {config} |")


def without(found, reasons):
    """What no reason's prefix stands for."""
    return {key: value for key, value in found.items() if not key[0].startswith(tuple(reasons))}


def test_what_keepalived_served_is_served(served):
    """99 % of the objects, 99 % of the values; each other one has its reason above."""
    every, walk_ours, row = served
    theirs = without(every, ELSEWHERE)
    wait_until(lambda: len(theirs.keys() - walk_ours().keys()) <= len(theirs) // 100, 15,
               lambda: f"not served: {sorted(theirs.keys() - walk_ours().keys())}")
    ours = walk_ours()
    missing = {key: value for key, value in theirs.items() if key not in ours}
    common = theirs.keys() & ours.keys()
    unequal = {key: (theirs[key], ours[key]) for key in common if theirs[key] != ours[key]}
    differ = without(unequal, DIFFERENT)
    more = without({key: ours[key] for key in ours.keys() - every.keys()}, {**ELSEWHERE, **OURS_ONLY})
    row += (f" {len(every)} | {len(theirs)} | {100 * len(common) / len(theirs):.1f} % |"
            f" {100 - 100 * len(unequal) / len(common):.1f} % |")
    print(row)
    assert missing == {} and differ == {} and more == {}
    assert row in DOC.read_text(), f"docs/mibs.md has not the row {row}"
