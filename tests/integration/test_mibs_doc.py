# SPDX-License-Identifier: MIT
"""docs/mibs.md, the profiles and the MIBs speak of the same objects; our own MIB is sound."""

import os
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PROFILES = {
    "VRRP-MIB": "vrrp-mib.conf",
    "VRRPv3-MIB": "vrrpv3-mib.conf",
    "KEEPALIVED-MIB": "keepalived-mib.conf",
}
MIB_DIR = Path("/usr/share/snmp/mibs")  # net-snmp's; keepalived's package brings these three
BASE_DIR = ROOT / "tests/integration/mibs"  # what they import of the IETF's modules
OUR_MIB = ROOT / "mibs/COLLECTD-HA-MIB.txt"
# What a MIB may call the type of a column with this Syntax; without a line, the same.
TYPES = {
    "Integer32": {"INTEGER", "Integer32"}, "InetAddressType": {"INTEGER"},
    "TimeStamp": {"TimeTicks"}, "DisplayString": {"OCTET STRING"},
    "InetAddress": {"OCTET STRING"}, "MacAddress": {"OCTET STRING"},
}


# Objects of keepalived 2.3 and 2.4: held to the MIB where it has them, as Debian 13's.
NEWER = {"v3ChecksumAsV2", "vrrpScriptPath", "vrrpScriptIntervalUsec", "vrrpScriptTimeoutUsec",
         "vrrpInstanceV3ChecksumAsV2", "virtualServerQuorumUpPath", "virtualServerQuorumDownPath",
         "realServerNotifyUpPath", "realServerNotifyDownPath", "realServerNotRunCheckers",
         *(f"{who}ServerRate{what}64" for who in ("virtual", "real")
           for what in ("Cps", "InPPS", "OutPPS", "InBPS", "OutBPS"))}


def doc_rows():
    """Object name -> (OID, where it comes from), of all tables in the document."""
    text = (ROOT / "docs/mibs.md").read_text()
    rows = re.findall(r"^\| (\w+) \| ([\d.]+) \| (.*) \|$", text, re.M)
    return {name: (oid, origin) for name, oid, origin in rows}


def profile_text(profile):
    return (ROOT / "profiles" / profile).read_text()


def columns(profile):
    """(OID, name, Syntax, writable) of each column and scalar; the names stand in a comment
    behind the OIDs or above them."""
    pattern = r'((?:#.*\s*)*)OIDs ((?:"[\d.]+"[\s\\]*)+)(?:#(.*))?'
    for block in re.findall(r"<Data [^>]*>(.*?)</Data>", profile_text(profile), re.S):
        above, oids, behind = re.search(pattern, block).groups()
        oids, names = re.findall(r"[\d.]+", oids), re.findall(r"\w+", behind or above)
        assert len(oids) == len(names), block
        syntax = re.search(r'^\s*Syntax "(\w+)"', block, re.M)[1]
        for oid, name in zip(oids, names):
            yield oid, name, syntax, "Writable true" in block


def served_by(profile):
    """OID of each column, scalar and trap in the profile -> its name in the comment."""
    return {**{oid: name for oid, name, *_ in columns(profile)},
            **dict(re.findall(r'Trap "([\d.]+)" # (\w+)$', profile_text(profile), re.M))}


def definitions(oids):
    """(name, base type, access) of each OID, as net-snmp finds it in the MIBs."""
    modules = ["COLLECTD-HA-MIB", "VRRP-MIB", "VRRPV3-MIB", "KEEPALIVED-MIB"]
    done = subprocess.run(
        ["snmptranslate", "-M", f"{BASE_DIR}:{MIB_DIR}:{OUR_MIB.parent}", "-m", ":".join(modules),
         "-Td", *oids], capture_output=True, text=True, check=True)
    assert done.stderr == ""
    pattern = r"^[\w-]+::(\w+)(?:\.0)?$.*?^  SYNTAX\t([A-Za-z0-9]+(?: STRING)?).*?MAX-ACCESS\t([\w-]+)$"
    return re.findall(pattern, done.stdout, re.S | re.M)


