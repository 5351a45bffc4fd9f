# SPDX-License-Identifier: MIT
"""The man pages: their examples run, and they leave nothing out that the sources know.

An example is a literal block behind a comment `.\\" run: KIND [OID]`. It runs in a router of
the lab; only the places where things are installed are replaced.
"""

import re
import shlex
import subprocess

import pytest

from conftest import ROOT
from lab import Lab, oids, pair, wait_until
from lab.snmp import SnmpError

PAGES = {path.name: path.read_text() for path in sorted((ROOT / "man").glob("*.[57]"))}
KEEPALIVED_MIB = "1.3.6.1.4.1.9586.100.5.2.3.1"  # vrrpInstanceTable's rows


def examples():
    """Every example: page, number, kind, OID, text."""
    for page, text in PAGES.items():
        found = re.findall(r'^\.\\" run: (\w+) ?(\S*)\n\.Bd -literal\n(.*?)^\.Ed$', text, re.M | re.S)
        for number, (kind, oid, body) in enumerate(found, 1):
            yield pytest.param(kind, oid, body.replace(r"\&", ""), id=f"{page}-{number}")


@pytest.fixture(scope="module", name="r1")
def fixture_r1(stage):
    """A router with snmpd, master of VRID 10 and 150; its collectd is the test's."""
    with Lab(stage) as lab:
        r1, r2 = pair(lab)
        r1.add_snmpd().start().ready()
        for router in (r1, r2):
            router.keepalived.start()
        yield r1


def start(router, text, load):
    """collectd with the example, as the lab installs things."""
    for place, here in (("/usr/local/share/collectd-ha", router.lab.stage.share),
                        ("/run/keepalived.pid", router.directory / "keepalived.pid"),
                        ("/tmp/keepalived.json", router.directory / "keepalived.json"),
                        ("/run/collectd-ha", router.directory)):
        text = text.replace(place, str(here))
    router.directory.joinpath("collectd.log").unlink(missing_ok=True)
    return router.add_collectd(load=load, profiles=(), extra=text, interval=0.5,
                               plugins=("load", "interface")).start().ready()


def served(router, oid):
    """The OIDs below one that snmpd shows now."""
    try:
        return set(router.walk(oid))
    except SnmpError:
        return set()


def vrrp_works(router, collectd, text, _):
    """The virtual router is seen, and keepalived answers if it was asked."""
    wait_until(lambda: collectd.values(r"vrrp-eth0-ipv4-10/vrrp_state"), 10, collectd.said)
    if "<Keepalived>" in text:
        wait_until(lambda: collectd.values("keepalived_up")[
            "vrrp-keepalived/keepalived_up"]["value"] == 1, 10, collectd.said)
    del router


def ipvs_works(router, collectd, text, _):
    """The kernel here has no IPVS, and that is all there is to say."""
    wait_until(lambda: "ipvs plugin: no values: the kernel has no IPVS" in collectd.said(), 10,
               collectd.said)
    del router, text


def agent_works(router, collectd, text, oid):
    """Every OID of the example has an instance."""
    wanted = {o for line in re.findall(r"(?:OIDs|IndexOID|SizeOID) (.*)", text)
              for o in shlex.split(line)}
    assert wanted and all(o.startswith(oid) for o in wanted)

    def missing():
        there = served(router, oid)
        return {o for o in wanted if not any(f"{i}.".startswith(f"{o}.") for i in there)}
    wait_until(lambda: not missing(), 15,
               lambda: f"no instance of {missing()}\n{collectd.said()}", step=0.2)


def profiles_work(router, collectd, text, oid):
    """Both MIBs have rows."""
    vrrp_works(router, collectd, text, oid)
    for table in (oids.OPER_STATE, KEEPALIVED_MIB):
        wait_until(lambda: served(router, table), 10, collectd.said, step=0.2)


KINDS = {"vrrp": (vrrp_works, ("vrrp",)), "ipvs": (ipvs_works, ("ipvs",)),
         "snmp_agent": (agent_works, ("vrrp", "snmp_agent")),
         "profiles": (profiles_work, ("vrrp", "snmp_agent"))}


