# SPDX-License-Identifier: MIT
"""In the machine: the package's life, one test after the other, each on what the one before left."""

import os
import pathlib
import re
import subprocess
import sys
import time
import traceback

HERE = pathlib.Path(__file__).resolve().parent
PACKAGE = HERE / "collectd-ha.deb"
EXAMPLES = "/usr/share/doc/collectd-ha/examples"
OPER_STATE = "1.3.6.1.2.1.68.1.3.1.3"
MASTER = "3"
CH_STATE = "1.3.6.1.4.1.8072.9999.9999.112.1.1.1.5"  # chVrrpState
OBSERVED_THERE = ".".join(map(str, (CH_STATE, len("segment"), *b"segment")))
OBSERVER = "1"
EXPOSURE_MAX = 4.0  # of systemd-analyze security; Debian's own unit: 9.6

KEEPALIVED = """vrrp_instance VI_1 {
  state BACKUP
  interface eth0
  virtual_router_id 10
  priority 100
  virtual_ipaddress {
    192.0.2.1/24
  }
}
"""


def run(*argv, check=True):
    """What a command printed."""
    done = subprocess.run([str(word) for word in argv], text=True, capture_output=True, timeout=120, check=False)
    assert not check or done.returncode == 0, f"{argv}: {done.returncode}: {done.stdout}{done.stderr}"
    return done.stdout + done.stderr


def wait(holds, seconds, what):
    """Until it holds."""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, what() if callable(what) else what
        time.sleep(1)


def states(column=OPER_STATE):
    """vrrpOperState of each row, or what else is below an OID."""
    return run("snmpwalk", "-v2c", "-c", "public", "-t", "3", "-Oqv", "127.0.0.1", column, check=False).split()


def serves():
    """VRRP-MIB shows this host as master."""
    wait(lambda: states() == [MASTER], 90, lambda: f"{states()}\n{journal()}")


def journal():
    """The last words of the three daemons."""
    return run("journalctl", "--no-pager", "-n", "60", "-u", "collectd", "-u", "snmpd", "-u", "keepalived", check=False)


def pid():
    """collectd's process."""
    return int(run("systemctl", "show", "-P", "MainPID", "collectd"))


def status(key):
    """A field of its status."""
    return re.search(rf"^{key}:\s+(\S+)", pathlib.Path(f"/proc/{pid()}/status").read_text(), re.M)[1]


def dropin(unit, name, text):
    """Writes one, and makes systemd read it."""
    directory = pathlib.Path(f"/etc/systemd/system/{unit}.service.d")
    directory.mkdir(exist_ok=True)
    (directory / f"{name}.conf").write_text(text)
    run("systemctl", "daemon-reload")


def edit(path, old, new):
    """One replacement in a file."""
    text = pathlib.Path(path).read_text()
    assert old in text, f"{path}: {old}"
    pathlib.Path(path).write_text(text.replace(old, new))


def test_installed_as_the_readme_says():
    """Debian's own units, the examples as they are: rows."""
    run("ip", "netns", "add", "segment")
    run("ip", "link", "add", "eth0", "type", "veth", "peer", "name", "wire", "netns", "segment")
    run("ip", "address", "add", "192.0.2.2/24", "dev", "eth0")
    run("ip", "link", "set", "eth0", "up")
    run("ip", "-n", "segment", "link", "set", "wire", "up")
    pathlib.Path("/etc/keepalived/keepalived.conf").write_text(KEEPALIVED)
    run("dpkg", "-i", PACKAGE)
    run("cp", f"{EXAMPLES}/collectd.conf.example", "/etc/collectd/collectd.conf")
    run("cp", f"{EXAMPLES}/snmpd.conf.example", "/etc/snmp/snmpd.conf")
    run("systemctl", "restart", "keepalived", "snmpd", "collectd")
    serves()
    assert status("Uid") == "0"


def test_the_check_is_content():
    """collectd-ha-check finds nothing wrong."""
    run("collectd-ha-check")


def test_restarted_and_reloaded():
    """Each daemon is restarted; those that can are reloaded; the rows come back."""
    for verb, unit in (("restart", "snmpd"), ("reload", "snmpd"), ("restart", "keepalived"), ("reload", "keepalived"),
                       ("restart", "collectd")):
        run("systemctl", verb, unit)
        serves()