def objects_of(module):
    """Every object that a manager can read, and every notification, of a MIB file."""
    text = re.sub(r"--.*", "", (MIB_DIR / f"{module}.txt").read_text())
    pattern = r"^\s*(\w+)\s+(OBJECT-TYPE|NOTIFICATION-TYPE)\s(.*?)::=\s*\{"
    return [name for name, _, body in re.findall(pattern, text, re.S | re.M)
            if name != "IMPORTS" and "not-accessible" not in body]


@pytest.mark.parametrize("profile", PROFILES.values())
def test_each_served_object_is_listed_as_served(profile):
    rows = doc_rows()
    for oid, name in served_by(profile).items():
        assert name in rows, f"{name} of {profile} is not in docs/mibs.md"
        listed, origin = rows[name]
        assert oid in (listed, listed + ".0"), f"{name}: {profile} and docs/mibs.md differ"
        assert "not served" not in origin


@pytest.mark.parametrize("module, profile", PROFILES.items())
def test_each_object_of_the_mib_is_listed(module, profile):
    rows = doc_rows()
    served = set(served_by(profile).values())
    checker_side = re.compile(r"virtualServer|realServer|lvsSyncDaemon|lvsTimeout")
    for name in objects_of(module):
        if checker_side.match(name):
            continue
        assert name in rows, f"{name} of {module} is not in docs/mibs.md"
        assert (name in served) == ("not served" not in rows[name][1]), name


@pytest.mark.parametrize("profile", sorted(path.name for path in (ROOT / "profiles").glob("*.conf")))
def test_each_column_is_as_its_mib_defines_it(profile):
    """Name, type and access of each OID, by net-snmp's reading of the MIB."""
    missing = NEWER - set(objects_of("KEEPALIVED-MIB"))
    served = [column for column in columns(profile) if column[1] not in missing]
    for (oid, name, syntax, writable), (real_name, base, access) in zip(
            served, definitions([oid for oid, *_ in served]), strict=True):
        assert name == real_name, oid
        assert base in TYPES.get(syntax, {syntax}), name
        assert access in (["read-write"] if writable else ["read-only", "read-write", "read-create"]), name


def takers(profile):
    """(table, its Plugin, Type and so on, conditions, what its index must have of the meta data) of each
    Data block in a table."""
    for name, body in re.findall(r'<Table "(\w+)">(.*?)</Table>', profile_text(profile), re.S):
        keys = re.findall(r"<IndexKey>(.*?)</IndexKey>", body, re.S)
        needed = {key for text in keys if "Default" not in text
                  for key in re.findall(r'Source "(Meta:\w+)"', text)}
        common = re.findall(r"Where (.*)", re.sub(r"<(Data|IndexKey).*?</\1>", "", body, flags=re.S))
        for block in re.findall(r"<Data (.*?)</Data>", body, re.S):
            yield (name, dict(re.findall(r'^\s*(Plugin|PluginInstance|Type|TypeInstance) "(.*)"', block, re.M)),
                   {*common, *re.findall(r"Where (.*)", block)}, needed)


@pytest.mark.parametrize("profile", sorted(path.name for path in (ROOT / "profiles").glob("*.conf")))
def test_no_table_takes_another_s_values_that_have_no_index_there(profile):
    """Each of its blocks would say in the log that a part of the index is missing."""
    rows = list(takers(profile))
    for table, fields, conditions, needed in rows:
        for other, others, met, there in rows:
            fits = all(others.get(field, text) == text for field, text in fields.items())
            told = there | {f"Meta:{key}" for key in re.findall(r"Meta:(\w+)", " ".join(met))}
            assert table == other or not fits or not conditions <= met or needed <= told, (table, other)


