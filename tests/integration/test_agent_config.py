# SPDX-License-Identifier: MIT
"""What may be written in <Plugin snmp_agent>: every key at work, every error refused with its
block, key, value and what is accepted."""

import json
import os
import socket
import struct
import subprocess
import time

import pytest

from agent_lab import PEN, Machine, python_feed
from agent_masters import OPEN, PING, FakeMaster, registrar
from agent_snmp import (COUNTER32, COUNTER64, GAUGE32, INTEGER, IPADDRESS, OID, OPAQUE, STRING,
                        TICKS)
from lab import wait_until

FREE = "1.3.6.1.4.1.8072.9999.5555"  # known to no MIB

# --- errors ---------------------------------------------------------------------

DATA = """<Data "d">
  Plugin "hand"
  Type "gauge"
  OIDs "{oid}"
  {more}
</Data>
"""


def data(more="", oid=f"{FREE}.1.2", name="d"):
    """A Data block with some more lines."""
    return DATA.replace('"d"', f'"{name}"').format(oid=oid, more=more)


def table(more="", inside=None, key='<IndexKey>\n Source "PluginInstance"\n</IndexKey>'):
    """A Table block with some more lines; `inside` replaces its one Data block."""
    return f'<Table "t">\n{key}\n{data() if inside is None else inside}\n{more}\n</Table>\n'


def index(more, source='Source "PluginInstance"'):
    """A Table block whose IndexKey has some more lines."""
    return table(key=f"<IndexKey>\n{source}\n{more}\n</IndexKey>")


