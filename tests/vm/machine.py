# SPDX-License-Identifier: MIT
"""Starts virtual machines, one a scenario and two at a time, and says what came out."""

import concurrent.futures
import os
import pathlib
import re
import shutil
import subprocess
import sys
import time

import image

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
CACHE = ROOT / "build-vm"
BUILD = ROOT / os.environ.get("HA_BUILD", "build-dev")
BUILD_ASAN = ROOT / os.environ.get("HA_BUILD_ASAN", "build-asan")

PARALLEL = 2
PATIENCE = 240  # seconds for one machine
BENCH_PATIENCE = 1500
PLUGINS = ("ipvs", "snmp_agent", "vrrp")
BY_NAME_ONLY = ("bench",)
SANITIZED = ("churn",)  # these have an ipvs with AddressSanitizer beside the plain one

KERNEL_LINE = ("console=ttyS0 quiet panic=-1 cryptomgr.notests random.trust_cpu=on "
               "scenario={scenario} host_time={now} only={only}")


def scenarios():
    return sorted(path.stem for path in (HERE / "scenarios").glob("*.py"))


def build(preset):
    """Builds a preset's directory; what went wrong is shown."""
    for command in (["cmake", "--preset", preset],
                    ["cmake", "--build", f"build-{preset}", "-j", str(os.cpu_count())]):
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
        if done.returncode:
            sys.exit(done.stdout + done.stderr)


def build_what_is_not_given(names):
    """The builds that these scenarios need and that no variable names."""
    if "HA_BUILD" not in os.environ:
        build("dev")
    if "HA_BUILD_ASAN" not in os.environ and set(names) & set(SANITIZED):
        build("asan")


def plugin_of(build, name):
    return build / "plugins" / name / f"{name}.so"


def asan_runtime():
    out = subprocess.run(["gcc", "-print-file-name=libasan.so"], capture_output=True,
                         text=True, check=True).stdout.strip()
    return pathlib.Path(out).resolve()


def files_for(scenario):
    """What is under test: {path in the machine: path here}, and what needs libraries."""
    files = {f"/guest/{path.name}": path for path in (HERE / "guest").glob("*.py")}
    files[f"/guest/{scenario}.py"] = HERE / "scenarios" / f"{scenario}.py"
    files["/plugins/types.db.custom"] = ROOT / "types.db.custom"
    files["/docs/mibs.md"] = ROOT / "docs/mibs.md"
    for path in (ROOT / "profiles").glob("*.conf"):
        files[f"/profiles/{path.name}"] = path
    for name in PLUGINS:
        files[f"/plugins/{name}.so"] = plugin_of(BUILD, name)
    if scenario in BY_NAME_ONLY:
        files["/usr/bin/ipvs_poll"] = BUILD / "plugins" / "ipvs" / "ipvs_poll"
    if scenario in SANITIZED:
        files["/asan/ipvs.so"] = plugin_of(BUILD_ASAN, "ipvs")
        files["/asan/libasan.so"] = asan_runtime()
    needing = [str(path) for target, path in files.items()
               if target.endswith(".so") or target.startswith("/usr/bin")]
    return files, needing


def remove_leftovers():
    """What runs that were ended from outside left in the cache."""
    for work in CACHE.glob("run-*"):
        if not pathlib.Path(f"/proc/{work.name.split('-')[1]}").exists():
            shutil.rmtree(work)


def failing(scenario, output):
    """One line for each test of a scenario that failed; a machine may also just end."""
    tests = re.findall(r"^FAILED (test_\w+)", output, re.M)
    return [f"failed: {scenario}: {test}" for test in tests or ["gave no result"]]


def start(scenario, vmlinux, base):
    """Runs one machine to its end and returns (passed, failed, seconds, output)."""
    work = CACHE / f"run-{os.getpid()}-{scenario}"
    work.mkdir(parents=True)
    files, needing = files_for(scenario)
    image.overlay(work / "overlay", work / "overlay.cpio", files, needing)
    initrd = work / "initrd"
    with open(initrd, "wb") as output:
        subprocess.run(["cat", base, work / "overlay.cpio"], stdout=output, check=True)
    line = KERNEL_LINE.format(scenario=scenario, now=int(time.time()),
                              only=os.environ.get("HA_VM_ONLY", ""))
    # With this program its machines end, too.
    command = ["setpriv", "--pdeathsig", "KILL", "qemu-system-x86_64", "-accel", "tcg", "-cpu", "max,-erms,-fsrm", "-m", "768",
               "-nodefaults", "-no-reboot", "-display", "none", "-kernel", vmlinux,
               "-initrd", initrd, "-append", line, "-serial", f"file:{work}/console",
               "-serial", f"file:{work}/result"]
    if scenario in BY_NAME_ONLY:
        # The clock counts instructions, a nanosecond each, and skips what is idle: times
        # say how much is done, whatever else this host does.
        command += ["-icount", "shift=0,sleep=off"]
    began = time.monotonic()
    try:
        subprocess.run(command, check=True, stdin=subprocess.DEVNULL,
                       timeout=BENCH_PATIENCE if scenario in BY_NAME_ONLY else PATIENCE)
    except subprocess.TimeoutExpired:
        pass
    seconds = time.monotonic() - began
    console = (work / "console").read_text(errors="replace")
    result = (work / "result").read_text().split()
    shutil.rmtree(work)
    if len(result) != 2:
        return 0, 1, seconds, console + f"\nthe machine gave no result in {seconds:.0f} s"
    return int(result[0]), int(result[1]), seconds, console


def main(wanted):
    if wanted == ["--list"]:
        print("\n".join(scenarios()))
        return 0
    unknown = set(wanted) - set(scenarios())
    if unknown:
        print(f"tests/vm/run: no such scenario: {' '.join(unknown)} "
              f"(there are {' '.join(scenarios())})", file=sys.stderr)
        return 2
    names = wanted or [name for name in scenarios() if name not in BY_NAME_ONLY]
    build_what_is_not_given(names)
    CACHE.mkdir(exist_ok=True)
    remove_leftovers()
    vmlinux, base = image.base(CACHE, CACHE / "kernel")
    total_passed, failures = 0, []
    with concurrent.futures.ThreadPoolExecutor(PARALLEL) as pool:
        runs = {pool.submit(start, name, vmlinux, base): name for name in names}
        for run in concurrent.futures.as_completed(runs):
            passed, failed, seconds, output = run.result()
            total_passed += passed
            failures += failing(runs[run], output) if failed else []
            if failed or os.environ.get("HA_VM_KEEP") or runs[run] in BY_NAME_ONLY:
                print(output)
            print(f"{runs[run]:<14} {passed} passed, {failed} failed, {seconds:.1f} s",
                  flush=True)
    print("\n".join([f"{total_passed} passed, {len(failures)} failed", *failures]))
    return 1 if failures or not total_passed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
