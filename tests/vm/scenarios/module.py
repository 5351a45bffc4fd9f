# SPDX-License-Identifier: MIT
"""The module comes, goes and comes again; rights and namespaces."""

import pathlib

from lab import Collectd, add_service, drop_net_admin, load, namespace, sh, wait_for

MISSING = "no values: the kernel has no IPVS"
AGAIN = "values are read again"


def is_loaded():
    return pathlib.Path("/sys/module/ip_vs").exists()


def set_up():
    load("ip_vs")
    add_service("-t 192.0.2.1:80 -s rr", "10.2.0.11:80 -m -w 3")


def unload():
    sh("ipvsadm", "-C")
    for module in ("ip_vs_rr", "ip_vs"):
        wait_for(lambda m=module: sh("rmmod", m, check=False) or not
                 pathlib.Path(f"/sys/module/{m}").exists(), f"rmmod {module}")


def newest(collectd):
    rows = collectd.rows("192.0.2.1_TCP80", "ipvs_server-10.2.0.11_80")
    return rows[-1][0] if rows else 0


def about_services(names):
    """But for what is said of the source itself."""
    return {name for name in names if not name[1].startswith(("ipvs_problem-", "ipvs_poll"))}


def test_absent_module_is_said_once_and_not_loaded():
    global ours
    ours = Collectd()
    wait_for(lambda: MISSING in ours.messages(), "a message")
    sh("sleep", "2")
    assert ours.messages().count(MISSING) == 1, ours.messages()
    assert not is_loaded()
    assert not about_services(ours.files())
    assert ours.last("", "ipvs_problem-absent") == [1]


def test_values_come_with_the_module():
    set_up()
    wait_for(lambda: newest(ours), "values")
    wait_for(lambda: ours.last("", "ipvs_problem-absent") == [0], "no problem")
    assert ours.messages().count(AGAIN) == 1


def test_unloading_is_not_held_up_and_said_once():
    unload()
    wait_for(lambda: ours.messages().count(MISSING) == 2, "a second message")
    assert "192.0.2.1_TCP80: the virtual server is gone" in ours.messages()
    wait_for(lambda: not about_services(ours.names()), "expired values")
    assert not is_loaded()


def test_values_come_again_after_a_reload():
    before = newest(ours)
    set_up()
    wait_for(lambda: newest(ours) > before, "values again")
    assert ours.messages().count(AGAIN) == 2
    assert ours.messages().count("192.0.2.1_TCP80: the virtual server is new") == 2
    ours.stop()


def test_without_the_capability_it_says_so():
    bare = Collectd("bare", before=drop_net_admin)
    wait_for(lambda: "CAP_NET_ADMIN" in bare.messages(), "a message")
    sh("sleep", "1.5")
    assert bare.messages().count("no values: the kernel refuses: collectd needs CAP_NET_ADMIN") == 1
    bare.stop()


def test_a_namespace_shows_its_own_services():
    namespace("inner")
    add = ["ip", "netns", "exec", "inner", "ipvsadm", "-A", "-t", "192.0.2.9:80"]
    sh(*add)
    inner = Collectd("inner", within="inner")
    inner.next_poll()
    assert {instance for instance, _ in inner.names() if instance} == {"192.0.2.9_TCP80"}
    inner.stop()


def test_the_module_is_loaded_on_request():
    sh("ip", "netns", "del", "inner")
    wait_for(lambda: sh("ip", "netns", "list", check=False) == "", "namespace gone")
    sh("rmmod", "ip_vs_wlc", check=False)
    unload()
    asked = Collectd("asked", more="<Plugin ipvs>\nLoadModule true\n</Plugin>")
    wait_for(is_loaded, "the module")
    asked.next_poll()
    assert MISSING not in asked.messages()
    asked.stop()