# name: (configuration, what the message must tell: block, key, value, accepted)
ERRORS = {
    "unknown key": ("Surprise 1\n", ["<Plugin", "Surprise", "1", "Table", "AgentXSocket"]),
    "unknown key of Table": (table("Colour \"red\""), ['<Table "t">', "Colour", "red", "SizeOID"]),
    "unknown key of Data": (data("Colour \"red\""), ['<Data "d">', "Colour", "red", "Scale"]),
    "unknown key of IndexKey": (index("Colour 1"), ['<Table "t">', "<IndexKey>", "Colour", "Enumerate"]),
    "name missing": ('<Data>\nPlugin "hand"\n</Data>\n', ["<Data>", "needs", "text"]),
    "OID of text": (data(oid="no.such.object"), ['<Data "d">', "OIDs", "no.such.object", "numeric"]),
    "OID with a hole": (data(oid="1.3..6"), ['<Data "d">', "OIDs", "1.3..6"]),
    "OID with too large a number": (data(oid="1.3.6.4294967296"), ["OIDs", "4294967296"]),
    "OID of an unknown module": (data(oid="NO-MIB::thing"), ["OIDs", "NO-MIB::thing", "MIB"]),
    "OID that is too long": (data(oid="1.3" + ".6" * 127), ["OIDs", "1.3.6.6"]),
    "OIDs is a number": (data().replace(f'"{FREE}.1.2"', "17"), ["OIDs", "17", "text"]),
    "IndexOID": (table('IndexOID "nonsense"'), ['<Table "t">', "IndexOID", "nonsense"]),
    "SizeOID": (table('SizeOID "1.3" "1.4"'), ['<Table "t">', "SizeOID", "1.4", "one"]),
    "more OIDs than sources": (data().replace(f'"{FREE}.1.2"', f'"{FREE}.1.2" "{FREE}.1.3"'),
                               ['<Data "d">', "OIDs", "gauge", "1 data source", "2"]),
    "fewer OIDs than sources": (data().replace('"gauge"', '"load"'),
                                ['<Data "d">', "OIDs", "load", "shortterm, midterm, longterm"]),
    "OIDs missing": ('<Data "d">\nPlugin "hand"\nType "gauge"\n</Data>\n', ['<Data "d">', "OIDs"]),
    "Plugin missing": (data().replace('Plugin "hand"', ""), ['<Data "d">', "Plugin is missing"]),
    "Type missing": (data().replace('Type "gauge"', ""), ['<Data "d">', "Type is missing"]),
    "Type unknown": (data().replace('"gauge"', '"gouge"'), ['<Data "d">', "Type", "gouge", "types.db"]),
    "Type twice": (data('Type "derive"'), ['<Data "d">', "Type", "derive", "twice"]),
    "Scale twice": (data("Scale 2\nscale 3"), ['<Data "d">', "scale 3", "twice"]),
    "Host twice": (table('Host "a"\nHost "b"'), ['<Table "t">', "Host", "b", "twice"]),
    "Context too long": (data(f'Context "{"c" * 256}"'), ['<Data "d">', "Context", "255"]),
    "Scale of text": (data('Scale "much"'), ['<Data "d">', "Scale", "much", "number"]),
    "Shift of text": (data('Shift "much"'), ['<Data "d">', "Shift", "much", "number"]),
    "Rate of text": (data('Rate "often"'), ['<Data "d">', "Rate", "often", "true"]),
    "Syntax unknown": (data('Syntax "Integer33"'), ['<Data "d">', "Syntax", "Integer33", "Counter64"]),
    "Syntax too many": (data('Syntax "Gauge32" "Gauge32"'), ['<Data "d">', "Syntax", "one"]),
    "Value unknown": (data('Value "Weather"'), ['<Data "d">', "Value", "Weather", "Meta:KEY"]),
    "Value and Scale": (data('Value "Type"\nScale 2'), ['<Data "d">', "Scale"]),
    "Regex": (table(inside=data('Value "Type"\nRegex "(["')),
              ['<Table "t">', '<Data "d">', "Regex", "(["]),
    "Regex of a key": (index('Regex "a{2"'), ["<IndexKey>", "Regex", "a{2"]),
    "Group not there": (index('Regex "([0-9]+)"\nGroup 2'), ["<IndexKey>", "Group 2", "1 group"]),
    "Group without Regex": (data('Value "Type"\nGroup 1'), ['<Data "d">', "Group 1", "Regex"]),
    "Group of text": (index('Regex "(a)"\nGroup "one"'), ["<IndexKey>", "Group", "one", "number"]),
    "Map unknown": (data('Map "nowhere"'), ['<Data "d">', "Map", "nowhere"]),
    "Map entry twice": ('<Map "m">\na 1\na 2\n</Map>\n', ['<Map "m">', "a", "twice"]),
    "Map name twice": ('<Map "m">\na 1\n</Map>\n<Map "m">\nb 1\n</Map>\n', ['<Map "m">', "already"]),
    "Map to a fraction": ('<Map "m">\na 1.5\n</Map>\n', ['<Map "m">', "a 1.5", "whole"]),
    "Source missing": (index('Syntax "Integer32"', source=""), ['<Table "t">', "<IndexKey>", "Source"]),
    "Source unknown": (index("", source='Source "Colour"'),
                       ["<IndexKey>", "Source", "Colour", "PluginInstance"]),
    "Source is the value": (index("", source='Source "Value"'), ["<IndexKey>", "value"]),
    "index of a counter": (index('Syntax "Counter64"'), ["<IndexKey>", "Syntax", "Counter64", "index"]),
    "index missing": (table(key=""), ['<Table "t">', "index", "IndexKey"]),
    "table without values": (table(inside=""), ['<Table "t">', "Data"]),
    "Where of one word": (table('Where "Plugin"'), ['<Table "t">', "Where", "Plugin"]),
    "Where of no field": (table('Where "Colour" "1"'), ['<Table "t">', "Where", "Colour", "TypeInstance"]),
    "Where's regex": (table('Where "Plugin" "("'), ['<Table "t">', "Where", "("]),
    "Host's regex": (table('Host "("'), ['<Table "t">', "Host", "("]),
    "Host in a column": (table(inside=data('Host "a"')), ['<Table "t">', '<Data "d">', "Host"]),
    "DataSource unknown": (data('DataSource "pressure"'),
                           ['<Data "d">', "DataSource", "pressure", "value"]),
    "Format": (data('Format "%s"'), ['<Data "d">', "Format", "%s"]),
    "Word unknown": (data('Word "middle"'), ['<Data "d">', "Word", "middle", "low, high"]),
    "Word of a signed number": (data('Word "low"\nSyntax "Integer32"'),
                                ['<Data "d">', "Word", "Unsigned32", "Integer32"]),
    "Word and Saturate": (data('Word "low"\nSaturate true'), ['<Data "d">', "Word", "Saturate"]),
    "Word and Map": ('<Map "m">\na 1\n</Map>\n' + data('Word "low"\nMap "m"'),
                     ['<Data "d">', "Word", "Map"]),
    "Word and Writable": (data('Word "low"\nWritable true\nSyntax "Gauge32"'),
                          ['<Data "d">', "Word", "Writable"]),
    "Saturate of a signed number": (data('Saturate true\nSyntax "Integer32"'),
                                    ['<Data "d">', "Saturate", "Gauge32", "Integer32"]),
    "Format of a number": (data('Format "%.1f"\nSyntax "Gauge32"'),
                           ['<Data "d">', "Format", "DisplayString", "Gauge32"]),
    "Writable and Map": ('<Map "m">\na 1\n</Map>\n' + data('Writable true\nMap "m"\nSyntax "Gauge32"'),
                         ['<Data "d">', "Writable", "Map"]),
    "Writable of several sources": (
        data('Writable true\nDataSource "midnight"\nSyntax "Gauge32"').replace('"gauge"', '"load"'),
        ['<Data "d">', "DataSource", "midnight", "load", "midterm"]),
    "Writable text": (data('Value "Type"\nWritable true'), ['<Data "d">', "Writable"]),
    "AgentXSocket": ('AgentXSocket "ftp:here"\n', ["<Plugin", "AgentXSocket", "ftp:here", "tcp:"]),
    "AgentXTimeout": ("AgentXTimeout 0\n", ["<Plugin", "AgentXTimeout", "0", "1", "255"]),
    "AgentXPing": ('AgentXPing "seldom"\n', ["<Plugin", "AgentXPing", "seldom", "3600"]),
    "AgentXPing in two blocks": ("AgentXPing 5\n</Plugin>\n<Plugin snmp_agent>\nAgentXPing 6\n",
                                 ["AgentXPing 6", "another"]),
    "AgentXTimeout of a fraction": ("AgentXTimeout 2.5\n", ["AgentXTimeout", "2.5", "whole"]),
    "AgentXSocket too long": (f'AgentXSocket "/{"s" * 108}"\n', ["AgentXSocket", "longer"]),
    "AgentXSocket in two blocks": ('AgentXSocket "/a"\n</Plugin>\n<Plugin snmp_agent>\n'
                                   'AgentXSocket "/b"\n', ["AgentXSocket", "/b", "another"]),
    "second Syntax unknown": (data().replace('"gauge"', '"load"').replace(
        f'"{FREE}.1.2"', f'"{FREE}.1.2" "{FREE}.1.3" "{FREE}.1.4"\n'
        'Syntax "Gauge32" "Gouge32" "Gauge32"'), ["Syntax", '"Gouge32" is not one of']),
    "Object of a table that stands twice": (
        table() + table(inside=data(oid=f"{FREE}.1.3", name="e")) +
        f'<Notification "n">\nTrap "{FREE}.0.1"\n<Object "{FREE}.1.2">\nTable "t"\n'
        'Value "Plugin"\nSyntax "DisplayString"\n</Object>\n</Notification>\n',
        ['<Notification "n">', "<Object", 'Table "t"', "two"]),
    "two columns with one OID": (table(inside=data() + data(name="e")),
                                 ['<Data "d">', '<Data "e">', f"{FREE}.1.2"]),
    "two scalars with one OID": (data(oid=f"{FREE}.7.0") + data(oid=f"{FREE}.7.0", name="e"),
                                 ['<Data "d">', '<Data "e">', f"{FREE}.7.0"]),
    "overlapping tables": (table() + table(
        inside=data(oid=f"{FREE}.1.2.3", name="e")).replace('"t"', '"u"'),
                           ['<Table "t">', '<Table "u">', f"{FREE}.1.2", f"{FREE}.1.2.3"]),
    "size inside a table": (table(f'SizeOID "{FREE}.1.2.1"'), ['<Table "t">', f"{FREE}.1.2"]),
    "nothing configured": (None, ["snmp_agent", "block"]),
}


