# SPDX-License-Identifier: MIT
"""A lab of routers in network namespaces with the real daemons.

    with Lab(Stage("build").install()) as lab:
        r1, r2 = pair(lab)
        r1.monitor(); r2.monitor()
        r1.keepalived.start(); r2.keepalived.start()
        r1.wait_state(10, MASTER, 10)

Used by the integration tests, the benchmarks and the demo. Needs root.
"""

from .collectd import Collectd, Stage
from . import measure, oids, snmp
from .daemon import Daemon
from .keepalived import Instance, Keepalived
from .net import Lan, Namespace
from .oids import BACKUP, INITIALIZE, MASTER
from .router import Lab, PASSWORD, Router, gateway, pair
from .snmpd import Snmpd
from .waiting import Timeout, stays, wait_until
