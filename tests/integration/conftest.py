# SPDX-License-Identifier: MIT
"""Fixtures: the build under test, and labs that end with the test (or module) that asked for them."""

import os
import pathlib
import signal

import pytest

from lab import BACKUP, MASTER, Lab, Stage, pair

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent


def pytest_collection_modifyitems(items):
    """Root makes namespaces; without it everything would fail with noise."""
    if os.geteuid():
        pytest.exit("the integration tests need root: they make network namespaces", 2)
    del items


def pytest_configure(config):
    """A test run that is told to end takes its labs down first."""
    config.addinivalue_line("markers", "timing: measures time, so nothing may run beside it")
    signal.signal(signal.SIGTERM, signal.default_int_handler)


@pytest.fixture(scope="session")
def stage():
    """The build under test, installed: build-dev, or the directory that HA_BUILD names."""
    return Stage(ROOT / os.environ.get("HA_BUILD", "build-dev")).install()


@pytest.fixture
def lab(stage):
    """An empty lab for one test."""
    with Lab(stage) as it:
        yield it


@pytest.fixture(scope="module")
def routers(stage):
    """r1 and r2 of a gateway guide, monitored, r1 master of VRID 10 and 150.

    Shared by a module's tests: each leaves r1 master again.
    """
    with Lab(stage) as lab:
        r1, r2 = pair(lab)
        for router in (r1, r2):
            router.monitor(vrrp=router.keepalived_block())
            router.keepalived.start()
        settle(r1, r2)
        yield r1, r2


def settle(master, backup, vrids=(10, 150), timeout=15):
    """Waits until both routers' SNMP agree who is master."""
    for vrid in vrids:
        master.wait_state(vrid, MASTER, timeout)
        backup.wait_state(vrid, BACKUP, timeout)
