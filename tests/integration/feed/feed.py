# SPDX-License-Identifier: MIT
"""A module of collectd's python plugin: dispatches the value lists that come as JSON datagrams,
with meta data of every type that collectd has.

{"plugin": "p", "plugin_instance": "i", "type": "gauge", "values": [1],
 "meta": {"key": ["u", 7]}}    s text, i signed, u unsigned, d double, b boolean
"""

import json
import os
import socket
import threading

import collectd

_KINDS = {"s": str, "i": collectd.Signed, "u": collectd.Unsigned, "d": float, "b": bool}
_path = []


def configure(config):
    """Socket "PATH" """
    _path.append({child.key: child.values[0] for child in config.children}["Socket"])


def _dispatch(wanted):
    meta = {key: _KINDS[kind](value) for key, (kind, value) in wanted.pop("meta", {}).items()}
    collectd.Values(meta=meta, **wanted).dispatch()


def _listen(inlet):
    while True:
        _dispatch(json.loads(inlet.recv(65536)))


def start():
    """Binds the socket under another name first: once it is there, it listens."""
    inlet = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    inlet.bind(_path[0] + ".new")
    os.rename(_path[0] + ".new", _path[0])
    threading.Thread(target=_listen, args=(inlet,), daemon=True).start()


collectd.register_config(configure)
collectd.register_init(start)
