# SPDX-License-Identifier: MIT
"""collectd-ha-check finds what is broken, says it as it is, and is silent on a router that works."""

import re
import subprocess
from pathlib import Path

import pytest

from conftest import ROOT
from lab import MASTER, Instance, Lab

CHECK = ROOT / "tools/collectd-ha-check"
QUICK = ("--listen", "0")


def check(router, *args, config=None, snmpd=None, status=None):
    """What it prints on a router."""
    argv = router.argv("/usr/bin/python3", "-B", str(CHECK), "--config", str(config or router.collectd.conf),
                       "--snmpd-config", str(snmpd or router.directory / "snmpd.conf"), *args)
    done = subprocess.run(argv, text=True, capture_output=True, timeout=120, check=False)
    assert "Traceback" not in done.stderr, done.stderr
    if status is not None:
        assert done.returncode == status, done.stdout + done.stderr
    return done.stdout + done.stderr


def wrongs(text):
    """The lines that say what is wrong."""
    return re.findall(r"^WRONG +(.*)$", text, re.M)


@pytest.fixture(scope="module", name="r1")
def fixture_r1(stage):
    """A router that works: keepalived, snmpd, collectd with keepalived's block and three profiles."""
    with Lab(stage) as lab:
        r1 = lab.router("r1", "192.168.1.2/24")
        r1.add_keepalived(Instance("only", 10, 120, ["192.168.1.1/24"])).start()
        r1.monitor(vrrp=r1.keepalived_block(),
                   profiles=("vrrp-mib", "vrrpv3-mib", "keepalived-mib"))
        r1.wait_state(10, MASTER, 15)
        yield r1


def test_silent_on_a_router_that_works(r1):
    """Nothing wrong; and neither collectd nor keepalived noticed."""
    text = check(r1, status=0)
    assert not wrongs(text)
    for said in ("vrrp is /", "snmp_agent is /", "adverts are heard on eth0", "keepalived-mib: snmpd shows rows",
                 "collectd starts with our part", "may connect to"):
        assert said in text
    assert r1.collectd.running and r1.state(10) == MASTER
    assert check(r1, "--quiet", *QUICK, status=0).startswith("0 wrong")


def stage_of(text):
    """The directory of our plugins in a configuration."""
    return re.search(r'PluginDir "(\S+/collectd-ha)"', text)[1]


def move(text, line, before):
    """The text with a line moved above another."""
    assert line in text and before in text
    return text.replace(line, "", 1).replace(before, line + before, 1)


def swapped(text):
    """collectd's own directory where ours should stand."""
    return text.replace(stage_of(text), "/usr/lib/collectd")


