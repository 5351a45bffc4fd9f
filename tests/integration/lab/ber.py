# SPDX-License-Identifier: MIT
"""The little of BER that SNMP's messages need (RFC 3417, section 8)."""


def tlv(tag, content):
    """A value with its tag and length."""
    size = len(content)
    if size < 0x80:
        return bytes([tag, size]) + content
    digits = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(digits)]) + digits + content


def integer(value):
    """An INTEGER."""
    return tlv(0x02, value.to_bytes(value.bit_length() // 8 + 1, "big", signed=True))


def _subid(value):
    digits = [value & 0x7F]
    while value := value >> 7:
        digits.append(0x80 | (value & 0x7F))
    return bytes(reversed(digits))


def oid(text):
    """An OBJECT IDENTIFIER from its dotted form."""
    parts = [int(part) for part in text.strip(".").split(".")]
    return tlv(0x06, b"".join(map(_subid, [parts[0] * 40 + parts[1], *parts[2:]])))


def oid_text(content):
    """The dotted form of an OBJECT IDENTIFIER's contents."""
    parts, value = [], 0
    for octet in content:
        value = value << 7 | octet & 0x7F
        if not octet & 0x80:
            parts.append(value)
            value = 0
    first = min(parts[0] // 40, 2)
    return ".".join(map(str, [first, parts[0] - first * 40, *parts[1:]]))


def read(data, at=0):
    """(tag, content, where the next one begins)"""
    tag, size, at = data[at], data[at + 1], at + 2
    if size & 0x80:
        digits = size & 0x7F
        size, at = int.from_bytes(data[at:at + digits], "big"), at + digits
    return tag, data[at:at + size], at + size


def children(data):
    """(tag, content) of each value inside a constructed one."""
    at = 0
    while at < len(data):
        tag, content, at = read(data, at)
        yield tag, content