@pytest.mark.parametrize("kind, oid, text", examples())
def test_example(r1, kind, oid, text):
    """It starts without a complaint and does what it says."""
    works, load = KINDS[kind]
    collectd = start(r1, text, load)
    works(r1, collectd, text, oid)
    collectd.stop()
    assert not [line for line in collectd.complaints() if "the kernel has no IPVS" not in line]


@pytest.mark.parametrize("plugin, line", [
    ("vrrp", "NoSuchKey true"), ("vrrp", "ForgetAfter 0"), ("ipvs", "NoSuchKey true"),
    ("ipvs", "Service 7"), ("snmp_agent", "NoSuchKey true"), ("snmp_agent", 'AgentXTimeout "soon"')])
def test_wrong_configuration(r1, plugin, line):
    """As every page says: what is wrong is named, and collectd does not start."""
    r1.directory.joinpath("collectd.log").unlink(missing_ok=True)
    collectd = r1.add_collectd(load=(plugin,), profiles=(), plugins=(),
                               extra=f"<Plugin {plugin}>\n  {line}\n</Plugin>").start()
    wait_until(lambda: not collectd.running, 10, collectd.said)
    assert collectd.process.returncode
    assert any(line.split()[0] in text and plugin in text
               for text in collectd.complaints(r"\[error\]")), collectd.said()


def test_every_page_has_an_example():
    """So that none of the above is skipped because its comment was misspelt."""
    runs = sum(text.count('.\\" run: ') for text in PAGES.values())
    assert len(list(examples())) == runs
    assert all('.\\" run: ' in text for text in PAGES.values())


# --- nothing is left out --------------------------------------------------------------


def source(plugin, pattern="**/*.[ch]"):
    """All the text of a plugin's sources."""
    return "\n".join(path.read_text() for path in sorted((ROOT / "plugins" / plugin).glob(pattern)))


def keys_of(page):
    """The configuration keys that a page documents as list items."""
    return {key.lstrip("<").rstrip(">") for key in
            re.findall(r'^\.It Ic (<?[A-Za-z]+>?)', PAGES[page], re.M)}


@pytest.mark.parametrize("plugin", ["vrrp", "ipvs", "snmp_agent"])
def test_keys(plugin):
    """The pages' keys are the sources' keys, neither more nor fewer."""
    known = set(re.findall(r'\{"(\w+)", read_', source(plugin, "plugin/config*.c")))
    if plugin == "snmp_agent":
        known |= {"Entry", "Default"}
    documented = keys_of(f"collectd-{plugin}.5")
    assert documented == known, documented ^ known


def words(page):
    """Every word of a page."""
    return set(re.findall(r"[A-Za-z0-9_:-]+", PAGES[page]))


def sections():
    """{type: (section, [(data source, type), ...])} of types.db.custom."""
    found, section = {}, None
    for line in (ROOT / "types.db.custom").read_text().splitlines():
        if line.startswith("# --- "):
            section = line.split()[2]
        elif line and not line.startswith("#"):
            name, rest = line.split(None, 1)
            found[name] = section, [tuple(ds.strip().split(":")[:2]) for ds in rest.split(",")]
    return found


@pytest.mark.parametrize("name, section", [(n, s) for n, (s, _) in sections().items()])
def test_types(name, section):
    """Every type stands in its page with its kind and its data sources."""
    page = f"collectd-{'vrrp' if section == 'keepalived' else section}.5"
    item = re.search(rf"^\.It Li (?:\w+ , )*{name} .*?(?=^\.It|^\.El|^\.Sh)", PAGES[page], re.M | re.S)
    assert item, f"{page} has no item for {name}"
    for data_source, kind in sections()[name][1]:
        assert kind in item[0]
        assert data_source == "value" or re.search(rf"\b{data_source}\b", item[0])


def test_no_type_is_made_up():
    """What looks like a type of ours is one."""
    for page in PAGES:
        for word in re.findall(r"^\.(?:It )?Li (.*)", PAGES[page], re.M):
            for name in re.findall(r"\b(?:vrrp|ipvs|keepalived|agentx)_[a-z_]+", word):
                assert name in sections(), f"{page}: {name}"


