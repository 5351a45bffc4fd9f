# SPDX-License-Identifier: MIT
"""collectd with this project's plugins, built and installed into a stage, in a namespace."""

import contextlib
import copy
import fcntl
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import tempfile

from .daemon import Daemon
from .waiting import wait_until

_TYPES = "/usr/share/collectd/types.db"
_STOCK_PLUGINS = "/usr/lib/collectd"
_SUPPRESSIONS = pathlib.Path(__file__).with_name("tsan.supp")
_CRASHES = (signal.SIGSEGV, signal.SIGABRT, signal.SIGBUS, signal.SIGILL, signal.SIGFPE)
_STOCK_THREADS = ("collectd", "reader#", "writer#", "unixsock")
# What collectd says of itself: it names a thread that has ended by then (ESRCH or ENOENT, as
# the C library found out); and on a busy machine values may wait to be written when it is stopped.
_OF_ITSELF = re.compile(r'set_thread_name\("unixsock conn"\): No such (process|file or directory)$'
                        r'|plugin: \d+ value lists? (was|were) left after shutting down the write threads\.$')


class Stage:
    """What `cmake --install` gave: <prefix>/lib/collectd-ha and <prefix>/share/collectd-ha."""

    def __init__(self, build):
        self.build = pathlib.Path(build).resolve()
        self.prefix = self.build / "stage"

    def install(self):
        """Installs the build into the stage; returns self. Test processes take turns."""
        with open(self.build / "stage.lock", "w", encoding="ascii") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            subprocess.run(["cmake", "--install", str(self.build), "--prefix", str(self.prefix)],
                           check=True, capture_output=True, timeout=60)
        return self

    @contextlib.contextmanager
    def public(self):
        """The same where everybody may read it, who may not enter this tree."""
        with tempfile.TemporaryDirectory(prefix="collectd-ha-stage-") as directory:
            other = copy.copy(self)
            other.prefix = pathlib.Path(directory) / "stage"
            shutil.copytree(self.prefix, other.prefix)
            pathlib.Path(directory).chmod(0o755)
            yield other

    @property
    def plugins(self):
        """The private plugin directory."""
        return self.prefix / "lib/collectd-ha"

    @property
    def share(self):
        """types.db.custom and the profiles."""
        return self.prefix / "share/collectd-ha"

    def environment(self):
        """What the daemon's environment needs for a sanitized build: its runtime, preloaded."""
        cache = (self.build / "CMakeCache.txt").read_text()
        sanitize = re.search(r"^HA_SANITIZE:\w+=(.*)$", cache, re.M)
        for name, library in {"address": "libasan.so", "thread": "libtsan.so"}.items():
            if sanitize and name in sanitize[1]:
                found = subprocess.run(["gcc", f"-print-file-name={library}"], text=True,
                                       capture_output=True, check=True).stdout.strip()
                return {"LD_PRELOAD": str(pathlib.Path(found).resolve()),
                        "ASAN_OPTIONS": "detect_leaks=0",
                        "TSAN_OPTIONS": f"suppressions={_SUPPRESSIONS}"}
        return {}

    def wrap(self):
        """What must exec a sanitized daemon: gcc 12's runtimes find no room in the address
        space that newer kernels randomise. Nothing for a plain build."""
        environment = self.environment()
        return ("setarch", "-R", "env", *(f"{key}={value}" for key, value in environment.items())
                ) if environment else ()


