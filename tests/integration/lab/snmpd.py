# SPDX-License-Identifier: MIT
"""net-snmp's snmpd as AgentX master in a namespace, on that namespace's loopback."""

from .daemon import Daemon
from .waiting import wait_until

V3_USER, V3_PASSWORD = "reader", "reader-password"
V3 = ("-v3", "-l", "authPriv", "-u", V3_USER, "-a", "SHA", "-A", V3_PASSWORD,
      "-x", "AES", "-X", V3_PASSWORD)


class Snmpd(Daemon):
    """snmpd that reads nothing but its own configuration and keeps its state in its directory.

    whole: an snmpd.conf that replaces the lab's; its AgentX socket must be self.agentx.
    more: further lines of the lab's.
    persistent: what an administrator wrote into its persistent file, which is read then, too.
    """

    def __init__(self, ns, directory, whole=None, more="", persistent=None):
        self._whole = whole
        self._more = more
        self._persistent = persistent
        self._conf = directory / "snmpd.conf"
        self._state = directory / "snmpd-state"
        self.agentx = directory / "agentx"
        super().__init__(
            ns.argv("snmpd", "-f", *(("-C",) if persistent is None else ()), "-c", self._conf, "-Lo",
                    "-p", directory / "snmpd.pid"),
            directory / "snmpd.log",
            {"SNMP_PERSISTENT_DIR": str(self._state), "MIBS": "", "SNMPCONFPATH": str(self._state)})

    def start(self):
        self._state.mkdir(exist_ok=True)
        if self._persistent is not None:
            self.kept.write_text(self._persistent)
        self._conf.write_text(self._whole or (
            "agentaddress udp:127.0.0.1:161\n"
            "rocommunity public\n"
            f"createUser {V3_USER} SHA {V3_PASSWORD} AES {V3_PASSWORD}\n"
            f"rouser {V3_USER} authpriv\n"
            f"master agentx\nagentxsocket unix:{self.agentx}\nagentxperms 0777 0777\n{self._more}"))
        return super().start()

    @property
    def kept(self):
        """Its persistent file."""
        return self._state / "snmpd.conf"

    def ready(self, timeout=10):
        """Waits until subagents can come: it says its version when all its sockets are there. Returns self."""
        wait_until(lambda: "NET-SNMP version" in self.said_since_start(), timeout,
                   lambda: f"snmpd's start:\n{self.said()}")
        return self
