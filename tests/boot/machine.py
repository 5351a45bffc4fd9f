# SPDX-License-Identifier: MIT
"""Makes a disk of a root, boots it in a virtual machine, and says what came out."""

import os
import pathlib
import re
import shutil
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "vm"))
import image  # pylint: disable=wrong-import-position

PATIENCE = 900  # seconds for the machine
DISK = "3G"     # sparse
# Debian's kernel has these as modules: the disk, its file system, and what the guest's network is made of.
MODULES = "nvme ext4 veth ip_vs ip_vs_rr ip_vs_wrr autofs4"

INIT = """#!/bin/busybox sh
/bin/busybox mount -t proc proc /proc
/bin/busybox mount -t sysfs sys /sys
/bin/busybox mount -t devtmpfs dev /dev
for module in {modules}; do /sbin/modprobe $module; done
until [ -b /dev/nvme0n1 ]; do /bin/busybox sleep 0.1; done
/bin/busybox mount -t ext4 /dev/nvme0n1 /disk
exec /bin/busybox switch_root /disk /sbin/init
"""

UNIT = """[Unit]
Description=What is tested
After=multi-user.target

[Service]
Type=idle
ExecStart=/usr/bin/python3 -B /ha-boot/guest.py
StandardOutput=tty
StandardError=tty
TTYPath=/dev/ttyS0

[Install]
WantedBy=multi-user.target
"""


def initrd(vm, work):
    """The smallest one that finds the disk."""
    root = work / "initrd.d"
    shutil.rmtree(root, ignore_errors=True)
    for name in ("proc", "sys", "dev", "disk", "sbin"):
        (root / name).mkdir(parents=True)
    image.copy_with_libraries(root, ["/usr/bin/kmod"])
    image.copy_in(root, "/bin/busybox")
    (root / "sbin/modprobe").symlink_to("/usr/bin/kmod")
    (root / "lib64").mkdir(exist_ok=True)
    if not (root / "lib64/ld-linux-x86-64.so.2").exists():
        (root / "lib64/ld-linux-x86-64.so.2").symlink_to("/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2")
    image.copy_modules(root, vm / "kernel", MODULES.split())
    (root / "init").write_text(INIT.format(modules=MODULES))
    (root / "init").chmod(0o755)
    image.pack(root, work / "initrd")
    shutil.rmtree(root)
    return work / "initrd"


def disk(root, package, work):
    """An ext4 file system with the root, the package and the guest's tests."""
    there = root / "ha-boot"
    shutil.rmtree(there, ignore_errors=True)
    there.mkdir()
    shutil.copy(HERE / "guest.py", there)
    shutil.copy(package, there / "collectd-ha.deb")
    shutil.copy(HERE.parent.parent / "docs/unprivileged.md", there)
    (root / "etc/systemd/system/ha-boot.service").write_text(UNIT)
    wants = root / "etc/systemd/system/multi-user.target.wants"
    wants.mkdir(parents=True, exist_ok=True)
    link = wants / "ha-boot.service"
    link.unlink(missing_ok=True)
    link.symlink_to("/etc/systemd/system/ha-boot.service")
    (root / "etc/hostname").write_text("router\n")
    (root / "etc/machine-id").write_text("")
    path = work / "disk"
    path.unlink(missing_ok=True)
    subprocess.run(["mkfs.ext4", "-q", "-d", root, path, DISK], check=True)
    return path


def boot(vm, kernel_initrd, path, work):
    """Runs the machine to its end; returns (result, what it printed)."""
    console, result = work / "console", work / "result"
    command = ["setpriv", "--pdeathsig", "KILL", "qemu-system-x86_64", "-accel", "tcg", "-cpu", "max,-erms,-fsrm",
               "-smp", "2", "-m", "1536", "-nodefaults", "-no-reboot", "-display", "none",
               "-kernel", vm / "vmlinux", "-initrd", kernel_initrd,
               "-drive", f"file={path},format=raw,if=none,id=disk,cache=unsafe", "-device", "nvme,drive=disk,serial=disk",
               "-append", "console=ttyS0 quiet panic=-1 cryptomgr.notests random.trust_cpu=on root=/dev/nvme0n1 "
                          f"systemd.show_status=0 systemd.mask=systemd-networkd-wait-online.service host_time={int(time.time())}",
               "-serial", f"file:{console}", "-serial", f"file:{result}"]
    try:
        subprocess.run(command, check=True, stdin=subprocess.DEVNULL, timeout=PATIENCE)
    except subprocess.TimeoutExpired:
        pass
    return result.read_text().split(), console.read_text(errors="replace")


def main(root, package, vm, work):
    """Returns the exit status."""
    image.base(vm, vm / "kernel")
    began = time.monotonic()
    result, said = boot(vm, initrd(vm, work), disk(root, package, work), work)
    seconds = time.monotonic() - began
    (work / "disk").unlink()
    passed, failed = (int(word) for word in result) if len(result) == 2 else (0, 1)
    if failed or os.environ.get("HA_BOOT_KEEP"):
        print(said)
    for line in re.findall(r"(?:passed|FAILED|figure) .*$", said, re.M):
        print(line.strip())
    print(f"{passed} passed, {failed} failed, {seconds:.0f} s")
    for name in re.findall(r"^FAILED (\S+)", said, re.M) or (["gave no result"] if failed else []):
        print(f"failed: {name}")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main(*(pathlib.Path(argument).resolve() for argument in sys.argv[1:])))