def refused(stage, directory, text):
    """Runs collectd on a configuration: (exit status, the errors it logged)."""
    conf = directory / "collectd.conf"
    block = "" if text is None else f"<Plugin snmp_agent>\n{text}</Plugin>\n"
    conf.write_text(
        f'Hostname "r1"\nFQDNLookup false\nBaseDir "{directory}"\n'
        'PluginDir "/usr/lib/collectd"\nLoadPlugin logfile\n<Plugin logfile>\n  File "stderr"\n'
        f'  PrintSeverity true\n</Plugin>\nLoadPlugin csv\n<Plugin csv>\n  DataDir "{directory}/csv"\n'
        f'</Plugin>\nPluginDir "{stage.plugins}"\nLoadPlugin snmp_agent\n{block}')
    try:
        done = subprocess.run(["collectd", "-f", "-C", conf], text=True, capture_output=True,
                              timeout=10, check=False, env={**os.environ, **stage.environment()})
    except subprocess.TimeoutExpired:
        pytest.fail("collectd starts and serves")
    ours = [line for line in done.stderr.splitlines() if "[error] snmp_agent plugin" in line]
    return done.returncode, ours


@pytest.mark.parametrize("name", ERRORS)
def test_errors_refuse_to_start(stage, tmp_path, name):
    """collectd ends with a failure and one message that says where, what and what instead."""
    text, words = ERRORS[name]
    status, errors = refused(stage, tmp_path, text)
    assert status > 0, errors
    assert len(errors) == 1, errors
    assert all(word in errors[0] for word in words), (words, errors[0])


