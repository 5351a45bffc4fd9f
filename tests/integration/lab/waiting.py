# SPDX-License-Identifier: MIT
"""Waiting for something that will happen, bounded, with a message that says what did not."""

import time


class Timeout(AssertionError):
    """What was waited for did not happen in time."""


def wait_until(predicate, timeout, what, step=0.02):
    """Returns predicate()'s first true result, or raises Timeout after `timeout` seconds.

    `what` may be a text or a function that makes one, called only on failure.
    """
    deadline = time.monotonic() + timeout
    while True:
        result = predicate()
        if result:
            return result
        if time.monotonic() > deadline:
            text = what() if callable(what) else what
            raise Timeout(f"not within {timeout} s: {text}")
        time.sleep(step)


def stays(predicate, seconds, what, step=0.1):
    """Raises AssertionError if predicate() is false at any look during `seconds`."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        assert predicate(), what() if callable(what) else what
        time.sleep(step)
