# SPDX-License-Identifier: MIT
"""A module of collectd's python plugin: dispatches the value lists that come as JSON datagrams,
with meta data of every type that collectd has; those with a severity as notifications.

{"plugin": "p", "plugin_instance": "i", "type": "gauge", "values": [1],
 "meta": {"key": ["u", 7]}}    s text, i signed, u unsigned, d double, b boolean

With `Pause SECONDS` it is a slow writer, too: it takes so long for each value.
"""

import json
import os
import socket
import threading
import time

import collectd

_KINDS = {"s": str, "i": collectd.Signed, "u": collectd.Unsigned, "d": float, "b": bool}
_options = {}


def configure(config):
    """Socket "PATH", Pause SECONDS"""
    _options.update({child.key: child.values[0] for child in config.children})
    if "Pause" in _options:
        collectd.register_write(lambda _: time.sleep(_options["Pause"]))


def _dispatch(wanted):
    meta = {key: _KINDS[kind](value) for key, (kind, value) in wanted.pop("meta", {}).items()}
    kind = collectd.Notification if "severity" in wanted else collectd.Values
    kind(meta=meta, **wanted).dispatch()


def _listen(inlet):
    while True:
        _dispatch(json.loads(inlet.recv(65536)))


def start():
    """Binds the socket under another name first: once it is there, it listens."""
    inlet = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    inlet.bind(_options["Socket"] + ".new")
    os.rename(_options["Socket"] + ".new", _options["Socket"])
    threading.Thread(target=_listen, args=(inlet,), daemon=True).start()


collectd.register_config(configure)
collectd.register_init(start)