def test_everything_wrong_is_told_at_once(stage, tmp_path):
    """One start tells the wrong lines of all blocks, and what is wrong between them, each once;
    what follows from a wrong line is not told."""
    text = (
        data('Skale 2\nRate "often"\nSyntax "Gouge32"', oid="1.3.six") +
        table(inside=data(name="e"), more='Sise "1.3"', key='<IndexKey>\nSource "Colour"\n</IndexKey>') +
        data(name="f", oid=f"{FREE}.3").replace('"gauge"', '"gouge"') +
        data('Map "nowhere"', name="g", oid=f"{FREE}.4") +
        '<Map "m">\na 1.5\nb 2.5\n</Map>\n<Notification "n">\nTrap "1.3.six"\nSeverity "BAD"\n'
        f'<Object "{FREE}.5">\nColour 1\n</Object>\n</Notification>\nAgentXPing 0\n')
    status, errors = refused(stage, tmp_path, text)
    assert status > 0, errors
    wrong = ("Skale 2", 'Rate "often"', '"Gouge32" is not one of', '<Data "d">: OIDs "1.3.six"', "Sise",
             'Source "Colour"', '"gouge" is in none', 'Map "nowhere"', "a 1.5", "b 2.5",
             'Trap "1.3.six"', 'Severity "BAD"', "Colour 1", "AgentXPing 0")
    for words in wrong:
        assert sum(words in line for line in errors) == 1, (words, errors)
    assert len(errors) == len(wrong), errors


# --- every key at work ----------------------------------------------------------

# One Machine for all of these: blocks that add up, each with rows of a plugin of its own.

SYNTAXES = {  # column: (Syntax, more, what is put, tag, value or raw contents)
    1: ("Integer32", "", -7, INTEGER, -7),
    2: ("Unsigned32", "", 2**32 - 1, GAUGE32, 2**32 - 1),
    3: ("Gauge32", "", 6.5, GAUGE32, 7),
    4: ("Counter32", "", 2**32 + 9, COUNTER32, 9),
    5: ("Counter64", "", 2**53, COUNTER64, 2**53),
    6: ("TimeTicks", "", 4200, TICKS, 4200),
    7: ("OctetString", "", 12, STRING, b"12"),
    8: ("DisplayString", 'Format "%.2f"', 1.5, STRING, b"1.50"),
    9: ("IpAddress", 'Value "Constant:192.0.2.7"', 0, IPADDRESS, "192.0.2.7"),
    10: ("InetAddress", 'Value "Constant:2001:db8::1"', 0, STRING,
         bytes.fromhex("20010db8000000000000000000000001")),
    11: ("InetAddressType", 'Value "Constant:2001:db8::1"', 0, INTEGER, 2),
    12: ("MacAddress", 'Value "Constant:00:00:5e:00:01:0a"', 0, STRING, bytes.fromhex("00005e00010a")),
    13: ("ObjectIdentifier", 'Value "Constant:1.3.6.1.2.1.1"', 0, OID, "1.3.6.1.2.1.1"),
    14: ("Float", "", 0.5, OPAQUE, b"\x9f\x78\x04" + struct.pack("!f", 0.5)),
    15: ("Double", "", 0.1, OPAQUE, b"\x9f\x79\x08" + struct.pack("!d", 0.1)),
    16: ("Gauge32", "Saturate true", 1e12, GAUGE32, 2**32 - 1),
    17: ("Gauge32", "Saturate true", -3, GAUGE32, 0),
    18: ("Integer32", "Scale 100.0\nShift -1", 1.5, INTEGER, 149),
    19: ("DisplayString", 'Value "Hostname"', 0, STRING, b"r1"),
    20: ("DisplayString", 'Value "Plugin"', 0, STRING, b"syntax"),
    21: ("DisplayString", 'Value "PluginInstance"', 0, STRING, b"row"),
    22: ("DisplayString", 'Value "Type"', 0, STRING, b"gauge"),
    23: ("DisplayString", 'Value "TypeInstance"\nRegex "^c(.*)$"\nGroup 1', 0, STRING, b"23"),
    24: ("Integer32", 'Value "TypeInstance"\nMap "words"', 0, INTEGER, 240),
    25: ("Integer32", 'Value "Plugin"\nMap "words"', 0, INTEGER, 99),
    26: ("Integer32", 'Map "words"', 3, INTEGER, 33),
    27: ("DisplayString", 'Map "names"', 2, STRING, b"two"),
    28: ("Integer32", 'Map "names"', 1, None, None),
    29: ("Gauge32", "", -1, None, None),
    30: ("Integer32", 'Value "Meta:absent"', 0, None, None),
    31: ("IpAddress", 'Value "Constant:2001:db8::1"', 0, None, None),
    32: ("DisplayString", "", 0.1, STRING, b"0.1"),
    33: ("Unsigned32", 'Word "low"', 2**32 + 9, GAUGE32, 9),
    34: ("Gauge32", 'Word "high"', 2**53, GAUGE32, 2**21),
    35: ("Gauge32", 'Word "high"\nScale 65536', 2**16 - 2**-18, GAUGE32, 1),
    36: ("Counter32", 'Word "high"', -1, None, None),
}