EDITS = {
    "include": (lambda t: t + 'Include "/nowhere/vrrp-mib.conf"\n', r'Include "/nowhere/vrrp-mib\.conf" names no file'),
    "include-twice": (lambda t: t + re.search(r'Include ".*/vrrp-mib\.conf"\n', t)[0], r"vrrp-mib\.conf is included twice"),
    "stock-agent": (lambda t: move(t, 'LoadPlugin "snmp_agent"\n', "LoadPlugin csv\n"),
                    r"LoadPlugin snmp_agent loads collectd's own, /usr/lib/collectd/snmp_agent\.so"),
    "plugin-dir": (swapped, r"LoadPlugin vrrp: there is no /usr/lib/collectd/vrrp\.so"),
    "stock-below-ours": (lambda t: t + "LoadPlugin df\n", r"LoadPlugin df: there is no .*/collectd-ha/df\.so"),
    "types-missing": (lambda t: re.sub(r' "\S+types\.db\.custom"', "", t), r"TypesDB does not name our types\.db\.custom"),
    "types-alone": (lambda t: t.replace('"/usr/share/collectd/types.db" ', ""), r"TypesDB names only our types\.db\.custom"),
    "types-path": (lambda t: t.replace("/types.db.custom", "/gone/types.db.custom"), r"TypesDB: there is no .*/gone/types\.db\.custom"),
    "block-first": (lambda t: move(t, 'LoadPlugin "vrrp"\n', 'Include "'), r"<Plugin vrrp> is passed over"),
    "no-ipvs": (lambda t: t + re.sub(r"vrrp-mib", "keepalived-mib-ipvs", re.search(r'Include ".*/vrrp-mib\.conf"\n', t)[0]),
                r"keepalived-mib-ipvs\.conf is included, but ipvs is not loaded"),
    "no-keepalived": (lambda t: re.sub(r"<Keepalived>.*?</Keepalived>", "", t, flags=re.S),
                      r"keepalived-mib\.conf is included, but <Plugin vrrp> has no <Keepalived>"),
    "no-agent": (lambda t: t.replace('LoadPlugin "snmp_agent"\n', ""), r"vrrp-mib\.conf is included, but snmp_agent is not loaded"),
    "nothing-served": (lambda t: re.sub(r'Include .*\n', "", t), r"snmp_agent has nothing to serve"),
    "unknown-key": (lambda t: t.replace("<Plugin vrrp>", "<Plugin vrrp>\n  NoSuchKey 1"), r"collectd says: .*NoSuchKey"),
    "socket": (lambda t: t.replace("/agentx\"", "/elsewhere\""), r"snmp_agent looks at \S+/elsewhere"),
    "socket-no-socket": (lambda t: t.replace("/agentx\"", "/snmpd.conf\""), r"snmpd\.conf is no socket"),
    "twice": (lambda t: t.replace('LoadPlugin "vrrp"\n', 'LoadPlugin "vrrp"\n' * 2), r"LoadPlugin vrrp stands a second time"),
    "mib-name": (lambda t: t + '<Plugin snmp_agent>\n<Data "x">\nPlugin "load"\nType "load"\nOIDs "NO-MIB::gone"\n</Data>\n</Plugin>\n',
                 r'collectd says: .*"NO-MIB::gone" is neither .* nor a name that an installed MIB file knows'),
    "pid-file": (lambda t: t.replace("keepalived.pid", "gone.pid"), r"<Keepalived>: no process id in \S+/gone\.pid"),
    "pid-of-another": (lambda t: t.replace("keepalived.pid", "snmpd.pid"), r"<Keepalived>: process \d+ of \S+ is no keepalived"),
    "another-keepalived": (lambda t: t.replace("</Keepalived>", '</Keepalived>\n<Keepalived>\nNamespace "blue"\n</Keepalived>'),
                           r"<Keepalived>: no process id in /run/keepalived/blue/keepalived\.pid"),
    "dump-directory": (lambda t: re.sub(r'JSON "\S+"', 'JSON "/nowhere/keepalived.json"', t), r"do not see the same /nowhere"),
}


@pytest.mark.parametrize("edit, expected", EDITS.values(), ids=EDITS)
def test_configuration(r1, edit, expected):
    """Each mistake in collectd.conf is told as what it is."""
    before = r1.collectd.conf.read_text()
    after = edit(before)
    assert after != before
    broken = r1.directory / "broken.conf"
    broken.write_text(after)
    text = check(r1, *QUICK, config=broken, status=1)
    assert any(re.search(expected, line) for line in wrongs(text)), text


def test_interface_that_is_not_there(r1):
    """A name in Interface that no interface has; the ones there are named."""
    broken = r1.directory / "broken.conf"
    broken.write_text(r1.collectd.conf.read_text().replace("<Plugin vrrp>", '<Plugin vrrp>\n  Interface "eth7"'))
    text = check(r1, "--listen", "1.5", config=broken, status=1)
    assert any('Interface "eth7" is not there' in line for line in wrongs(text)), text
    assert "there are eth0, lo" in text and "adverts come on eth0, which <Plugin vrrp> does not name" in text


def test_no_output_plugin_is_noted(r1):
    """It works without one, but collectd complains."""
    quiet = r1.directory / "broken.conf"
    quiet.write_text(re.sub(r"LoadPlugin (csv|unixsock)\n", "", r1.collectd.conf.read_text()))
    assert "no plugin writes values anywhere" in check(r1, *QUICK, config=quiet, status=0)


def test_include_of_a_directory(r1):
    """As Debian's own collectd.conf has it: what Filter takes is read, what it leaves is not."""
    parts = r1.directory / "conf.d"
    parts.mkdir()
    before = r1.collectd.conf.read_text()
    include = re.search(r'Include "(.*/vrrp-mib\.conf)"\n', before)
    (parts / "vrrp-mib.conf").write_bytes(Path(include[1]).read_bytes())
    (parts / "notes.txt").write_text("<what is not closed>\n")
    config = r1.directory / "broken.conf"
    config.write_text(before.replace(include[0], f'<Include "{parts}">\n  Filter "*.conf"\n</Include>\n'))
    text = check(r1, *QUICK, config=config, status=0)
    assert "3 included files" in text and "vrrp-mib: snmpd shows rows" in text


