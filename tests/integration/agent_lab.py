# SPDX-License-Identifier: MIT
"""A machine for the tests of snmp_agent: one namespace with snmpd and collectd, the latter
with our plugin or the stock one, fed by hand.

    with Machine(stage, agent=TABLE) as m:
        m.start()
        m.put("hand-a/gauge", 7)
        m.wait_get(f"{ENTRY}.3.1.97", 7)
"""

import contextlib
import itertools
import os
import pathlib
import re
import shutil
import socket
import tempfile
import threading
import time

from lab import Collectd, Snmpd, wait_until
from lab.net import Namespace, sweep
from lab.waiting import Timeout

from agent_snmp import Asker

HERE = pathlib.Path(__file__).resolve().parent
MIBS = HERE / "mibs"
PEN = "1.3.6.1.4.1.8072.9999.9999"  # netSnmpPlaypen's haTest
ENTRY = f"{PEN}.1.1"
PATIENCE = 5  # seconds, where time is not the point
SEVERAL = 5  # writers, as collectd has them by itself
LONG = bool(os.environ.get("HA_LONG"))  # minutes instead of seconds where time is the point


class Wrong(AssertionError):
    """The plugin under test behaves badly (and not: the test could not be set up)."""


def demand(condition, message):
    """Raises Wrong unless condition holds."""
    if not condition:
        raise Wrong(message() if callable(message) else message)


@contextlib.contextmanager
def demanding():
    """What fails by itself in here is the plugin's fault."""
    try:
        yield
    except (AssertionError, TimeoutError, OSError) as error:
        raise Wrong(str(error)) from error


def identifier(name, host="r1"):
    """`host`/name, unless the name brings a host along."""
    return name if name.count("/") == 2 else f"{host}/{name}"


def text_index(text):
    """The index of a text that is length-prefixed: "3.101.116.104"."""
    octets = text.encode()
    return ".".join(map(str, [len(octets), *octets]))


def python_feed(directory, more=""):
    """What collectd.conf says of feed/feed.py, collectd's python plugin: value lists and notifications that
    come to the socket feed in `directory` are dispatched. `more`: its other options."""
    return f"""
PluginDir "/usr/lib/collectd"
LoadPlugin python
<Plugin python>
  ModulePath "{HERE / 'feed'}"
  Import "feed"
  <Module feed>
    Socket "{directory}/feed"
    {more}
  </Module>
</Plugin>
"""


class Machine:
    """snmpd and collectd in a namespace; nothing runs before start().

    stock: the stock plugin instead of ours. agent: the text inside <Plugin snmp_agent>.
    agentx: where collectd looks for snmpd, if not at snmpd's own. before: lines of collectd.conf
    before our LoadPlugin. writers: collectd's threads that pass values on; with one of them, values
    arrive in the order in which they were put. options: Collectd's.
    """

    def __init__(self, stage, agent="", stock=False, agentx=None, before="", writers=1, **options):
        sweep()
        self._exit = contextlib.ExitStack()
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="collectd-ha-agent-"))
        self._exit.callback(shutil.rmtree, self.directory, ignore_errors=True)
        self.ns = Namespace("agent")
        self._exit.callback(self.ns.close)
        self.snmpd = Snmpd(self.ns, self.directory)
        self._exit.callback(self.snmpd.kill)
        self.snmpd_more = self.directory / "snmpd-more.conf"  # lines for snmpd.conf, before start()
        self.snmpd_more.touch()
        self.snmpd.argv[self.snmpd.argv.index("-c") + 1] += f",{self.snmpd_more}"
        agentx = agentx or self.directory / "agentx"
        kwargs = {"hostname": "r1", "interval": 1, "plugins": (), "load": ("snmp_agent",), **options}
        self.collectd = _ChosenCollectd(self.ns, self.directory, stage, stock=stock,
                                        agentx=agentx, before=before, writers=writers, agent=agent, **kwargs)
        self._exit.callback(self.collectd.kill)
        self.collectd.env.update({"MIBDIRS": str(MIBS), "MIBS": "ALL",
                                  "SNMPCONFPATH": str(self.directory),
                                  "SNMP_PERSISTENT_DIR": str(self.directory / "state")})
        # Where the stock plugin looks for snmpd.
        (self.directory / "snmp_agent.conf").write_text(f"agentXSocket unix:{agentx}\n")
        self.snmp = Asker(self.ns)
        self._exit.callback(self.snmp.close)
        self._marks = itertools.count(1)

    def start(self, snmpd=True):
        """Starts both (or collectd alone) and waits until they work; returns self."""
        if snmpd:
            self.snmpd.start().ready()
        self.collectd.start().ready()
        return self

    def put(self, name, /, *values, interval=10, when=None, **meta):
        """Puts a value list into collectd as any plugin would; meta data are texts."""
        options = "".join(f' meta:{key}="\\"{value}\\""' for key, value in meta.items())
        data = ":".join(map(str, values))
        status = self.collectd.ask(
            f'PUTVAL "{identifier(name)}" interval={interval}{options} '
            f'{time.time() if when is None else when:.6f}:{data}')
        assert status[0].startswith("0 "), status

    def put_many(self, names_and_values, interval=10):
        """Puts many numbers over one connection; returns when collectd has taken them all."""
        now = time.time()
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as unix:
            unix.settimeout(20)
            unix.connect(str(self.collectd.socket))
            stream = unix.makefile("rw")
            for name, value in names_and_values:
                stream.write(f'PUTVAL "{identifier(name)}" interval={interval} {now:.3f}:{value}\n')
                stream.flush()
                status = stream.readline()
                assert status.startswith("0 "), status

    def cached(self, name):
        """{data source: rate or value} in collectd's cache; None if it holds no such thing."""
        answer = self.collectd.ask(f'GETVAL "{identifier(name)}"')
        if answer[0].startswith("-1"):
            return None
        return {key: float(v) for key, v in (line.split("=", 1) for line in answer[1:])}

    def wait_cached(self, name, timeout=PATIENCE):
        """Waits until the cache holds it, and then until the plugins that collectd tells of it have
        returned: a value that was put behind it has arrived by then."""
        wait_until(lambda: self.cached(name) is not None, timeout, f"{name} is not in the cache")
        mark = next(self._marks)
        self.put("mark/gauge", mark)
        wait_until(lambda: self.cached("mark/gauge") == {"value": mark}, timeout, f"collectd stands still after {name}")

    def get(self, oid, **how):
        """One value, by GET; None if there is none."""
        return self.snmp.value(oid, **how)

    def wait_get(self, oid, value, timeout=PATIENCE):
        """Waits until a GET shows this value."""
        wait_until(lambda: self.snmp.quiet(oid) == value, timeout,
                   lambda: f"{oid} is {self.snmp.quiet(oid)!r}, not {value!r}\n{self.said()}")

    def wait_served(self, oid, timeout=PATIENCE):
        """Waits until a GET shows any value, and returns it."""
        return wait_until(lambda: self.snmp.quiet(oid), timeout,
                          lambda: f"{oid} is not served\n{self.said()}")

    def said(self):
        """The end of what collectd said."""
        return self.collectd.said()[-3000:]

    def memory(self):
        """collectd's resident memory, kB."""
        status = pathlib.Path(f"/proc/{self.collectd.pid}/status").read_text()
        return int(re.search(r"VmRSS:\s+(\d+)", status)[1])

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._exit.close()