MAPS = """<Map "words">
  c24 240
  Entry "3" 33
  Default 99
</Map>
<Map "names">
  Entry "2" "two"
</Map>
"""


def syntax_table():
    """A column for each of SYNTAXES, fed by its own type instance."""
    columns = "".join(f"""<Data "c{n}">
      Plugin "syntax"
      Type "gauge"
      TypeInstance "c{n}"
      Syntax "{syntax}"
      OIDs "{FREE}.1.1.{n}"
      {more}
    </Data>\n""" for n, (syntax, more, *_) in SYNTAXES.items())
    return ('<Table "syntax">\n<IndexKey>\nSource "PluginInstance"\nImplied true\n</IndexKey>\n'
            f"{columns}</Table>\n")


INDEXES = {  # number of the table: (IndexKey's more, plugin instance, index, None: no row)
    1: ('Syntax "Integer32"\nRegex "-([0-9]+)$"\nGroup 1', "eth-1-ipv4-010", "10"),
    2: ('Syntax "Unsigned32"', "4294967295", "4294967295"),
    3: ('Syntax "OctetString"', "ab", "2.97.98"),
    4: ('Syntax "DisplayString"\nImplied true', "ab", "97.98"),
    5: ('Syntax "IpAddress"', "192.0.2.7", "192.0.2.7"),
    6: ('Syntax "InetAddress"', "192.0.2.7", "4.192.0.2.7"),
    7: ('Syntax "InetAddress"', "2001:db8::1", "16.32.1.13.184.0.0.0.0.0.0.0.0.0.0.0.1"),
    8: ('Syntax "InetAddressType"', "2001:db8::1", "2"),
    9: ('Syntax "MacAddress"', "00:00:5e:00:01:0a", "0.0.94.0.1.10"),
    10: ('Syntax "ObjectIdentifier"', "1.3.6.1", "4.1.3.6.1"),
    11: ('Syntax "ObjectIdentifier"\nImplied true', "1.3.6.1", "1.3.6.1"),
    12: ('Syntax "Integer32"\nMap "words"', "c24", "240"),
    13: ('Syntax "Integer32"', "-1", None),
    14: ('Syntax "IpAddress"', "not.an.address", None),
    15: ("", "", "0"),
}


def index_tables():
    """A table for each of INDEXES, none of whose index objects has a column."""
    return "".join(f"""<Table "index{n}">
    <IndexKey>
      Source "PluginInstance"
      {more}
    </IndexKey>
    <Data "value">
      Plugin "index{n}"
      Type "gauge"
      Syntax "Gauge32"
      OIDs "{FREE}.2.{n}.1"
    </Data>
  </Table>\n""" for n, (more, *_) in INDEXES.items())


ENUMERATED = f"""<Table "virtual">
  <IndexKey>
    Source "PluginInstance"
    Enumerate "virtual"
  </IndexKey>
  <Data "v">
    Plugin "ip"
    Type "gauge"
    TypeInstance "total"
    Syntax "Gauge32"
    OIDs "{FREE}.3.1"
  </Data>
</Table>
<Table "real">
  <IndexKey>
    Source "PluginInstance"
    Enumerate "virtual"
  </IndexKey>
  <IndexKey>
    Source "TypeInstance"
    Enumerate "real"
  </IndexKey>
  <Data "r">
    Plugin "ip"
    Type "gauge"
    Where "TypeInstance" "^[^t]"
    Syntax "Gauge32"
    OIDs "{FREE}.3.2"
  </Data>
  <Data "name">
    Plugin "ip"
    Type "gauge"
    Where "TypeInstance" "^[^t]"
    Value "TypeInstance"
    OIDs "{FREE}.3.3"
  </Data>
</Table>
"""

