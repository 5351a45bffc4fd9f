# SPDX-License-Identifier: MIT
"""A router of the lab: a namespace with keepalived, snmpd and collectd, and how it is asked."""

import contextlib
import shutil
import tempfile
import pathlib

from . import oids
from .collectd import Collectd
from .keepalived import Instance, Keepalived
from .net import Lan, Namespace, sweep
from .snmp import Client, snmpwalk
from .snmpd import Snmpd
from .waiting import wait_until
from .wire import Recorder, Sender

PROFILES = ("vrrp-mib", "vrrpv3-mib")
PASSWORD = "s3cret42"  # keepalived's PASS takes eight characters


class Router(Namespace):
    """One machine: its interface is eth0, its daemons are started by whoever needs them."""

    def __init__(self, lab, label, addresses):
        super().__init__(label)
        self.lab = lab
        self.address = addresses[0].split("/")[0]
        self.directory = lab.directory / label
        self.directory.mkdir()
        self.port = lab.lan.plug(self, addresses=addresses)
        self.eth0 = self.ifindex("eth0")
        self.keepalived = self.snmpd = self.collectd = None
        self.snmp = Client(self)
        lab.on_exit(self.snmp.close)

    def add_keepalived(self, *instances, **options):
        """Prepares keepalived; .start() it. Options: see Keepalived."""
        self.keepalived = self.lab.manage(
            Keepalived(self, self.directory, instances, **options))
        return self.keepalived

    def add_snmpd(self, **options):
        """Prepares snmpd; .start() it."""
        self.snmpd = self.lab.manage(Snmpd(self, self.directory, **options))
        return self.snmpd

    def add_collectd(self, **options):
        """Prepares collectd with our plugins; .start() it. Options: see Collectd."""
        options = {"hostname": self.label, "profiles": PROFILES, **options}
        self.collectd = self.lab.manage(
            Collectd(self, self.directory, self.lab.stage, **options))
        return self.collectd

    def keepalived_block(self):
        """What <Plugin vrrp> needs to ask this router's keepalived, too."""
        files = {"PidFile": "keepalived.pid", "JSON": "keepalived.json",
                 "VrrpPidFile": "vrrp.pid", "VrrpData": "keepalived.data",
                 "CheckersPidFile": "checkers.pid", "CheckersData": "keepalived_check.data",
                 "Configuration": "keepalived.conf"}
        return "\n".join(["  <Keepalived>", *(f'    {key} "{self.directory}/{name}"'
                                              for key, name in files.items()),
                          "  </Keepalived>"])

    def monitor(self, **options):
        """snmpd and collectd, started; returns when collectd works."""
        self.add_snmpd().start().ready()
        self.add_collectd(**options).start().ready()
        return self

    def index(self, vrid):
        """VRRP-MIB's index of a virtual router on eth0."""
        return f"{self.eth0}.{vrid}"

    def state(self, vrid):
        """vrrpOperState by one SNMP GET; None while there is no such row."""
        return self.snmp.get(f"{oids.OPER_STATE}.{self.index(vrid)}")

    def walk(self, oid):
        """{OID: (type, value)} by net-snmp's snmpbulkwalk."""
        return snmpwalk(self, oid)

    def wait_state(self, vrid, state, timeout):
        """Waits until SNMP shows this state (a number of vrrpOperState)."""
        wait_until(lambda: self.state(vrid) == state, timeout,
                   lambda: f"{self.label}: vrrpOperState of {vrid} is {self.state(vrid)}, "
                           f"not {state}\n{self.collectd.said()[-3000:]}")

    def unplug(self):
        """Takes the interface down."""
        self.ip("link", "set", "eth0", "down")

    def replug(self):
        """Takes the interface up again."""
        self.ip("link", "set", "eth0", "up")


class Lab:
    """A switch, routers on it, an ear on the wire; everything ends with the `with` block."""

    def __init__(self, stage):
        sweep()
        self._exit = contextlib.ExitStack()
        self.stage = stage
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="collectd-ha-lab-"))
        self.on_exit(shutil.rmtree, self.directory, ignore_errors=True)
        try:
            self.lan = Lan()
            self.on_exit(self.lan.close)
            self.wire = Recorder(self.lan)
            self.on_exit(self.wire.close)
        except BaseException:
            self.close()
            raise

    def on_exit(self, function, *args, **kwargs):
        """Calls function at the end, last in, first out."""
        self._exit.callback(function, *args, **kwargs)

    def manage(self, daemon):
        """The daemon is killed at the end if it still runs."""
        self.on_exit(daemon.kill)
        return daemon

    def router(self, label, *addresses):
        """A new router on the switch."""
        router = Router(self, label, addresses)
        self.on_exit(router.close)
        return router

    def stranger(self, address):
        """A further machine on the switch that sends what it likes: its Sender."""
        ns = Namespace("x")
        self.on_exit(ns.close)
        self.lan.plug(ns, addresses=[address])
        sender = Sender(ns)
        self.on_exit(sender.close)
        return sender

    def close(self):
        """Stops and removes everything."""
        self._exit.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


def gateway(priority, own, peer, script=True):
    """The two instances of a gateway guide on one router: VRID 10 by multicast with a
    password and a tracked script, VRID 150 by unicast."""
    return (
        Instance("gateway", 10, priority, ["192.168.1.1/24"], password=PASSWORD,
                 script_weight=-30 if script else 0),
        Instance("unicast", 150, 101 if priority > 100 else 100, ["192.168.1.13/24"],
                 unicast=(own, peer)),
    )


def pair(lab, own_snmp=False):
    """Two routers r1 (120, the master) and r2 (100), keepalived prepared as gateway() says."""
    own, peer = "192.168.1.2", "192.168.1.3"
    r1, r2 = lab.router("r1", f"{own}/24"), lab.router("r2", f"{peer}/24")
    for router, priority, ends in ((r1, 120, (own, peer)), (r2, 100, (peer, own))):
        socket = router.directory / "agentx" if own_snmp else None
        router.add_keepalived(*gateway(priority, *ends), own_snmp=socket)
    return r1, r2
