# SPDX-License-Identifier: MIT
"""keepalived.conf for virtual routers, and keepalived itself in a router's namespace."""

import dataclasses
import signal
import textwrap

from .daemon import Daemon

# All four, also of the parts that are not started: 2.3.3 locks each for a moment to see whether
# it runs already, and ends if another one that just starts does the same.
PID_FILES = {"-p": "keepalived.pid", "-r": "vrrp.pid", "-c": "checkers.pid", "-b": "bfd.pid"}
BROKEN = "script-fails"  # while this file is there, every vrrp_script() fails


def block(head, *lines):
    """A block of keepalived.conf; a line may be a block itself."""
    return "\n".join([f"{head} {{", textwrap.indent("\n".join(lines), "    "), "}"])


def vrrp_script(name, directory, *lines):
    """A script that fails from break_script() to mend_script(); `lines`: how often it runs, and what follows."""
    return block(f"vrrp_script {name}", f'script "/usr/bin/test ! -e {directory / BROKEN}"', *lines)


def track_file(name, path):
    """A file whose number moves the priority of whoever tracks it; keepalived makes it."""
    return block(f"track_file {name}", f'file "{path}"', "weight 1", "init_file 0")


@dataclasses.dataclass
class Instance:
    """One vrrp_instance of keepalived.conf on one router."""

    name: str
    vrid: int
    priority: int
    addresses: list
    version: int = 2
    interval: float = 1
    interface: str = "eth0"
    password: str = ""
    auth: str = "PASS"  # or AH; with a password
    unicast: tuple = ()  # (own address, peer's address)
    script_weight: int = 0  # of the track_script; 0: no script
    vmac: bool = False
    preempt: bool = True
    down_timer_adverts: int = 0  # 0: keepalived's own
    blocks: tuple = ()  # further ones in it, of block()

    def text(self, script):
        """Its block of keepalived.conf."""
        lines = [
            "state BACKUP", f"interface {self.interface}", f"version {self.version}",
            f"virtual_router_id {self.vrid}", f"priority {self.priority}", f"advert_int {self.interval:g}"]
        if self.password:
            lines += [block("authentication", f"auth_type {self.auth}", f"auth_pass {self.password}")]
        if self.unicast:
            lines += [f"unicast_src_ip {self.unicast[0]}", block("unicast_peer", self.unicast[1])]
        if self.vmac:
            lines += [f"use_vmac vrrp.{self.vrid}"]
        if not self.preempt:
            lines += ["nopreempt"]
        if self.down_timer_adverts:
            lines += [f"down_timer_adverts {self.down_timer_adverts}"]
        lines += [block("virtual_ipaddress", *self.addresses)]
        if self.script_weight:
            lines += [block("track_script", script)]
        return block(f"vrrp_instance {self.name}", *lines, *self.blocks)


class Keepalived(Daemon):
    """keepalived with VRRP only; `own_snmp` (an AgentX socket) turns its own SNMP on,
    which the project's users leave off: it is what can stall keepalived. `instances` and `tracked`,
    the blocks of what they track, may change: keepalived follows at its next start or reload."""

    def __init__(self, ns, directory, instances, own_snmp=None, tracked=()):
        self.instances, self.tracked = instances, tracked
        self._directory = directory
        self._conf = directory / "keepalived.conf"
        self._router_id = ns.label  # otherwise the host's name, which need not resolve
        self._pid_files = {option: directory / name for option, name in PID_FILES.items()}
        snmp = ["-x", "-A", f"unix:{own_snmp}"] if own_snmp else []
        super().__init__(
            ns.argv("keepalived", *snmp, "-n", "-l", "-D", "-P", "-G", "-f", self._conf,
                    *(word for pair in self._pid_files.items() for word in pair)),
            directory / "keepalived.log", {"TMPDIR": str(directory)})

    def start(self):
        self.write()
        for left in self._pid_files.values():
            left.unlink(missing_ok=True)
        return super().start()

    def reload(self):
        """systemctl reload keepalived, with the configuration that it has now."""
        self.write()
        self.signal(signal.SIGHUP)

    def write(self):
        """Writes keepalived.conf."""
        self._conf.write_text(self.configuration())

    def configuration(self):
        """keepalived.conf, whole."""
        weight = next((i.script_weight for i in self.instances if i.script_weight), 0)
        script = [vrrp_script("gateway", self._directory, "interval 1", f"weight {weight}", "user root")] if weight else []
        return "\n".join([block("global_defs", f"router_id {self._router_id}", "script_user root"), *self.tracked,
                          *script, *(i.text("gateway") for i in self.instances), ""])

    def break_script(self):
        """From now on each vrrp_script() fails."""
        (self._directory / BROKEN).touch()

    def mend_script(self):
        """From now on each vrrp_script() succeeds."""
        (self._directory / BROKEN).unlink(missing_ok=True)
