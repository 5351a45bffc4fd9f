# SPDX-License-Identifier: MIT
"""What is in the virtual machine? Builds its kernel and initramfs.

The base image holds Debian's programs with the libraries they need and is made once;
what is under test comes as a second archive behind it, once a scenario.
"""

import hashlib
import os
import pathlib
import shutil
import subprocess

PROGRAMS = """
/usr/sbin/sysctl
/usr/sbin/collectd /usr/sbin/keepalived /usr/sbin/snmpd /usr/sbin/snmptrapd
/usr/bin/snmpget /usr/bin/snmpgetnext /usr/bin/snmpset /usr/bin/snmpwalk
/usr/bin/snmpbulkwalk /usr/bin/snmpbulkget /usr/sbin/ipvsadm /usr/sbin/nft /usr/sbin/ip /usr/bin/kmod
/usr/bin/wg /usr/bin/teamd /usr/sbin/pppd /usr/bin/python3.11
""".split()

# Loaded with dlopen(), so that no program names them.
EXTRA_LIBRARIES = ["/lib/x86_64-linux-gnu/libgcc_s.so.1"]

COLLECTD_PLUGINS = "csv unixsock logfile network ipvs".split()

MODULES = """
ip_vs ip_vs_rr ip_vs_wrr ip_vs_lc ip_vs_wlc ip_vs_sh ip_vs_mh ip_vs_fo ip_vs_pe_sip
nf_conntrack nf_nat nf_tables nft_ct crc32c_generic libcrc32c
veth bridge dummy sctp ipip ip6_tunnel
8021q ip_gre sit ip_vti wireguard tun bonding vrf macvlan macvtap ipvlan nlmon team team_mode_activebackup ppp_async esp4 crypto_null
authenc echainiv xfrm_user xfrm4_tunnel
""".split()

# Parts of Python's library that no scenario needs.
PYTHON_LEFT_OUT = shutil.ignore_patterns(
    "test", "tests", "idlelib", "lib2to3", "distutils", "ensurepip", "tkinter", "pydoc*",
    "config-3*", "sqlite3", "turtle*", "unittest", "dist-packages", "*.opt-?.pyc")

LINKS = {"bin/sh": "busybox", "sbin/modprobe": "/usr/bin/kmod",
         "usr/bin/python3": "python3.11", "sbin/rmmod": "/usr/bin/kmod",
         "lib64/ld-linux-x86-64.so.2": "/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2"}

INIT = """#!/bin/sh
/bin/busybox mount -t proc proc /proc
/bin/busybox mount -t sysfs sys /sys
/bin/busybox mount -t devtmpfs dev /dev
/bin/busybox mount -t tmpfs tmp /tmp
/bin/busybox mount -t tmpfs run /run
/bin/busybox --install -s /bin
export PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/tmp PYTHONDONTWRITEBYTECODE=1
ip link set lo up
python3 -I /guest/main.py </dev/null
sync
poweroff -f
"""


def libraries_of(files):
    """The libraries that these files need, and those that they need in turn."""
    found = set()
    for name in files:
        listed = subprocess.run(["ldd", name], capture_output=True, text=True).stdout
        for line in listed.splitlines():
            paths = [word for word in line.split() if word.startswith("/")]
            found.update(paths[-1:])
    return found


def copy_in(root, source, target=None):
    destination = root / (target or source).lstrip("/")
    destination.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy2(os.path.realpath(source), destination)


def copy_with_libraries(root, files):
    for name in [*files, *libraries_of(files)]:
        copy_in(root, name)


def pack(root, archive):
    """Writes a directory as an uncompressed archive; its root must be 0755."""
    root.chmod(0o755)
    names = b"\0".join(sorted(
        str(path.relative_to(root)).encode() for path in [root, *root.rglob("*")]))
    with open(archive, "wb") as output:
        subprocess.run(["cpio", "-0", "-o", "-H", "newc", "-R", "0:0", "--quiet"],
                       cwd=root, input=names, stdout=output, check=True)


