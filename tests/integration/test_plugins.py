# SPDX-License-Identifier: MIT
"""What the built plugins are, before anything runs: what they export, and how they are hardened.

The hardening is cmake/Hardening.cmake's; what is looked for is what it leaves in the file.
"""

import platform
import re
import subprocess

import pytest

PLUGINS = ("vrrp", "ipvs", "snmp_agent")

pytestmark = pytest.mark.parametrize("plugin", PLUGINS)


def read(*argv):
    """Output of a command that reads a binary."""
    return subprocess.run([str(arg) for arg in argv], text=True, capture_output=True, check=True).stdout


def symbols(stage, plugin, which):
    """Names in the dynamic symbol table: --defined-only or --undefined-only."""
    found = read("nm", "-D", which, stage.plugins / f"{plugin}.so")
    return {line.split()[-1].partition("@")[0] for line in found.splitlines()}


def test_exports(stage, plugin):
    """Only module_register: a function named as one of the daemon's would be replaced by it."""
    assert symbols(stage, plugin, "--defined-only") == {"module_register"}


def test_stack_and_buffers_are_checked(stage, plugin):
    """Overwritten stacks and buffers end the process: stack protector, _FORTIFY_SOURCE."""
    used = symbols(stage, plugin, "--undefined-only")
    assert "__stack_chk_fail" in used
    assert [name for name in used - {"__stack_chk_fail"} if name.endswith("_chk")], used


def test_relocations(stage, plugin):
    """Full RELRO: bound at load and then read-only; none in code."""
    binary = stage.plugins / f"{plugin}.so"
    dynamic = read("readelf", "-dW", binary)
    assert re.search(r"\(FLAGS\).*BIND_NOW", dynamic)
    assert "TEXTREL" not in dynamic
    assert "GNU_RELRO" in read("readelf", "-lW", binary)


def test_memory(stage, plugin):
    """No stack that may be executed, nothing that may be both written and executed."""
    segments = re.findall(r"^  (\w+) .* ([R ][W ][E ]) 0x\w+$",
                          read("readelf", "-lW", stage.plugins / f"{plugin}.so"), re.M)
    assert ("GNU_STACK", "RW ") in segments
    assert not [kind for kind, flags in segments if flags.endswith("WE")]


@pytest.mark.skipif(platform.machine() != "x86_64", reason="indirect branch tracking is x86's")
def test_control_flow(stage, plugin):
    """Where a processor can watch indirect jumps, it knows where they may lead."""
    code = read("objdump", "-d", "--disassemble=module_register", stage.plugins / f"{plugin}.so")
    assert re.search(r"<module_register>:\n.*\bendbr64\b", code), code
