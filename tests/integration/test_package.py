# SPDX-License-Identifier: MIT
"""The Debian package: made, looked at, installed, run and removed.

It is installed for real, by dpkg, in a mount namespace where /usr, /etc and /var are
overlays that end with the test: the machine never sees it.
"""

import pathlib
import re
import subprocess

import pytest

from conftest import ROOT
from lab import MASTER, Daemon, Instance, Lab, wait_until

SPEC = "packaging/collectd-ha.spec"
OVERLAY = """
set -e
mount --make-rprivate /
mount -t tmpfs overlay {base}
for top in usr etc var; do
  mkdir -p {base}/$top {base}/$top.work
  mount -t overlay overlay -o lowerdir=/$top,upperdir={base}/$top,workdir={base}/$top.work /$top
done
if [ -d /run/systemd ]; then mount -t tmpfs none /run/systemd; fi
echo ready
exec sleep 600
"""


def run(*argv):
    """Output of a command that must succeed."""
    done = subprocess.run([str(arg) for arg in argv], text=True, capture_output=True, timeout=300, check=False)
    assert done.returncode == 0, f"{argv}: {done.stdout}{done.stderr}"
    return done.stdout


class Machine(Daemon):
    """This machine's file system, as if it were another's: what is changed in it is forgotten."""

    def __init__(self, directory):
        base = directory / "overlay"
        base.mkdir()
        super().__init__(["unshare", "-m", "bash", "-c", OVERLAY.format(base=base)],
                         directory / "machine.log")

    def ready(self):
        """Waits until it is there; returns self."""
        wait_until(lambda: "ready" in self.said() or not self.running, 10, self.said)
        assert self.running, self.said()
        return self

    @property
    def wrap(self):
        """What makes a command see it."""
        return ("nsenter", "-m", "-t", str(self.pid), "--")

    def run(self, *argv):
        """Output of a command in it."""
        return run(*self.wrap, *argv)


@pytest.fixture(scope="module", name="package")
def fixture_package(tmp_path_factory):
    """collectd-ha_*.deb, as README.md makes it; the unit tests have a stage of their own."""
    return pathlib.Path(run("env", "DEB_BUILD_OPTIONS=nocheck", ROOT / "packaging/build-deb",
                            tmp_path_factory.mktemp("package")).strip())


@pytest.fixture(scope="module", name="lab")
def fixture_lab(stage):
    """A lab with one router, keepalived and snmpd on it."""
    with Lab(stage) as lab:
        router = lab.router("r1", "192.168.1.2/24")
        router.add_snmpd().start().ready()
        router.add_keepalived(Instance("only", 10, 120, ["192.168.1.1/24"])).start()
        yield lab, router


@pytest.fixture(scope="module", name="machine")
def fixture_machine(lab, package):
    """A machine with the package installed."""
    machine = lab[0].manage(Machine(lab[0].directory)).start().ready()
    machine.run("dpkg", "--no-triggers", "-i", package)
    return machine


def files_of(package):
    """The package's files, directories left out."""
    return [line.split(maxsplit=5)[5][1:] for line in run("dpkg-deb", "-c", package).splitlines()
            if not line.startswith("d")]


def test_flags(package):
    """Every line of the build has all that Debian wants of its packages' flags."""
    run("blhc", "--all", package.with_suffix(".build"))


def test_lintian(package):
    """Nothing but what debian/collectd-ha.lintian-overrides explains."""
    done = subprocess.run(["lintian", "--tag-display-limit", "0", package], text=True,
                          capture_output=True, timeout=300, check=False)
    assert not re.findall(r"^[EW]: .*", done.stdout, re.M)
    assert done.returncode == 0, done.stderr


