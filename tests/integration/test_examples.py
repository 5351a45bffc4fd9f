# SPDX-License-Identifier: MIT
"""The example configurations work as they are, but for the places where things are installed."""

import re

from conftest import ROOT
from lab import MASTER, Instance, oids, snmp, wait_until

OWN_PASSWORD = "a password of my own"
V3 = ("-v3", "-l", "authPriv", "-u", "monitor", "-a", "SHA", "-A", OWN_PASSWORD, "-x", "AES", "-X", OWN_PASSWORD)


# The last table of all, which nothing fills: when it is said to be empty, all others have been judged.
UNFILLED = """
<Plugin snmp_agent>
  <Table "unfilled">
    <IndexKey>
      Source "PluginInstance"
    </IndexKey>
    <Data "nothing">
      Plugin "nobody"
      Type "gauge"
      Syntax "Gauge32"
      OIDs "1.3.6.1.4.1.8072.9999.9999.99.1.1"
    </Data>
  </Table>
</Plugin>
"""


def example(name, **places):
    """The example's text with each place replaced; every place must occur."""
    text = (ROOT / name).read_text()
    for old, new in places.values():
        assert old in text, f"{name} does not mention {old}"
        text = text.replace(old, str(new))
    return text


def made_user():
    """The line that snmpd.conf.example tells to add for a user of version 3."""
    line = re.search(r"^#   echo '(createUser .*)' >>/var/lib/snmp/snmpd.conf$",
                     (ROOT / "snmpd.conf.example").read_text(), re.M)[1]
    return line.replace("PASSWORD", OWN_PASSWORD) + "\n"


def test_nobody_has_a_published_password():
    """Whatever addresses are added, no user exists before somebody makes one."""
    lines = (ROOT / "snmpd.conf.example").read_text().splitlines()
    assert not [line for line in lines if line.startswith("createUser")]


def test_examples(lab):
    """snmpd and collectd start from the examples and serve a virtual router, v2c and v3."""
    r1, r2 = lab.router("r1", "192.168.1.2/24"), lab.router("r2", "192.168.1.3/24")
    agentx = ("/run/agentx/master", r1.directory / "agentx")
    r1.add_snmpd(whole=example("snmpd.conf.example", agentx=agentx), persistent=made_user()).start().ready()
    collectd = r1.add_collectd(whole=example(
        "collectd.conf.example", agentx=agentx, prefix=("/usr/local", lab.stage.prefix),
        data=("/var/lib/collectd/rrd", r1.directory / "rrd"),
        # as the lab needs it: no syslog here, and no pid file in a place that is not the test's
        log=("LoadPlugin syslog\n<Plugin syslog>\n  LogLevel info\n"
             "  # A line for each change of a master and each problem.\n  NotifyLevel OKAY\n</Plugin>",
             f'PIDFile "{r1.directory}/pid"\nLoadPlugin logfile\n'
             '<Plugin logfile>\n  File "stderr"\n</Plugin>')) + UNFILLED)
    collectd.start()
    for router, priority in ((r1, 120), (r2, 100)):
        router.add_keepalived(Instance("only", 10, priority, ["192.168.1.1/24"])).start()
    wait_until(lambda: r1.state(10) == MASTER, 15, collectd.said)
    assert not collectd.complaints("(?i)error|warning")
    found = snmp.snmpwalk(r1, oids.OPER_STATE, auth=V3)
    assert found == {f"{oids.OPER_STATE}.{r1.index(10)}": ("INTEGER", str(MASTER))}
    assert OWN_PASSWORD not in r1.snmpd.kept.read_text()
    wait_until(lambda: '<Table "unfilled"> has no row' in collectd.said(), 40, collectd.said)
    assert re.findall(r'(\S+ "[^"]*")> has no (?:row|value)', collectd.said()) == ['<Table "unfilled"']
