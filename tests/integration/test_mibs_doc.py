# SPDX-License-Identifier: MIT
"""docs/mibs.md, the profiles and the MIBs speak of the same objects."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PROFILES = {
    "VRRP-MIB": "vrrp-mib.conf",
    "VRRPv3-MIB": "vrrpv3-mib.conf",
    "KEEPALIVED-MIB": "keepalived-mib.conf",
}
MIB_DIR = Path("/usr/share/snmp/mibs")  # keepalived's package brings these three


def doc_rows():
    """Object name -> (OID, where it comes from), of all tables in the document."""
    text = (ROOT / "docs/mibs.md").read_text()
    rows = re.findall(r"^\| (\w+) \| ([\d.]+) \| (.*) \|$", text, re.M)
    return {name: (oid, origin) for name, oid, origin in rows}


def served_by(profile):
    """OID of each column, scalar and trap in the profile -> its name in the comment."""
    text = (ROOT / "profiles" / profile).read_text()
    return dict(re.findall(r'(?:OIDs|Trap) "([\d.]+)" # (\w+)$', text, re.M))


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
    if not (MIB_DIR / f"{module}.txt").exists():
        pytest.skip("keepalived's package, which brings the MIB, is not installed")
    rows = doc_rows()
    served = set(served_by(profile).values())
    checker_side = re.compile(r"virtualServer|realServer|lvsSyncDaemon|lvsTimeout")
    for name in objects_of(module):
        if checker_side.match(name):
            continue
        assert name in rows, f"{name} of {module} is not in docs/mibs.md"
        assert (name in served) == ("not served" not in rows[name][1]), name


def test_our_own_profile_serves_our_own_mib():
    text = (ROOT / "mibs/COLLECTD-HA-MIB.txt").read_text()
    readable = set(re.findall(r"^(ch\w+) OBJECT-TYPE\n(?:(?!::=).)*MAX-ACCESS  read-only",
                              text, re.S | re.M))
    traps = set(re.findall(r"^(ch\w+) NOTIFICATION-TYPE", text, re.M))
    assert set(served_by("collectd-ha-mib.conf").values()) == readable | traps


def test_our_own_mib_is_clean_under_smilint(tmp_path):
    """Debian ships no IETF modules; where COLLECTD_HA_MIBDIRS names some, they are used."""
    dirs = os.environ.get("COLLECTD_HA_MIBDIRS", "/usr/share/snmp/mibs/ietf")
    if shutil.which("smilint") is None or not any(
            list(Path(d).glob("SNMPv2-SMI*")) for d in dirs.split(":") if Path(d).is_dir()):
        pytest.skip("needs smilint (smitools) and the IETF's modules")
    result = subprocess.run(
        ["smilint", "-l", "6", str(ROOT / "mibs/COLLECTD-HA-MIB.txt")],
        env=dict(os.environ, SMIPATH=f"{dirs}:{MIB_DIR}"), capture_output=True, text=True)
    assert result.stdout + result.stderr == ""