def test_another_user():
    """As docs/unprivileged.md says."""
    document = (HERE / "unprivileged.md").read_text()
    commands = re.findall(r"^    ((?:useradd|chown) .*)$", document, re.M)
    assert len(commands) == 2
    for command in commands:
        run("sh", "-c", command)
    service = re.search(r"^    (\[Service\])\n    (User=.*)\n    (Group=.*)$", document, re.M)
    dropin("collectd", "override", "\n".join(service.groups()) + "\n")
    permissions = re.search(r"^    (agentxperms .*)$", document, re.M)[1]
    edit("/etc/snmp/snmpd.conf", "\nmaster agentx\n", f"\nmaster agentx\n{permissions}\n")
    run("systemctl", "restart", "snmpd", "collectd")
    serves()
    assert status("Uid") != "0"
    run("collectd-ha-check")


def exposure():
    """What systemd-analyze says of the unit: 0 safe, 10 not at all."""
    return float(re.search(r"exposure level for collectd.service: ([0-9.]+)", run("systemd-analyze", "security", "collectd"))[1])


def test_hardened():
    """The optional drop-in takes nothing away that is needed, and much that is not."""
    before = exposure()
    dropin("collectd", "hardened", pathlib.Path(f"{EXAMPLES}/collectd-hardened.conf").read_text())
    run("systemctl", "restart", "collectd")
    serves()
    after = exposure()
    print(f"figure systemd-analyze security: {before} without the drop-in, {after} with it", flush=True)
    assert after < EXPOSURE_MAX


def test_namespace():
    """With the drop-in for it beside the others: what another namespace hears is in our own MIB."""
    dropin("collectd", "namespaces", pathlib.Path(f"{EXAMPLES}/collectd-namespaces.conf").read_text())
    edit("/etc/collectd/collectd.conf", '  # Namespace "*"', '  Namespace "segment"')
    run("systemctl", "restart", "collectd")
    serves()
    wait(lambda: states(OBSERVED_THERE) == [OBSERVER], 60, lambda: f"{states(CH_STATE)}\n{journal()}")


def test_upgraded_over_itself():
    """The running collectd is another, with the new files mapped."""
    before = pid()
    run("dpkg", "-i", PACKAGE)
    wait(lambda: pid() not in (0, before), 30, "collectd was not restarted")
    serves()
    assert not re.search(r"collectd-ha/.*\(deleted\)", pathlib.Path(f"/proc/{pid()}/maps").read_text())


def test_removed():
    """What the removal says to type makes a collectd that starts."""
    said = run("dpkg", "-r", "collectd-ha")
    commands = re.findall(r"^    ((?:sed|systemctl) .*)$", said, re.M)
    assert len(commands) == 3, said
    for command in commands:
        run("sh", "-c", command)
    time.sleep(12)  # longer than RestartSec
    assert run("systemctl", "is-active", "collectd").strip() == "active"
    assert "0" == run("systemctl", "show", "-P", "NRestarts", "collectd").strip()


def test_purged():
    """Nothing is left but what this test and the commands above made."""
    run("dpkg", "-P", "collectd-ha")
    left = run("find", "/etc", "/usr", "/var/lib", "/run", "-name", "*collectd-ha*").split()
    assert left == ["/etc/collectd/collectd.conf.collectd-ha"], left


def main():
    """All of them; the first failure ends it."""
    words = dict(word.split("=", 1) for word in open("/proc/cmdline", encoding="ascii").read().split() if "=" in word)
    run("date", "-s", f"@{words['host_time']}")
    passed = failed = 0
    for name, test in list(globals().items()):
        if not name.startswith("test_"):
            continue
        began = time.monotonic()
        try:
            test()
            passed += 1
            print(f"passed {name} {time.monotonic() - began:.1f} s", flush=True)
        except Exception:  # pylint: disable=broad-exception-caught
            traceback.print_exc(file=sys.stdout)
            print(journal())
            print(f"FAILED {name}", flush=True)
            failed += 1
            break
    with open("/dev/ttyS1", "w", encoding="ascii") as result:
        result.write(f"{passed} {failed}\n")
    os.sync()
    subprocess.run(["systemctl", "poweroff", "--force", "--force"], check=False)


main()