@pytest.mark.parametrize("page, path, pattern", [
    ("collectd-vrrp.5", "vrrp/plugin/meta.c", r'^    \{"(\w+)", find_'),
    ("collectd-vrrp.5", "vrrp/plugin/notify.c", r'meta_add_\w+\(&?\w+,\s*"(\w+)"'),
    ("collectd-vrrp.5", "vrrp/plugin/notify.c", r'add_address\(&?\w+, "(\w+)"'),
    ("collectd-vrrp.5", "vrrp/plugin/notify.c", r'send_off\([^;]*?"(\w+)",\s*"(\w+)"'),
    ("collectd-vrrp.5", "vrrp/plugin/notify.c", r'\[VRRP_EVENT_\w+\] = \{"(\w+)"'),
    ("collectd-vrrp.5", "vrrp/core/packet.c", r'\[VRRP_REJECT_\w+\] = \{?"(\w+)"'),
    ("collectd-vrrp.5", "vrrp/core/conclusion.c", r'\[VRRP_\w+\] = "([\w-]+)"'),
    ("collectd-vrrp.5", "vrrp/core/router.c", r'\[VRRP_\w+\] = "([\w-]+)"'),
    ("collectd-vrrp.5", "vrrp/core/speaker.c", r'\[VRRP_\w+\] = "(\w+)"'),
    ("collectd-vrrp.5", "vrrp/core/keepalived_fields.c", r'= {"(\w+)", "\w+"'),
    ("collectd-ipvs.5", "ipvs/core/facts.c", r'^    \{"(\w+)", (?:service|destination|daemon)_'),
    ("collectd-ipvs.5", "ipvs/core/health.c", r'\[IPVS_PROBLEM_\w+\] = \{"(\w+)"'),
    ("collectd-ipvs.5", "ipvs/core/changes.c", r'\[IPVS_\w+\] = "(\w+)"'),
    ("collectd-ipvs.5", "ipvs/core/service.c", r'\{(?:AF|IPPROTO|IP_VS_CONN)\w+, "(\w+)"'),
    ("collectd-ipvs.5", "ipvs/plugin/notify.c", r'meta_add_\w+\(notification,\s*"(\w+)"'),
    ("collectd-snmp_agent.5", "snmp_agent/core/agentx_pdu.c", r'\[AGENTX_BAD_\w+\] = "(\w+)"'),
    ("collectd-snmp_agent.5", "snmp_agent/core/syntax.c", r'\[SYNTAX_\w+\] = \{"(\w+)"'),
    ("collectd-snmp_agent.5", "snmp_agent/plugin/sets.c", r'"(snmp_agent:\w+)"'),
])
def test_names(page, path, pattern):
    """Every meta key, type instance and notification that a table of the sources names."""
    found = re.findall(pattern, (ROOT / "plugins" / path).read_text(), re.M)
    names = {name for match in found for name in ([match] if isinstance(match, str) else match)}
    assert names, f"{path} has no {pattern}"
    assert names <= words(page), names - words(page)


def test_defaults():
    """The numbers that stand in the sources as defaults and bounds."""
    config = source("vrrp", "plugin/config.c")
    page = PAGES["collectd-vrrp.5"]
    for key, name in (("MaxVirtualRouters", "ROUTERS_MAX_DEFAULT"), ("ForgetAfter", "FORGET_AFTER_DEFAULT")):
        default = re.search(rf"#define {name} +(\d+)", config)[1]
        assert re.search(rf"^\.It Ic {key} .*?^Default: {default}\.$", page, re.M | re.S)
    for path in re.findall(r'strdup\("(/\S+)"\)', config):
        assert f".Pa {path} ." in page
    agent = PAGES["collectd-snmp_agent.5"]
    for key, name in (("AgentXTimeout", "timeout"), ("AgentXPing", "ping")):
        default = re.search(rf"config->{name} = (\d+);", source("snmp_agent", "plugin/config_state.c"))[1]
        assert re.search(rf"^\.It Ic {key} .*?^Default: {default}\.$", agent, re.M | re.S)


def test_installed_and_sound(stage):
    """They are where man finds them, and neither mandoc nor groff has anything to say."""
    for name in PAGES:
        page = stage.prefix / "share/man" / f"man{name[-1]}" / name
        lint = subprocess.run(["mandoc", "-T", "lint", "-W", "warning", page], text=True,
                              capture_output=True, check=False)
        assert not lint.stdout
        groff = subprocess.run(["man", "--warnings", "-E", "UTF-8", "-l", "-Tutf8", page], text=True,
                               capture_output=True, check=True)
        assert not groff.stderr