def test_centre_without_values(stage):
    """A centre needs no vrrp; an empty table there says whose values it waits for."""
    with Lab(stage) as lab:
        centre = lab.router("centre", "192.168.1.9/24")
        centre.monitor(load=("snmp_agent",), profiles=("collectd-ha-fleet",), plugins=("network",),
                       extra='<Plugin network>\n  Listen "192.168.1.9"\n</Plugin>')
        text = check(centre, status=1)
        assert len(wrongs(text)) == 1 and "collectd-ha-fleet: snmpd shows nothing" in wrongs(text)[0], text
        assert "no values of other hosts come" in text


def test_a_block_that_is_not_closed(r1):
    """What can't be read at all: where, and exit status 2."""
    broken = r1.directory / "broken.conf"
    broken.write_text("Interval 10\n<Plugin vrrp>\n  Interface \"eth0\"\n")
    assert f"{broken}:2: <Plugin> is not closed" in check(r1, config=broken, status=2)


def test_snmpd_without_agentx(r1):
    """The line that is forgotten most often."""
    plain = r1.directory / "plain.conf"
    plain.write_text((r1.directory / "snmpd.conf").read_text().replace("master agentx\n", ""))
    assert any("no `master agentx`" in line for line in wrongs(check(r1, *QUICK, snmpd=plain, status=1)))


def test_wrong_community(r1):
    """snmpd is there, but does not answer to this."""
    text = check(r1, *QUICK, "--snmp", "-v2c -c wrong 127.0.0.1", status=1)
    assert any("snmpd does not answer" in line for line in wrongs(text)), text


def test_stopped_one_after_the_other(stage):
    """keepalived, snmpd and collectd gone, and a collectd that may do less than it must."""
    with Lab(stage) as lab:
        r1 = lab.router("r1", "192.168.1.2/24")
        r1.monitor()
        text = check(r1, "--listen", "1", status=1)
        assert any("no advert was heard" in line for line in wrongs(text)), text
        assert "no adverts are heard" in text
        r1.snmpd.stop()
        assert "snmpd does not run" in wrongs(check(r1, *QUICK, status=1))
        r1.collectd.stop()
        assert "collectd does not run" in wrongs(check(r1, *QUICK, status=1))


def test_another_user_without_rights(stage):
    """collectd as nobody: no packet sockets, and a socket of snmpd's that is root's."""
    with stage.public() as public, Lab(public) as lab:
        r1 = lab.router("r1", "192.168.1.2/24")
        r1.add_snmpd().start().ready()
        lab.directory.chmod(0o755)
        r1.directory.chmod(0o777)
        r1.add_collectd(vrrp='  Namespace "blue"', wrap=("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups",
                              "--inh-caps=-all", "--bounding-set=-all", "--")).start().ready()
        r1.snmpd.agentx.chmod(0o600)
        found = wrongs(check(r1, *QUICK, status=1))
        assert any("collectd has no CAP_NET_RAW" in line for line in found), found
        assert any("no CAP_SYS_ADMIN, which vrrp needs for Namespace" in line for line in found), found
        assert any("user nobody may not connect" in line for line in found), found
        assert any("Permission denied" in line for line in found), found


def test_old_code_after_an_upgrade(stage):
    """The plugin's file was replaced; the process still has the old one."""
    with Lab(stage) as lab:
        r1 = lab.router("r1", "192.168.1.2/24")
        copy = r1.directory / "collectd-ha"
        copy.mkdir()
        for name in ("vrrp", "snmp_agent"):
            (copy / f"{name}.so").write_bytes((stage.plugins / f"{name}.so").read_bytes())
        r1.add_snmpd().start().ready()
        r1.add_collectd()
        r1.collectd.start()  # writes the configuration
        r1.collectd.stop()
        text = r1.collectd.conf.read_text().replace(str(stage.plugins), str(copy))
        r1.add_collectd(whole=text).start().ready()
        code = (copy / "vrrp.so").read_bytes()
        (copy / "vrrp.so").unlink()
        (copy / "vrrp.so").write_bytes(code)
        found = wrongs(check(r1, *QUICK, status=1))
        assert any("the running collectd still has the vrrp from before" in line for line in found), found
        (copy / "real.so").write_bytes(code)
        (copy / "vrrp.so").unlink()
        (copy / "vrrp.so").symlink_to("real.so")
        found = wrongs(check(r1, *QUICK, status=1))
        assert any("vrrp.so is a symbolic link" in line for line in found), found