def unpack_kernel(image, target):
    """Takes the ELF file out of a bzImage: QEMU starts it in a tenth of the time."""
    data = image.read_bytes()
    result = subprocess.run(["xz", "-d", "-c", "-q", "--single-stream"], input=data[data.index(b"\xfd7zXZ\0"):],
                            capture_output=True)
    if not result.stdout.startswith(b"\x7fELF"):
        raise RuntimeError(f"no xz compressed kernel in {image}")
    target.write_bytes(result.stdout)


def copy_modules(root, kernel, modules):
    version = next((kernel / "lib/modules").iterdir()).name
    subprocess.run(["depmod", "-b", kernel, version], check=True)
    wanted = set()
    for module in modules:
        shown = subprocess.run(["modprobe", "-d", kernel, "-S", version, "--show-depends",
                                module], capture_output=True, text=True, check=True)
        wanted.update(line.split()[1] for line in shown.stdout.splitlines()
                      if line.startswith("insmod"))
    for path in wanted:
        copy_in(root, path, "/" + str(pathlib.Path(path).relative_to(kernel)))
    for name in ("modules.order", "modules.builtin", "modules.builtin.modinfo"):
        path = f"lib/modules/{version}/{name}"
        copy_in(root, kernel / path, "/" + path)
    subprocess.run(["depmod", "-b", root, version], check=True)


def fill_base(root, kernel):
    for name in "dev etc proc sys tmp run root var/lib/snmp var/run sbin lib64 guest".split():
        (root / name).mkdir(parents=True, exist_ok=True)
    copy_with_libraries(root, PROGRAMS + EXTRA_LIBRARIES)
    copy_in(root, "/bin/busybox")
    plugins = [f"/usr/lib/collectd/{name}.so" for name in COLLECTD_PLUGINS]
    dynload = list(pathlib.Path("/usr/lib/python3.11/lib-dynload").glob("*.so"))
    copy_with_libraries(root, plugins + [str(path) for path in dynload])
    copy_in(root, "/usr/share/collectd/types.db")
    shutil.copytree("/usr/lib/python3.11", root / "usr/lib/python3.11",
                    ignore=PYTHON_LEFT_OUT, dirs_exist_ok=True)
    copy_modules(root, kernel, MODULES)
    for name, target in LINKS.items():
        if not os.path.lexists(root / name):
            (root / name).symlink_to(target)
    (root / "init").write_text(INIT)
    (root / "init").chmod(0o755)
    (root / "etc/passwd").write_text("root:x:0:0::/root:/bin/sh\n"
                                     "nobody:x:65534:65534::/:/bin/false\n")
    (root / "etc/group").write_text("root:x:0:\nnogroup:x:65534:\n")


def fingerprint():
    """Changes when this recipe or a package in the image does."""
    versions = subprocess.run(["dpkg-query", "-W"], capture_output=True, check=True).stdout
    return hashlib.sha256(pathlib.Path(__file__).read_bytes() + versions).hexdigest()


def base(cache, kernel):
    """The kernel and the base archive, from the cache where it is up to date."""
    stamp, vmlinux, archive = cache / "stamp", cache / "vmlinux", cache / "base.cpio"
    wanted = fingerprint()
    if stamp.exists() and stamp.read_text() == wanted:
        return vmlinux, archive
    stamp.unlink(missing_ok=True)
    unpack_kernel(next((kernel / "boot").glob("vmlinuz-*")), vmlinux)
    root = cache / "base"
    shutil.rmtree(root, ignore_errors=True)
    root.mkdir()
    fill_base(root, kernel)
    pack(root, archive)
    shutil.rmtree(root)
    stamp.write_text(wanted)
    return vmlinux, archive


def overlay(directory, archive, files, with_libraries=()):
    """Packs {path in the machine: path here} into a second archive."""
    shutil.rmtree(directory, ignore_errors=True)
    directory.mkdir(parents=True)
    for target, source in files.items():
        copy_in(directory, str(source), target)
    for name in libraries_of(with_libraries):
        copy_in(directory, name)
    pack(directory, archive)
    shutil.rmtree(directory)
