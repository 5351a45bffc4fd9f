# SPDX-License-Identifier: MIT
"""keepalived.conf for virtual routers, and keepalived itself in a router's namespace."""

import dataclasses

from .daemon import Daemon

# All four, also of the parts that are not started: 2.3.3 locks each for a moment to see whether
# it runs already, and ends if another one that just starts does the same.
PID_FILES = {"-p": "keepalived.pid", "-r": "vrrp.pid", "-c": "checkers.pid", "-b": "bfd.pid"}


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

    def text(self, script):
        """Its block of keepalived.conf."""
        lines = [
            f"vrrp_instance {self.name} {{", "    state BACKUP",
            f"    interface {self.interface}", f"    version {self.version}",
            f"    virtual_router_id {self.vrid}", f"    priority {self.priority}",
            f"    advert_int {self.interval:g}"]
        if self.password:
            lines += ["    authentication {", f"        auth_type {self.auth}",
                      f"        auth_pass {self.password}", "    }"]
        if self.unicast:
            lines += [f"    unicast_src_ip {self.unicast[0]}",
                      "    unicast_peer {", f"        {self.unicast[1]}", "    }"]
        if self.vmac:
            lines += [f"    use_vmac vrrp.{self.vrid}"]
        if not self.preempt:
            lines += ["    nopreempt"]
        if self.down_timer_adverts:
            lines += [f"    down_timer_adverts {self.down_timer_adverts}"]
        lines += ["    virtual_ipaddress {", *(f"        {a}" for a in self.addresses), "    }"]
        if self.script_weight:
            lines += ["    track_script {", f"        {script}", "    }"]
        return "\n".join([*lines, "}", ""])


class Keepalived(Daemon):
    """keepalived with VRRP only; `own_snmp` (an AgentX socket) turns its own SNMP on,
    which the project's users leave off: it is what can stall keepalived."""

    def __init__(self, ns, directory, instances, own_snmp=None):
        self.instances = instances
        self._broken = directory / "script-fails"
        self._conf = directory / "keepalived.conf"
        self._router_id = ns.label  # otherwise the host's name, which need not resolve
        self._pid_files = {option: directory / name for option, name in PID_FILES.items()}
        snmp = ["-x", "-A", f"unix:{own_snmp}"] if own_snmp else []
        super().__init__(
            ns.argv("keepalived", *snmp, "-n", "-l", "-D", "-P", "-G", "-f", self._conf,
                    *(word for pair in self._pid_files.items() for word in pair)),
            directory / "keepalived.log", {"TMPDIR": str(directory)})

    def start(self):
        self._conf.write_text(self.configuration())
        for left in self._pid_files.values():
            left.unlink(missing_ok=True)
        return super().start()

    def configuration(self):
        """keepalived.conf, whole."""
        weight = next((i.script_weight for i in self.instances if i.script_weight), 0)
        script = (f'vrrp_script gateway {{\n    script "/usr/bin/test ! -e {self._broken}"\n'
                  f"    interval 1\n    weight {weight}\n    user root\n}}\n") if weight else ""
        return (f"global_defs {{\n    router_id {self._router_id}\n    script_user root\n}}\n" + script
                + "".join(i.text("gateway") for i in self.instances))

    def break_script(self):
        """From now on the track_script fails."""
        self._broken.touch()

    def mend_script(self):
        """From now on the track_script succeeds."""
        self._broken.unlink(missing_ok=True)
