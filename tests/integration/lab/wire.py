# SPDX-License-Identifier: MIT
"""VRRP on the wire: what is heard on the switch, with the kernel's time stamps,
and frames made by hand, right ones and broken ones."""

import dataclasses
import ipaddress
import socket
import struct
import threading
import time

PROTOCOL = 112
_ETH_P_ALL = 0x0003
_SO_TIMESTAMPNS = 35
_PACKET_OUTGOING = 4
_V4_GROUP, _V6_GROUP = "224.0.0.18", "ff02::12"


@dataclasses.dataclass(frozen=True)
class Advert:
    """One advert as the switch got it from a port."""

    time: float  # seconds since the epoch, the kernel's time stamp
    port: str
    version: int
    vrid: int
    priority: int
    source: str
    payload: bytes = dataclasses.field(repr=False)  # from VRRP's first octet on


def checksum(data):
    """The Internet checksum (RFC 1071)."""
    if len(data) % 2:
        data += b"\0"
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def _payload(frame):
    """(source address, IP payload) of a VRRP frame, else None."""
    kind = frame[12:14]
    if kind == b"\x08\x00" and len(frame) >= 34 and frame[23] == PROTOCOL:
        return str(ipaddress.IPv4Address(frame[26:30])), frame[14 + (frame[14] & 15) * 4:]
    if kind == b"\x86\xdd" and len(frame) >= 54 and frame[20] == PROTOCOL:
        return str(ipaddress.IPv6Address(frame[22:38])), frame[54:]
    return None


def _advert(when, port, frame):
    found = _payload(frame)
    if not found or len(found[1]) < 8:
        return None
    source, vrrp = found
    return Advert(when, port, vrrp[0] >> 4, vrrp[1], vrrp[2], source, vrrp)


class Recorder:
    """Hears every advert that enters the switch, multicast or unicast, until close()."""

    def __init__(self, lan):
        self.adverts = []
        self._news = threading.Condition()
        with lan.inside():
            self._socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW,
                                         socket.htons(_ETH_P_ALL))
        self._socket.setsockopt(socket.SOL_SOCKET, _SO_TIMESTAMPNS, 1)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
        self._socket.settimeout(0.2)
        self._bridge = lan.BRIDGE
        self._open = True
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()

    def _listen(self):
        while self._open:
            try:
                frame, ancillary, _, (port, _, kind, _, _) = self._socket.recvmsg(2048, 64)
            except TimeoutError:
                continue
            if kind == _PACKET_OUTGOING or port == self._bridge:
                continue
            seconds, nanoseconds = struct.unpack("qq", ancillary[0][2])
            advert = _advert(seconds + nanoseconds / 1e9, port, frame)
            if advert:
                with self._news:
                    self.adverts.append(advert)
                    self._news.notify_all()

    def select(self, since=0.0, **wanted):
        """The adverts since a time whose fields equal `wanted`, oldest first."""
        with self._news:
            adverts = list(self.adverts)
        return [a for a in adverts if a.time >= since
                and all(getattr(a, key) == value for key, value in wanted.items())]

    def wait(self, timeout, since=0.0, **wanted):
        """The first advert since a time whose fields equal `wanted`; waits for it."""
        deadline = time.monotonic() + timeout
        while not (found := self.select(since, **wanted)):
            left = deadline - time.monotonic()
            assert left > 0, f"no advert {wanted} within {timeout} s"
            with self._news:
                self._news.wait(min(left, 0.2))
        return found[0]

    def gaps(self, since=0.0, **wanted):
        """Seconds between neighbours of the chosen adverts."""
        times = [a.time for a in self.select(since, **wanted)]
        return [later - earlier for earlier, later in zip(times, times[1:])]

    def close(self):
        """Stops listening."""
        self._open = False
        self._thread.join()
        self._socket.close()


def mac(interface_mac):
    """Six octets of "02:00:..."."""
    return bytes.fromhex(interface_mac.replace(":", ""))


def vrrp_v2(vrid, priority, addresses, interval=1, auth=(0, b"")):
    """The bytes of a version 2 advert (RFC 3768) with a right checksum."""
    kind, secret = auth
    body = b"".join(ipaddress.IPv4Address(a).packed for a in addresses)
    body += secret.ljust(8, b"\0")
    head = struct.pack("!BBBBBB", 0x21, vrid, priority, len(addresses), kind, interval)
    return head + struct.pack("!H", checksum(head + b"\0\0" + body)) + body


def vrrp_v3(source, vrid, priority, addresses, centiseconds=100):
    """The bytes of a version 3 advert (RFC 9568) with a right checksum, pseudo-header included."""
    group = _V6_GROUP if ":" in source else _V4_GROUP
    body = b"".join(ipaddress.ip_address(a).packed for a in addresses)
    head = struct.pack("!BBBBH", 0x31, vrid, priority, len(addresses), centiseconds)
    ends = ipaddress.ip_address(source).packed + ipaddress.ip_address(group).packed
    size = len(head) + 2 + len(body)
    order = "!I3xB" if ":" in source else "!xBH"
    pseudo = ends + struct.pack(order, *((size, PROTOCOL) if ":" in source else (PROTOCOL, size)))
    return head + struct.pack("!H", checksum(pseudo + head + b"\0\0" + body)) + body


def frame_v4(source, payload, ttl=255, destination=_V4_GROUP,
             to="01:00:5e:00:00:12", sender="02:00:00:00:00:66", total=None):
    """An Ethernet frame with an IPv4 packet of protocol 112; `total` forges the IP length."""
    size = 20 + len(payload) if total is None else total
    ends = ipaddress.IPv4Address(source).packed + ipaddress.IPv4Address(destination).packed
    head = struct.pack("!BBHHHBB", 0x45, 0xC0, size, 1, 0, ttl, PROTOCOL)
    head += struct.pack("!H", checksum(head + b"\0\0" + ends)) + ends
    return mac(to) + mac(sender) + b"\x08\x00" + head + payload


def frame_v6(source, payload, hops=255, destination=_V6_GROUP,
             to="33:33:00:00:00:12", sender="02:00:00:00:00:66"):
    """An Ethernet frame with an IPv6 packet of protocol 112."""
    head = struct.pack("!IHBB", 0x6C000000, len(payload), PROTOCOL, hops)
    ends = ipaddress.IPv6Address(source).packed + ipaddress.IPv6Address(destination).packed
    return mac(to) + mac(sender) + b"\x86\xdd" + head + ends + payload


class Sender:
    """Puts frames on an interface of a namespace, as a stranger on the network would."""

    def __init__(self, ns, interface="eth0"):
        with ns.inside():
            self._socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
        self._socket.bind((interface, 0))

    def send(self, *frames):
        """Sends each frame once, padded as Ethernet pads."""
        for frame in frames:
            self._socket.send(frame.ljust(60, b"\0"))

    def close(self):
        """Closes the socket."""
        self._socket.close()