OTHERS = f"""<Table "anywhere">
  Host "*"
  <IndexKey>
    Source "Hostname"
    Implied true
  </IndexKey>
  <Data "v">
    Plugin "host"
    Type "gauge"
    Syntax "Gauge32"
    OIDs "{FREE}.4.1"
  </Data>
</Table>
<Table "some">
  Host "r[23]"
  Where "PluginInstance" "^x"
  Where "Meta:kind" "^good$"
  <IndexKey>
    Source "Hostname"
    Implied true
  </IndexKey>
  <Data "v">
    Plugin "host"
    Type "gauge"
    Syntax "Gauge32"
    OIDs "{FREE}.4.2"
  </Data>
</Table>
<Table "here">
  <IndexKey>
    Source "PluginInstance"
    Implied true
  </IndexKey>
  <Data "v">
    Plugin "host"
    Type "gauge"
    Syntax "Gauge32"
    OIDs "{FREE}.4.3"
  </Data>
</Table>
<Data "middle">
  Plugin "host"
  Type "load"
  DataSource "midterm"
  Syntax "Double"
  OIDs "{FREE}.4.4.0"
</Data>
<Data "rate">
  Plugin "host"
  PluginInstance "rate"
  Type "derive"
  Rate true
  Syntax "Gauge32"
  OIDs "{FREE}.4.5.0"
</Data>
<Data "raw">
  Plugin "host"
  PluginInstance "rate"
  Type "derive"
  Syntax "Counter64"
  OIDs "{FREE}.4.6.0"
</Data>
<Data "there">
  Host "r9"
  Plugin "host"
  Type "gauge"
  Syntax "Gauge32"
  OIDs "{FREE}.4.7.0"
</Data>
<Data "elsewhere">
  Context "other"
  Plugin "host"
  PluginInstance "ctx"
  Type "gauge"
  Syntax "Gauge32"
  OIDs "{FREE}.4.8.0"
</Data>
<Data "default">
  Plugin "host"
  PluginInstance "noctx"
  Type "gauge"
  Syntax "Gauge32"
  OIDs "{FREE}.4.8.0"
</Data>
<Table "context">
  Context "other"
  <IndexKey>
    Source "PluginInstance"
    Implied true
  </IndexKey>
  <Data "v">
    Plugin "host"
    Type "gauge"
    Syntax "Gauge32"
    OIDs "{FREE}.4.9"
  </Data>
</Table>
<Data "when">
  Plugin "host"
  PluginInstance "when"
  Type "gauge"
  Syntax "TimeStamp"
  OIDs "{FREE}.4.10.0"
</Data>
"""

META = f"""<Table "meta">
  <IndexKey>
    Source "Meta:index"
    Syntax "Integer32"
  </IndexKey>
""" + "".join(f"""<Data "{key}">
    Plugin "meta"
    Type "gauge"
    Value "Meta:{key}"
    Syntax "{syntax}"
    OIDs "{FREE}.5.{n}"
  </Data>
""" for n, (key, syntax) in enumerate(
    [("text", "DisplayString"), ("signed", "Integer32"), ("unsigned", "Counter64"),
     ("real", "Double"), ("flag", "Integer32"), ("address", "IpAddress")], 1)) + "</Table>\n"

def blocks(*texts):
    """Several <Plugin snmp_agent> blocks; the lab's own wraps the first."""
    return "</Plugin>\n<Plugin snmp_agent>\n".join(texts)


@pytest.fixture(scope="module")
def m(stage):
    """All the configuration above in one collectd, in several Plugin blocks that add up; maps
    stand behind their users."""
    agent = blocks(syntax_table(), index_tables(), ENUMERATED, OTHERS, META, MAPS)
    with Machine(stage, agent) as machine:
        machine.start()
        for n, (_, _, value, *_) in SYNTAXES.items():
            machine.put(f"syntax-row/gauge-c{n}", value)
        for n, (_, instance, _) in INDEXES.items():
            machine.put(f"index{n}-{instance}/gauge" if instance else f"index{n}/gauge", n)
        machine.wait_cached(f"index{max(INDEXES)}/gauge")
        yield machine


@pytest.mark.parametrize("n", SYNTAXES, ids=[
    " ".join(f"{syntax} {more}".split()) for syntax, more, *_ in SYNTAXES.values()])
def test_columns(m, n):
    """Syntax, Value, Regex, Group, Map, Scale, Shift, Saturate, Format: tag and contents."""
    _, _, _, tag, value = SYNTAXES[n]
    answer = m.snmp.get(f"{FREE}.1.1.{n}.114.111.119")
    assert answer.error == 0
    if tag is None:
        assert answer.binds[0].value is None
    else:
        assert (answer.binds[0].tag, answer.binds[0].value) == (tag, value)


@pytest.mark.parametrize("n", INDEXES, ids=[
    f"{' '.join(more.split())} {instance}" for more, instance, _ in INDEXES.values()])
def test_indexes(m, n):
    """Index syntaxes, Implied, Regex, Map: the row's OID; a key that doesn't fit makes no row."""
    where = INDEXES[n][2]
    want = {} if where is None else {f"{FREE}.2.{n}.1.{where}": n}
    assert m.snmp.rows(f"{FREE}.2.{n}") == want


