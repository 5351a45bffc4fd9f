# SPDX-License-Identifier: MIT
"""A wrong configuration is refused at the start, with block, key, value and what is accepted."""

import subprocess

import pytest

TABLE = """
  <Table "things">
    <IndexKey>
      Source "PluginInstance"
      Syntax "DisplayString"
    </IndexKey>
    <Data "cell">
      Plugin "load"
      Type "{type}"
      {data}
      OIDs {oids}
    </Data>
    {table}
  </Table>
  {top}
"""


def agent(type="vrrp_state", data="", oids='"1.3.6.1.4.1.8072.9999.1.1.1"', table="", top=""):
    """A <Plugin snmp_agent> block, right but for what is given."""
    return {"agent": TABLE.format(type=type, data=data, oids=oids, table=table, top=top)}


# What is wrong, and the words that the message must have.
WRONG = {
    "vrrp-key": ({"vrrp": '  Interfaces "eth0"'}, ["vrrp", "Interfaces"]),
    "vrrp-value": ({"vrrp": "  Interface 5"}, ["vrrp", "Interface"]),
    "vrrp-twice": ({"vrrp": "  ForgetAfter 60\n  forgetafter 61"}, ["vrrp", "forgetafter 61", "twice"]),
    "vrrp-bool": ({"vrrp": '  IgnoreSelected "perhaps"'}, ["vrrp", "IgnoreSelected"]),
    "keepalived-key": ({"vrrp": "  <Keepalived>\n    Pidfiles \"/x\"\n  </Keepalived>"},
                       ["vrrp", "Keepalived", "Pidfiles"]),
    "peer": ({"vrrp": '  <VirtualRouter "eth0-ipv4-10">\n    Peer "nobody"\n  </VirtualRouter>'},
             ['<VirtualRouter "eth0-ipv4-10">', "Peer", "nobody", "192.0.2.1"]),
    "peer-key": ({"vrrp": '  <VirtualRouter "eth0-ipv4-10">\n    Pear "192.0.2.1"\n  </VirtualRouter>'},
                 ['<VirtualRouter "eth0-ipv4-10">', "Pear", "known here: Peer"]),
    "keepalived-json": ({"vrrp": '  <Keepalived>\n    JSON "keepalived.json"\n  </Keepalived>'},
                        ["Keepalived", "JSON", "keepalived.json", "absolute path"]),
    "keepalived-pid-file": ({"vrrp": '  <Keepalived>\n    PidFile "keepalived.pid"\n  </Keepalived>'},
                            ["Keepalived", "PidFile", "keepalived.pid", "absolute path"]),
    "agent-key": (agent(top='AgentXSokcet "/x"'), ["snmp_agent", "AgentXSokcet"]),
    "agent-socket": (agent(top='AgentXSocket "udp:nowhere"'), ["AgentXSocket", "udp:nowhere"]),
    "table-key": (agent(table='Sise "1.3"'), ["things", "Sise"]),
    "data-key": (agent(data='Skale 2'), ["cell", "Skale"]),
    "oid": (agent(oids='"1.3.six"'), ["cell", "OIDs", "1.3.six"]),
    "oid-count": (agent(oids='"1.3.6.1.4.1.8072.9999.1.1.1" "1.3.6.1.4.1.8072.9999.1.1.2"'),
                  ["cell", "OIDs"]),
    "type": (agent(type="no_such_type"), ["cell", "no_such_type"]),
    "syntax": (agent(data='Syntax "Counter128"'), ["cell", "Syntax", "Counter128", "Counter64"]),
    "regex": (agent(data='Value "PluginInstance"\n      Regex "(["'), ["cell", "Regex", "(["]),
    "group": (agent(data='Value "PluginInstance"\n      Regex "a(b)"\n      Group 2'),
              ["cell", "Group"]),
    "map": (agent(data='Map "nowhere"'), ["cell", "Map", "nowhere"]),
}


@pytest.mark.parametrize("name", WRONG)
def test_refused(lab, name):
    """collectd does not start, and one line says why."""
    options, words = WRONG[name]
    r1 = lab.router("r1", "192.168.1.2/24")
    collectd = r1.add_collectd(profiles=(), **options).start()
    try:
        status = collectd.process.wait(10)
    except subprocess.TimeoutExpired:
        status = None
    said = collectd.said()
    assert status, f"collectd started with {options} (exit {status}):\n{said}"
    assert any(all(word in line for word in words) for line in said.splitlines()), \
        f"no line has {words}:\n{said}"
    if "vrrp" in options:
        assert said.count("[error] vrrp plugin: ") == 1, f"said more than once:\n{said}"


def test_everything_wrong_is_told_at_once(lab):
    """One start tells all of it, in all three plugins."""
    r1 = lab.router("r1", "192.168.1.2/24")
    collectd = r1.add_collectd(
        profiles=(), load=("vrrp", "ipvs", "snmp_agent"),
        vrrp='  ForgetAfter "soon"\n  Colour 1\n  <VirtualRouter "x">\n    Peer "y"\n  </VirtualRouter>',
        extra='<Plugin ipvs>\n  Writable "perhaps"\n  Service 7\n</Plugin>',
        **agent(data='Skale 2\n      Rate "often"', top='AgentXPing 0\nAgentXSokcet "/x"')).start()
    assert collectd.process.wait(10)
    said = collectd.complaints(r"\[error\]")
    for words in ('ForgetAfter "soon"', "Colour 1", '<VirtualRouter "x">: is not named', 'Peer "y"',
                  'Writable "perhaps"', "Service 7", "Skale 2", 'Rate "often"', "AgentXPing 0",
                  'AgentXSokcet "/x"'):
        assert sum(words in line for line in said) == 1, f"{words}:\n" + "\n".join(said)


def test_values_in_quotes(lab):
    """As public generators of collectd.conf write them."""
    r1 = lab.router("r1", "192.168.1.2/24")
    r1.add_snmpd().start().ready()
    collectd = r1.add_collectd(
        profiles=(), vrrp='  IgnoreSelected "false"\n  ForgetAfter "60"\n  UnicastMinimumTTL "255"',
        **agent(data='Syntax "Gauge32"\n      Scale "2.5"\n      Saturate "true"',
                top='AgentXPing "10"')).start().ready()
    assert collectd.stop() < 5


def test_accepted(lab):
    """The same block without a fault starts: the refusals above are about their faults."""
    r1 = lab.router("r1", "192.168.1.2/24")
    r1.add_snmpd().start().ready()
    collectd = r1.add_collectd(profiles=(), **agent(data='Syntax "Gauge32"')).start().ready()
    assert collectd.stop() < 5