def test_contents(package):
    """What was promised is in it, and no file that another package has."""
    files = files_of(package)
    for wanted in ("/usr/lib/collectd-ha/vrrp.so", "/usr/lib/collectd-ha/ipvs.so",
                   "/usr/lib/collectd-ha/snmp_agent.so", "/usr/share/collectd-ha/types.db.custom",
                   "/usr/share/collectd-ha/profiles/vrrp-mib.conf",
                   "/usr/share/collectd-ha/mibs/COLLECTD-HA-MIB.txt",
                   "/usr/share/collectd-ha/dashboards/grafana/vrrp.json",
                   "/usr/share/collectd-ha/dashboards/prometheus/collectd-ha.rules.yml",
                   "/usr/share/doc/collectd-ha/examples/collectd.conf.example",
                   "/usr/share/doc/collectd-ha/examples/snmpd.conf.example",
                   "/usr/share/man/man5/collectd-snmp_agent.5.gz", "/usr/bin/collectd-ha-graph",
                   "/usr/bin/collectd-ha-check"):
        assert wanted in files
    others = subprocess.run(["dpkg-query", "-S", *files], text=True, capture_output=True, check=False)
    assert not [line for line in others.stdout.splitlines() if not line.startswith("collectd-ha:")]


def test_installed(machine, package):
    """dpkg has nothing to complain about, man finds the pages, Debian's collectd is as it was."""
    assert "install ok installed" in machine.run("dpkg-query", "-W", "-f", "${Status}", "collectd-ha")
    assert not machine.run("dpkg", "-V", "collectd-ha")
    assert machine.run("dpkg", "-V", "collectd-core") == run("dpkg", "-V", "collectd-core")
    for section, page in ((5, "collectd-vrrp"), (5, "collectd-ipvs"), (5, "collectd-snmp_agent"),
                          (7, "collectd-ha-migrate"), (1, "collectd-ha-graph"),
                          (1, "collectd-ha-check")):
        assert machine.run("man", "-w", section, page).strip().endswith(f"{page}.{section}.gz")
    assert "/usr/local" not in machine.run("man", "-E", "UTF-8", "5", "collectd-vrrp")
    assert not subprocess.run(["dpkg-query", "-W", "collectd-ha"], capture_output=True, check=False).stdout
    del package


def example(machine, router):
    """The installed example, with the lab's socket, log and place for data."""
    text = machine.run("cat", "/usr/share/doc/collectd-ha/examples/collectd.conf.example")
    assert "/usr/lib/collectd-ha" in text
    text, n = re.subn(r"LoadPlugin syslog\n<Plugin syslog>.*?</Plugin>",
                      f'PIDFile "{router.directory}/pid"\nLoadPlugin logfile\n'
                      '<Plugin logfile>\n  File "stderr"\n</Plugin>', text, flags=re.S)
    assert n == 1
    return text.replace("/run/agentx/master", f"{router.directory}/agentx").replace(
        "/var/lib/collectd/rrd", f"{router.directory}/rrd")


def serves(router, collectd):
    """VRRP-MIB shows this host as master, from the package's plugins."""
    router.wait_state(10, MASTER, 15)
    mapped = open(f"/proc/{collectd.pid}/maps", encoding="utf-8").read()
    assert {"vrrp", "snmp_agent"} <= set(re.findall(r"/collectd-ha/(\w+)\.so", mapped))


def test_runs(lab, machine):
    """The installed example works as it is."""
    router = lab[1]
    collectd = router.add_collectd(whole=example(machine, router), wrap=machine.wrap).start()
    serves(router, collectd)
    collectd.stop()
    wait_until(lambda: router.state(10) is None, 10, "the row goes with collectd")