def test_enumerate(m):
    """Shared between tables, counted within the keys before it, stable."""
    pairs = [("two", "total"), ("two", "b"), ("one", "a"), ("two", "a"), ("one", "total"), ("one", "c")]
    for i, (virtual, real) in enumerate(pairs):
        m.put(f"ip-{virtual}/gauge-{real}", i)
        m.wait_cached(f"ip-{virtual}/gauge-{real}")
    assert m.snmp.rows(f"{FREE}.3.1") == {f"{FREE}.3.1.1": 0, f"{FREE}.3.1.2": 4}
    assert m.snmp.rows(f"{FREE}.3.3") == {
        f"{FREE}.3.3.1.1": b"b", f"{FREE}.3.3.1.2": b"a",
        f"{FREE}.3.3.2.1": b"a", f"{FREE}.3.3.2.2": b"c"}
    for i, (virtual, real) in enumerate(reversed(pairs)):
        m.put(f"ip-{virtual}/gauge-{real}", i)
    m.wait_get(f"{FREE}.3.1.1", 5)
    assert m.snmp.rows(f"{FREE}.3.2") == {
        f"{FREE}.3.2.1.1": 4, f"{FREE}.3.2.1.2": 2, f"{FREE}.3.2.2.1": 3, f"{FREE}.3.2.2.2": 0}


def test_hosts_and_where(m):
    """By default this host; Host "*", Host by a whole match; Hostname as index; Where twice."""
    m.put("r1/host-x/gauge", 1, kind="good")
    m.put("r2/host-x/gauge", 2, kind="good")
    m.put("r3/host-x/gauge", 3, kind="bad")
    m.put("r23/host-x/gauge", 23, kind="good")
    m.put("r3/host-y/gauge", 33, kind="good")
    m.put("r9/host-x/gauge", 9)
    m.wait_get(f"{FREE}.4.7.0", 9)
    index_of = {1: "114.49", 2: "114.50", 9: "114.57", 23: "114.50.51"}
    anywhere = m.snmp.rows(f"{FREE}.4.1")
    assert {anywhere[f"{FREE}.4.1.{at}"] for at in index_of.values()} == set(index_of)
    assert anywhere[f"{FREE}.4.1.114.51"] in (3, 33)  # two values, one row: the last wins
    assert m.snmp.rows(f"{FREE}.4.2") == {f"{FREE}.4.2.114.50": 2}
    assert m.snmp.rows(f"{FREE}.4.3") == {f"{FREE}.4.3.120": 1}


def test_where_follows_the_meta_data(m):
    """A value whose meta data no longer match leaves the table."""
    m.put("r2/host-x/gauge", 2, kind="good")
    m.wait_get(f"{FREE}.4.2.114.50", 2)
    m.put("r2/host-x/gauge", 2, kind="bad")
    m.wait_get(f"{FREE}.4.2.114.50", None)


def test_data_source_and_rate(m):
    """One data source of three; a DERIVE raw and as collectd's rate."""
    now = time.time()
    m.put("host/load", 1, 2.5, 4)
    m.put("host-rate/derive", 1000, when=now - 10)
    m.wait_get(f"{FREE}.4.6.0", 1000)
    m.put("host-rate/derive", 1500, when=now)
    m.wait_get(f"{FREE}.4.6.0", 1500)
    assert m.get(f"{FREE}.4.5.0") == 50
    assert m.get(f"{FREE}.4.4.0") == b"\x9f\x79\x08" + struct.pack("!d", 2.5)


def test_time_stamp(m):
    """Seconds since the epoch are served as sysUpTime at that moment."""
    m.put("host-when/gauge", f"{time.time():.2f}")
    stamp = m.wait_served(f"{FREE}.4.10.0")
    uptime = m.get("1.3.6.1.2.1.1.3.0")
    assert uptime - 150 <= stamp <= uptime + 10  # snmpd's clock has ticks of its own


def test_contexts(m):
    """The same OID in two contexts, asked by SNMPv3's contextName."""
    m.put("host-ctx/gauge", 5)
    m.put("host-noctx/gauge", 6)
    m.wait_get(f"{FREE}.4.8.0", 6)

    def in_context(oid):
        return m.ns.run("snmpget", "-v3", "-l", "authPriv", "-u", "reader", "-a", "SHA", "-A",
                        "reader-password", "-x", "AES", "-X", "reader-password", "-n", "other",
                        "-m", "", "-Oqv", "127.0.0.1", oid).strip()

    wait_until(lambda: in_context(f"{FREE}.4.8.0") == "5", 3, "context other")
    assert in_context(f"{FREE}.4.9.99.116.120") == "5"
    assert "No Such" in in_context(f"{FREE}.4.10.0")
    assert m.get(f"{FREE}.4.9.99.116.120") is None