class Collectd(Daemon):
    """collectd -f, logging to its own log, writing csv/, listening on collectd.sock.

    vrrp, agent: text inside <Plugin vrrp> and <Plugin snmp_agent>; profiles: names of ours to
    include; plugins: stock ones; extra: any text; load: ours; wrap: a command that execs
    collectd; whole: a collectd.conf that replaces all of these.
    """

    def __init__(self, ns, directory, stage, *, hostname, interval=1.0, vrrp="", agent="",
                 profiles=(), plugins=("load",), extra="", load=("vrrp", "snmp_agent"), wrap=(), whole=None):
        self.directory = directory
        self.csv = directory / "csv"
        self.socket = directory / "collectd.sock"
        self.conf = directory / "collectd.conf"
        self.options = {"hostname": hostname, "interval": interval, "vrrp": vrrp, "agent": agent,
                        "profiles": profiles, "plugins": plugins, "extra": extra, "load": load}
        self._whole = whole
        self._stage = stage
        super().__init__(ns.argv(*wrap, *stage.wrap(), "collectd", "-f", "-C", self.conf),
                         directory / "collectd.log")

    def start(self):
        self.conf.write_text(self._whole or self.configuration(**self.options))
        return super().start()

    def configuration(self, hostname, interval, vrrp, agent, profiles, plugins, extra, load):
        """collectd.conf, whole."""
        ours = "".join(f'LoadPlugin "{name}"\n' for name in load)
        blocks = (f"<Plugin vrrp>\n{vrrp}\n</Plugin>\n" if "vrrp" in load else "") + (
            "<Plugin snmp_agent>\n"
            f'  AgentXSocket "{self.directory}/agentx"\n{agent}\n</Plugin>\n'
            if "snmp_agent" in load else "")
        included = "".join(f'Include "{self._stage.share}/profiles/{p}.conf"\n' for p in profiles)
        return (
            f'Hostname "{hostname}"\nFQDNLookup false\nInterval {interval:g}\n'
            f'BaseDir "{self.directory}"\nPIDFile "{self.directory}/collectd.pid"\n'
            f'TypesDB "{_TYPES}" "{self._stage.share}/types.db.custom"\n'
            f'PluginDir "{_STOCK_PLUGINS}"\n'
            'LoadPlugin logfile\n<Plugin logfile>\n  LogLevel info\n  File "stderr"\n'
            '  Timestamp true\n  PrintSeverity true\n</Plugin>\n'
            f'LoadPlugin csv\n<Plugin csv>\n  DataDir "{self.csv}"\n</Plugin>\n'
            f'LoadPlugin unixsock\n<Plugin unixsock>\n  SocketFile "{self.socket}"\n  SocketGroup "root"\n</Plugin>\n'
            + "".join(f"LoadPlugin {name}\n" for name in plugins)
            + f'PluginDir "{self._stage.plugins}"\n' + ours + blocks + included + extra + "\n")

    def ask(self, command):
        """One command on collectd's own socket (unixsock): its answer's lines, status included."""
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as unix:
            unix.settimeout(5)
            unix.connect(str(self.socket))
            stream = unix.makefile("rw")
            stream.write(command + "\n")
            stream.flush()
            status = stream.readline().strip()
            return [status] + [stream.readline().strip()
                               for _ in range(max(0, int(status.split()[0])))]

    def takes_commands(self):
        """True as soon as ask() works."""
        return self.listens(self.socket)

    def values(self, pattern=""):
        """{identifier without host: {data source: value}} of collectd's cache."""
        found = {}
        for line in self.ask("LISTVAL")[1:]:
            identifier = line.split(" ", 1)[1]
            if re.search(pattern, identifier):
                answer = self.ask(f'GETVAL "{identifier}"')[1:]
                pairs = (item.split("=", 1) for item in answer)
                if answer:  # none: it left the cache after the list was made
                    found[identifier.split("/", 1)[1]] = {key: float(v) for key, v in pairs}
        return found

    def kill(self):
        """kill -9; a sanitizer that had found something fails the test. A crash is told in its report."""
        super().kill()
        if self.process and -self.process.returncode in _CRASHES:
            print(f"collectd crashed: signal {-self.process.returncode}")
        said = self.said()
        found = re.search(r"ERROR: \w+Sanitizer|WARNING: ThreadSanitizer|runtime error:", said)
        assert not found, said[said.rfind("\n", 0, found.start()) + 1:][:6000]

    def complaints(self, words=r"\[(warning|error)\]"):
        """The lines of its log that match, but for those in which collectd speaks of itself."""
        return [line for line in self.said().splitlines()
                if re.search(words, line) and not _OF_ITSELF.search(line)]

    def our_threads(self):
        """Names of the threads that collectd does not have without our plugins."""
        return {name for name in self.threads().values() if not name.startswith(_STOCK_THREADS)}

    def counts(self, plugin, kind):
        """{type instance: last count} of a DERIVE type, from the csv files: the cache has rates."""
        found = {}
        for path in sorted((self.csv / self.options["hostname"] / plugin).glob(f"{kind}-*")):
            lines = path.read_text().split("\n")[1:-1]
            if lines:  # kind-instance-YYYY-MM-DD
                instance = path.name[len(kind) + 1:-len("-2000-01-01")]
                found[instance] = int(float(lines[-1].split(",")[1]))
        return found

    def ready(self, timeout=20):
        """Waits until it reads values; returns self."""
        def reads():
            assert self.running, f"collectd ended ({self.process.returncode}):\n{self.said()}"
            return "Initialization complete" in self.said_since_start() and self.takes_commands()
        wait_until(reads, timeout, lambda: f"collectd's start:\n{self.said()}")
        return self
