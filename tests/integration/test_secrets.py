# SPDX-License-Identifier: MIT
"""VRRP's password crosses the wire in clear; from there on it goes nowhere."""

import time

from lab import PASSWORD, snmp


def test_password_is_nowhere(routers):
    """Not in the log, the csv files, collectd's cache, or anything that SNMP serves."""
    r1, r2 = routers
    advert = r1.lab.wire.wait(10, since=time.time(), vrid=10)
    assert PASSWORD.encode() in advert.payload, "the test proves nothing: no password on the wire"
    r1.keepalived.stop()
    r2.wait_state(10, 3, 6)
    hexadecimal = " ".join(f"{octet:02X}" for octet in PASSWORD.encode())
    for router in routers:
        said = {
            "log": router.collectd.said(),
            "snmpd's log": router.snmpd.said(),
            "cache": str(router.collectd.ask("LISTVAL")),
            "walk": snmp.command(router, "snmpbulkwalk", "1.3.6.1.2.1.68"),
            "everything": snmp.command(router, "snmpbulkwalk", "1.3"),
            "files": " ".join(f"{path} {path.read_text()}"
                              for path in router.collectd.csv.rglob("*") if path.is_file()),
        }
        for where, text in said.items():
            assert len(text) > 50, f"nothing to search in {where}"
            assert PASSWORD not in text, f"the password is in {where}"
            assert hexadecimal not in text, f"the password is in {where}, in hexadecimal"
