# SPDX-License-Identifier: MIT
"""What may sit at the other end of AgentX instead of a healthy snmpd: a slow way to it, and
masters that close, stay mute, or talk nonsense."""

import contextlib
import os
import selectors
import socket
import struct
import threading
import time

_HEADER = 20  # RFC 2741, 6.1
OPEN, REGISTER, GET, PING, RESPONSE = 1, 3, 5, 13, 18
REQUEST_DENIED = 267


def listen(path):
    """A listening UNIX socket at path."""
    with contextlib.suppress(FileNotFoundError):
        os.unlink(path)
    door = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    door.bind(str(path))
    os.chmod(path, 0o777)
    door.listen(8)
    return door


class SlowWay:
    """A proxy at `path` to the AgentX socket `to`: what snmpd says arrives `delay` s late."""

    def __init__(self, path, to, delay):
        self._to = str(to)
        self._delay = delay
        self._door = listen(path)
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=self._accept, daemon=True)]

    def _accept(self):
        self._door.settimeout(0.2)
        while not self._stop.is_set():
            try:
                near, _ = self._door.accept()
            except TimeoutError:
                continue
            far = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            try:
                far.connect(self._to)
            except OSError:
                near.close()
                continue
            for a, b, delay in ((near, far, 0), (far, near, self._delay)):
                thread = threading.Thread(target=self._carry, args=(a, b, delay), daemon=True)
                thread.start()
                self._threads.append(thread)

    def _carry(self, a, b, delay):
        with contextlib.suppress(OSError):
            while data := a.recv(1 << 16):
                time.sleep(delay)
                b.sendall(data)
        for end in (a, b):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def __enter__(self):
        self._threads[0].start()
        return self

    def __exit__(self, *_):
        self._stop.set()
        self._threads[0].join()
        self._door.close()


def pdu(kind, payload=b"", session=1, packet=1, transaction=0, length=None, version=1, flags=0x10):
    """An AgentX PDU in network byte order; `length` may lie."""
    size = len(payload) if length is None else length
    head = struct.pack("!BBBBIIII", version, kind, flags, 0, session, transaction, packet, size)
    return head + payload


def answers(request, session=7, error=0):
    """The Response PDU to a request's header, in the byte order that it has."""
    order = "!" if request[2] & 0x10 else "<"
    _, transaction, packet, _ = struct.unpack(order + "4xIIII", request[:_HEADER])
    return struct.pack(order + "BBBBIIII", 1, RESPONSE, request[2] & 0x10, 0, session, transaction,
                       packet, 8) + struct.pack(order + "IHH", 0, error, 0)


class FakeMaster:
    """A master at `path` that does `behave(connection, stop)` with everyone who comes."""

    def __init__(self, path, behave):
        self._door = listen(path)
        self._behave = behave
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self.visits = 0

    def _run(self):
        self._door.settimeout(0.1)
        while not self._stop.is_set():
            try:
                connection, _ = self._door.accept()
            except TimeoutError:
                continue
            self.visits += 1
            connection.settimeout(0.5)
            with connection, contextlib.suppress(OSError):
                self._behave(connection, self._stop)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._stop.set()
        self._thread.join()
        self._door.close()


def mute(connection, stop):
    """Takes everything and says nothing."""
    while not stop.is_set():
        with contextlib.suppress(TimeoutError):
            if not connection.recv(1 << 16):
                return


def deaf(_connection, stop):
    """Never reads."""
    stop.wait()


def slams(_connection, _stop):
    """Closes at once."""


def saying(data):
    """Waits for the Open, says `data`, then stays until the other end has gone."""
    def behave(connection, stop):
        connection.recv(1 << 16)
        connection.sendall(data)
        mute(connection, stop)
    return behave


def closing_after(data):
    """Waits for the Open, says `data`, and closes."""
    def behave(connection, _stop):
        connection.recv(1 << 16)
        connection.sendall(data)
    return behave


def opened_then(data, close=False):
    """Accepts the session and every registration, then says `data`."""
    def behave(connection, stop):
        connection.settimeout(0.3)
        with contextlib.suppress(TimeoutError):
            while requests := connection.recv(1 << 16):
                for request in split(requests):
                    connection.sendall(answers(request))
        connection.sendall(data)
        if not close:
            connection.settimeout(0.5)
            mute(connection, stop)
    return behave


def registrar(error=0, heard=None):
    """A master that accepts the session and answers each Register with `error`, everything
    else with success; what it hears goes to the list `heard`."""
    def behave(connection, stop):
        while not stop.is_set():
            with contextlib.suppress(TimeoutError):
                requests = connection.recv(1 << 16)
                if not requests:
                    return
                for request in split(requests):
                    if heard is not None:
                        heard.append(request)
                    connection.sendall(answers(request, error=error if request[1] == REGISTER else 0))
    return behave


def split(data):
    """The PDUs in data; every one must be whole."""
    while len(data) >= _HEADER:
        order = "!" if data[2] & 0x10 else "<"
        size = _HEADER + struct.unpack(order + "I", data[16:20])[0]
        yield data[:size]
        data = data[size:]


def floods(data, seconds):
    """Says `data` again and again."""
    def behave(connection, stop):
        end = time.monotonic() + seconds
        with selectors.DefaultSelector() as selector:
            selector.register(connection, selectors.EVENT_WRITE)
            while not stop.is_set() and time.monotonic() < end:
                if selector.select(0.1):
                    connection.sendall(data)
        mute(connection, stop)
    return behave
