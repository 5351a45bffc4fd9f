#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""keepalived's three processes as far as their dumps go, of a version that does not run here:
on a signal the recorded dump is written as keepalived writes it.

    keepalived corpus_keepalived.py DUMPS DIRECTORY
"""

import os
import pathlib
import shutil
import signal
import sys

DUMPS, DIRECTORY = (pathlib.Path(arg) for arg in sys.argv[1:3])
JSON = signal.SIGRTMIN + 2


def write(name, text):
    """An empty file is renamed into place and filled afterwards."""
    new = DIRECTORY / f"{name}.new"
    with open(new, "wb") as file:
        os.fchmod(file.fileno(), 0o600)
        new.rename(DIRECTORY / name)
        file.write(text)


def serve(pid_file, answers):
    """Answers these signals with these files, until it is ended."""
    for number, (name, dump) in answers.items():
        signal.signal(number, lambda *_, name=name, dump=dump: write(name, dump.read_bytes()))
    signal.pthread_sigmask(signal.SIG_SETMASK, set())
    (DIRECTORY / pid_file).write_text(f"{os.getpid()}\n")
    while True:
        signal.pause()


def main():
    """Whatever the corpus has of this configuration."""
    signal.pthread_sigmask(signal.SIG_BLOCK, {JSON, signal.SIGUSR1})
    shutil.copy(DUMPS / "keepalived.conf", DIRECTORY / "keepalived.conf")
    for pid_file, name in (("vrrp.pid", "keepalived.data"),
                           ("checkers.pid", "keepalived_check.data")):
        if (DUMPS / name).exists() and os.fork() == 0:
            serve(pid_file, {signal.SIGUSR1: (name, DUMPS / name)})
    json = DUMPS / "keepalived.json"
    serve("keepalived.pid", {JSON: ("keepalived.json", json)} if json.exists() else {})


if __name__ == "__main__":
    main()