def send(feed, meta):
    """One value list with meta data, through collectd's python plugin (feed/feed.py)."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as inlet:
        inlet.sendto(json.dumps({"host": "r1", "plugin": "meta", "type": "gauge", "values": [1],
                                 "interval": 10, "meta": meta}).encode(), str(feed))


def test_meta_of_every_type(stage):
    """Text, signed, unsigned, real and flag in columns and in an index; a change of the
    index moves the row."""
    with Machine(stage, META) as machine:
        machine.collectd.options["extra"] = python_feed(machine.directory)
        machine.start()
        feed = machine.directory / "feed"
        wait_until(feed.exists, 10, "the feed")
        values = {"index": ("u", 7), "text": ("s", "word"), "signed": ("i", -9),
                  "unsigned": ("u", 2**64 - 1), "real": ("d", 0.25), "flag": ("b", True),
                  "address": ("s", "192.0.2.9")}
        send(feed, values)
        machine.wait_get(f"{FREE}.5.1.7", b"word")
        assert machine.snmp.rows(f"{FREE}.5") == {
            f"{FREE}.5.1.7": b"word", f"{FREE}.5.2.7": -9, f"{FREE}.5.3.7": 2**64 - 1,
            f"{FREE}.5.4.7": b"\x9f\x79\x08" + struct.pack("!d", 0.25), f"{FREE}.5.5.7": 1,
            f"{FREE}.5.6.7": "192.0.2.9"}
        send(feed, {**values, "index": ("i", 8), "text": ("s", "other")})
        machine.wait_get(f"{FREE}.5.1.8", b"other")
        assert machine.get(f"{FREE}.5.1.7") is None


def test_timing(stage):
    """AgentXTimeout is what snmpd is told, AgentXPing how often it is asked for life."""
    heard = []
    with Machine(stage, "AgentXTimeout 17\nAgentXPing 1\n" + data()) as machine:
        with FakeMaster(machine.directory / "agentx", registrar(heard=heard)):
            machine.start(snmpd=False)
            wait_until(lambda: [pdu for pdu in heard if pdu[1] == PING][1:], 4, "two pings")
        first = heard[0]
        assert (first[1], first[20]) == (OPEN, 17)


def test_a_rate_in_two_words(stage):
    """KEEPALIVED-MIB's pairs: low and high make up a rate of any size."""
    profile = f'Include "{stage.share}/profiles/keepalived-mib-ipvs.conf"\n'
    with Machine(stage, extra=profile) as machine:
        machine.start()
        machine.put("ipvs-192.0.2.1_TCP80/ipvs_service-total", 3, 2, 1, 0, 0, 0, 7, 2**32 - 1, 2**32, 2**53, "U")
        columns = "1.3.6.1.4.1.9586.100.5.3.3.1"  # virtualServerEntry
        machine.wait_get(f"{columns}.41.1", 7)
        words = [(machine.get(f"{columns}.{low}.1"), machine.get(f"{columns}.{low + 1}.1"))
                 for low in range(41, 51, 2)]
        assert words == [(7, 0), (2**32 - 1, 0), (0, 1), (0, 2**21), (None, None)]


def test_address_by_tcp(stage):
    """AgentXSocket "tcp:ADDRESS:PORT"."""
    with Machine(stage, data(oid=f"{FREE}.1.0"), agentx="tcp:127.0.0.1:7050") as machine:
        machine.snmpd_more.write_text("agentxsocket tcp:127.0.0.1:7050\n")
        machine.snmpd.start()
        machine.collectd.start().ready()
        machine.put("hand/gauge", 5)
        machine.wait_get(f"{FREE}.1.0", 5)


def test_mib_textual_convention(stage):
    """What a MIB file calls a MacAddress is one; a convention that we lack is its base type."""
    agent = "".join(f"""<Data "{name}">
      Plugin "hand"
      Type "gauge"
      Value "Constant:00:00:5e:00:01:0a"
      OIDs "HA-TEST-MIB::{name}"
    </Data>
    """ for name in ("haMac", "haHardware"))
    with Machine(stage, agent) as machine:
        machine.start()
        machine.put("hand/gauge", 5)
        machine.wait_get(f"{PEN}.71.0", bytes.fromhex("00005e00010a"))
        machine.wait_get(f"{PEN}.72.0", b"00:00:5e:00:01:0a")


def test_mib_syntax_and_name(stage):
    """Without Syntax a MIB file tells; where none does, it is said once with a guess."""
    agent = """<Data "haScalar">
      Plugin "hand"
      Type "gauge"
      OIDs "HA-TEST-MIB::haScalar"
    </Data>
    """ + data(oid=f"{FREE}.1.0")
    with Machine(stage, agent) as machine:
        machine.start()
        machine.put("hand/gauge", 5)
        machine.wait_get(f"{PEN}.3.0", 5)
        answer = machine.snmp.get(f"{PEN}.3.0", f"{FREE}.1.0")
        assert [b.tag for b in answer.binds] == [GAUGE32, GAUGE32]
        assert machine.collectd.said().count("no installed MIB file knows") == 1