def test_runs_without_root(lab, machine):
    """With the capabilities of the drop-in, collectd need not be root for us."""
    router = lab[1]
    dropin = machine.run("cat", "/usr/lib/systemd/system/collectd.service.d/collectd-ha.conf")
    names = re.search(r"^AmbientCapabilities=(.*)$", dropin, re.M)[1].lower().split()
    assert names == ["cap_net_raw", "cap_net_admin"]
    allowed = ",".join(f"+{name.removeprefix('cap_')}" for name in names)
    lab[0].directory.chmod(0o755)
    router.directory.chmod(0o777)
    run("chmod", "-R", "a+rwX", router.directory)
    collectd = router.add_collectd(whole=example(machine, router), wrap=(
        *machine.wrap, "setpriv", "--reuid=65534", "--regid=65534", "--clear-groups",
        f"--inh-caps=-all,{allowed}", f"--ambient-caps=-all,{allowed}", "--")).start()
    serves(router, collectd)
    status = open(f"/proc/{collectd.pid}/status", encoding="utf-8").read()
    assert re.search(r"^Uid:\s+65534\s", status, re.M)
    assert int(re.search(r"^CapEff:\s+(\w+)", status, re.M)[1], 16) == 1 << 12 | 1 << 13
    assert not collectd.complaints("(?i)permitted|error")
    collectd.stop()


def test_removed(machine, package):
    """Nothing is left; and what collectd's configuration still names is told, with what to type."""
    machine.run("cp", "/usr/share/doc/collectd-ha/examples/collectd.conf.example", "/etc/collectd/collectd.conf")
    said = machine.run("dpkg", "--no-triggers", "-P", "collectd-ha")
    assert "these files name plugins, types or profiles of collectd-ha: /etc/collectd/collectd.conf" in said
    for command in re.findall(r"^    (sed .*)$", said, re.M):
        machine.run("sh", "-c", command)
    left = machine.run("cat", "/etc/collectd/collectd.conf")
    assert not re.search(r"^[^#]*collectd-ha|^LoadPlugin (vrrp|ipvs|snmp_agent)", left, re.M), left
    assert "LoadPlugin rrdtool" in left
    machine.run("rm", "/etc/collectd/collectd.conf.collectd-ha")
    for path in files_of(package):
        assert subprocess.run([*machine.wrap, "test", "-e", path], check=False).returncode == 1, path
    assert subprocess.run([*machine.wrap, "test", "-e", "/usr/lib/collectd-ha"], check=False).returncode == 1
    assert machine.run("dpkg", "-V", "collectd-core") == run("dpkg", "-V", "collectd-core")


def test_rpm(tmp_path):
    """The spec builds, installs below lib64, and rpmlint finds no error in it."""
    name = re.search(r"^Version: +(\S+)", (ROOT / SPEC).read_text(), re.M)[1]
    tree = tmp_path / f"collectd-ha-{name}"
    tree.mkdir()
    (tmp_path / "SOURCES").mkdir()
    run("sh", "-c", f"cd {ROOT} && git ls-files -z | xargs -0 cp --parents -Pt {tree}")
    run("tar", "-C", tmp_path, "-czf", tmp_path / f"SOURCES/{tree.name}.tar.gz", tree.name)
    # Debian's rpm makes no package of debugging symbols.
    run("rpmbuild", "-bb", "--nodeps", "--define", f"_topdir {tmp_path}", "--define", "_lib lib64",
        "--define", "debug_package %{nil}", ROOT / SPEC)
    files = run("rpm", "-qlp", next(tmp_path.glob("RPMS/*/collectd-ha-[0-9]*.rpm"))).split()
    assert {f"/usr/lib64/collectd-ha/{plugin}.so" for plugin in ("vrrp", "ipvs", "snmp_agent")} <= set(files)
    assert "/usr/bin/collectd-ha-check" in files
    assert "0 errors" in run("rpmlint", ROOT / SPEC)


def test_versions():
    """One version in CMake, the Debian changelog and the spec."""
    cmake = re.search(r"project\(collectd-ha VERSION (\S+)", (ROOT / "CMakeLists.txt").read_text())[1]
    assert (ROOT / "debian/changelog").read_text().startswith(f"collectd-ha ({cmake}) ")
    assert re.search(rf"^Version: +{re.escape(cmake)}$", (ROOT / SPEC).read_text(), re.M)
    assert f"## {cmake}" in (ROOT / "CHANGELOG.md").read_text()