class _ChosenCollectd(Collectd):
    """collectd with our snmp_agent, or with the stock one under the same configuration."""

    def __init__(self, *args, stock, agentx, before, writers, **kwargs):
        self._stock = stock
        self._agentx = agentx
        self._before = before
        self._writers = writers
        super().__init__(*args, **kwargs)

    def configuration(self, **options):  # pylint: disable=arguments-differ
        """The lab's text, with the other plugin in ours's place."""
        text = f"WriteThreads {self._writers}\n" + super().configuration(**options)
        ours = f'PluginDir "{self._stage.plugins}"\n'
        text = text.replace(ours, self._before + ours)
        ours = f'  AgentXSocket "{self.directory}/agentx"\n'
        if not self._stock:
            return text.replace(ours, f'  AgentXSocket "{self._agentx}"\n')
        return text.replace(ours, "").replace(f'PluginDir "{self._stage.plugins}"\n', "")


class Pulse:
    """Values that keep coming while something else goes wrong: one a step, now and then a new
    row, each looked for in the cache at once. `worst` is the longest that took, in seconds."""

    def __init__(self, machine, name="hand-pulse/gauge", step=0.05, new_row_every=10):
        self._machine = machine
        self._name = name
        self._step = step
        self._every = new_row_every
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self.worst = 0.0
        self.beats = 0
        self.fault = None
        self._began = time.time()

    def _fresh(self, name, value, begin):
        while (self._machine.cached(name) or {}).get("value") != value:
            if time.monotonic() - begin > 3:
                raise Timeout(f"{name} is stale for 3 s")
            time.sleep(0.005)

    def _beat(self):
        begin = time.monotonic()
        name = self._name
        if self._every and self.beats % self._every == self._every - 1:
            name = f"hand-new{self.beats}/gauge"
        self._machine.put(name, self.beats)
        self._fresh(name, self.beats, begin)
        self.worst = max(self.worst, time.monotonic() - begin)
        self.beats += 1

    def _run(self):
        try:
            while not self._stop.wait(self._step):
                self._beat()
        except (AssertionError, OSError) as error:
            self.fault = error

    def csv_gap(self):
        """The longest time, in seconds, between two of its lines in csv."""
        folder = self._machine.collectd.csv / "r1"
        path = next((folder / self._name.split("/")[0]).glob(f"{self._name.split('/')[1]}-*"))
        lines = path.read_text().splitlines()[1:]
        times = [float(line.split(",")[0]) for line in lines]
        times = [t for t in times if t >= self._began]
        return max((b - a for a, b in zip(times, times[1:])), default=0.0)

    def check(self, worst=1.0):
        """Nothing waited: every value was fresh in time and csv has no hole."""
        demand(self.fault is None, f"values stopped: {self.fault}")
        demand(self.beats > 5, f"only {self.beats} values came through")
        demand(self.worst < worst, f"a value took {self.worst:.2f} s")
        demand(self.csv_gap() < worst + 2 * self._step, f"csv has a hole of {self.csv_gap():.2f} s")

    def __enter__(self):
        self._began = time.time()
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._stop.set()
        self._thread.join()
