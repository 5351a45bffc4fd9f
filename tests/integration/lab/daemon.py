# SPDX-License-Identifier: MIT
"""One daemon in the foreground: started, signalled and stopped by its process id."""

import contextlib
import ctypes
import os
import pathlib
import re
import signal
import subprocess
import time

_LIBC = ctypes.CDLL(None)
_PR_SET_PDEATHSIG = 1


def _die_with_parent():
    """In the child: if the test is killed, no daemon outlives it."""
    os.setsid()
    _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


class Daemon:
    """A process that runs until it is stopped. with Daemon(...) as d: ... d.stop()

    `argv` stays in the foreground and execs nothing that changes its process id;
    what it says goes to `log`.
    """

    def __init__(self, argv, log, env=None):
        self.argv = [str(arg) for arg in argv]
        self.log = pathlib.Path(log)
        self.env = {**os.environ, **(env or {})}
        self.process = None
        self._said_before = 0  # octets of the log, at the last start

    def start(self):
        """Starts it; returns self as soon as the process exists."""
        assert not self.running, f"{self.argv} runs already"
        with open(self.log, "ab") as log:
            self._said_before = log.tell()
            self.process = subprocess.Popen(
                self.argv, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=self.env,
                preexec_fn=_die_with_parent)  # pylint: disable=subprocess-popen-preexec-fn
        return self

    @property
    def pid(self):
        """Its process id, or None before its first start."""
        return self.process.pid if self.process else None

    @property
    def running(self):
        """True while the process lives."""
        return self.process is not None and self.process.poll() is None

    def signal(self, number):
        """Sends a signal, if it still lives."""
        if self.running:
            os.kill(self.pid, number)

    def pause(self):
        """SIGSTOP: it is there and answers nothing."""
        self.signal(signal.SIGSTOP)

    def resume(self):
        """SIGCONT."""
        self.signal(signal.SIGCONT)

    def terminate(self):
        """SIGTERM, not waited for."""
        self.signal(signal.SIGTERM)

    def stop(self, timeout=10):
        """SIGTERM, as an init system stops it. Returns the seconds that it took.

        Raises subprocess.TimeoutExpired, with the process killed, if it takes longer.
        """
        begin = time.monotonic()
        self.terminate()
        try:
            if self.process:
                self.process.wait(timeout)
        except subprocess.TimeoutExpired:
            self.kill()
            raise
        return time.monotonic() - begin

    def kill(self):
        """kill -9, and everything that it started."""
        if self.running:
            os.killpg(self.pid, signal.SIGKILL)
        if self.process:
            self.process.wait(10)

    def said(self):
        """All it has said so far."""
        return self.log.read_text(errors="replace") if self.log.exists() else ""

    def said_since_start(self):
        """What it has said since its last start."""
        return self.log.read_bytes()[self._said_before:].decode(errors="replace")

    def listens(self, path):
        """True if it takes connections at a unix socket, whose file is there a moment before that
        and may outlive it. Asks the kernel: a connection would be noticed."""
        with contextlib.suppress(OSError):  # it has ended
            table = pathlib.Path(f"/proc/{self.pid}/net/unix").read_text()
            return bool(re.search(rf" 00010000 .* {re.escape(str(path))}$", table, re.M))
        return False

    def threads(self):
        """{thread id: name} of the running process, but for threads that end meanwhile."""
        found = {}
        for task in pathlib.Path(f"/proc/{self.pid}/task").iterdir():
            with contextlib.suppress(FileNotFoundError, ProcessLookupError):
                found[int(task.name)] = (task / "comm").read_text().strip()
        return found

    def switches(self):
        """{thread id: how often it went to sleep by itself}."""
        counted = {}
        for tid in self.threads():
            with contextlib.suppress(FileNotFoundError, ProcessLookupError):  # it has ended
                status = pathlib.Path(f"/proc/{self.pid}/task/{tid}/status").read_text()
                counted[tid] = sum(int(line.split()[1]) for line in status.splitlines()
                                   if line.startswith("voluntary_ctxt_switches"))
        return counted

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.kill()