def test_our_own_profile_serves_our_own_mib():
    text = OUR_MIB.read_text()
    readable = set(re.findall(r"^(ch\w+) OBJECT-TYPE\n(?:(?!::=).)*MAX-ACCESS  read-only",
                              text, re.S | re.M))
    traps = set(re.findall(r"^(ch\w+) NOTIFICATION-TYPE", text, re.M))
    fleet = {name for name in readable | traps if name.startswith("chFleet")}
    assert set(served_by("collectd-ha-fleet.conf").values()) == fleet
    assert set(served_by("collectd-ha-mib.conf").values()) == (readable | traps) - fleet


# Map of collectd-ha-mib.conf: what the MIB calls its numbers, and the array that names what is mapped.
MAPS = {
    "collectdHaState": ("chVrrpState", "conclusion.c", "state_names"),
    "collectdHaProblem": ("ChVrrpProblem", "conclusion.c", "problem_names"),
    "collectdHaIpvsProblem": ("ChIpvsProblem", "../../ipvs/core/health.c", "problems"),
    "collectdHaRejection": ("ChVrrpRejection", "packet.c", "verdicts"),
    "collectdHaAdvert": ("chVrrpAdvertsKind", "router.c", "counter_names"),
    "collectdHaKeepalivedCounter": ("chKeepalivedCounterKind", "keepalived_fields.c", "VRRP_KEEPALIVED_COUNTER"),
}


@pytest.mark.parametrize("name", MAPS)
def test_each_map_is_whole(name):
    """All that the source can say has its number, and the MIB the same numbers."""
    kind, source, array = MAPS[name]
    text = (ROOT / "plugins/vrrp/core" / source).read_text()
    rows = re.search(rf"\b{array}\[\w*\] = {{\n(.*?)^}};", text, re.S | re.M)[1]
    said = set(re.findall(r'\[\w+\] =\s*\{?\s*"(\w+)"', rows))
    body = re.search(rf'<Map "{name}">.*?</Map>', profile_text("collectd-ha-mib.conf"), re.S)[0]
    entries = re.findall(r'Entry "(\w+)" (\d+) # (\w+)', body)
    labels = re.search(rf"^{kind} (?:::=|OBJECT).*?INTEGER {{(.*?)}}", OUR_MIB.read_text(), re.S | re.M)[1]
    assert {word for word, _, _ in entries} == said
    assert [(label, number) for _, number, label in entries] == re.findall(r"(\w+)\((\d+)\)", labels)


def smilint(mib):
    """What smilint says at its strictest level."""
    done = subprocess.run(
        ["smilint", "-c", "/dev/null", "-s", "-l", "6", str(mib)], capture_output=True, text=True,
        env=dict(os.environ, SMIPATH=f"{BASE_DIR}:{MIB_DIR}"), check=True)
    return done.stdout + done.stderr


def test_our_own_mib_is_clean_under_smilint():
    assert smilint(OUR_MIB) == ""


@pytest.mark.parametrize("right, wrong, severity", [
    ("::= { chVrrpEntry 5 }", "::= { chVrrpEntry 4 }", 1),  # two columns of one number
    ("SYNTAX      Gauge32\n", "SYNTAX      Gauge33\n", 2),  # no such type
    ("Counter64\n        FROM SNMPv2-SMI", "Counter63\n        FROM SNMPv2-SMI", 2),  # nor there
    ("    chVrrpInterface           DisplayString,\n", "", 3),  # a column that its row lacks
    ("SYNTAX      InetAddress (SIZE (4 | 16))", "SYNTAX      InetAddress", 5),  # a long index
    ("chVrrpLargestGap,", "", 4),  # an object in no group
], ids=["number", "type", "import", "sequence", "index", "group"])
def test_smilint_would_tell(tmp_path, right, wrong, severity):
    """The modules above are enough for smilint to find what is wrong, of any severity."""
    broken = tmp_path / OUR_MIB.name
    assert right in OUR_MIB.read_text()
    broken.write_text(OUR_MIB.read_text().replace(right, wrong, 1))
    assert f"[{severity}]" in smilint(broken)
