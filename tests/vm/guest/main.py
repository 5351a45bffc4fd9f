# SPDX-License-Identifier: MIT
"""Runs the tests of one scenario in the machine and reports to the second console."""

import importlib
import os
import subprocess
import sys
import time
import traceback

sys.path.insert(0, "/guest")


def kernel_argument(name):
    for word in open("/proc/cmdline").read().split():
        if word.startswith(name + "="):
            return word[len(name) + 1:]
    return ""


def run(module):
    only = kernel_argument("only")
    tests = [value for name, value in vars(module).items()
             if name.startswith("test_") and only in name]
    passed = failed = 0
    for test in tests:
        began = time.monotonic()
        try:
            test()
            passed += 1
            outcome = "passed"
        except BaseException:
            traceback.print_exc(file=sys.stdout)
            failed += 1
            outcome = "FAILED"
        print(f"{outcome} {test.__name__} {time.monotonic() - began:.1f} s", flush=True)
        if failed:
            import lab
            lab.show_logs()
            break
    return passed, failed + (not tests)


def main():
    sys.stdout = sys.stderr = open("/dev/ttyS0", "w", buffering=1)
    subprocess.run(["date", "-s", "@" + kernel_argument("host_time")],
                   stdout=subprocess.DEVNULL)
    passed, failed = 0, 1
    try:
        passed, failed = run(importlib.import_module(kernel_argument("scenario")))
    except BaseException:
        traceback.print_exc(file=sys.stdout)
    with open("/dev/ttyS1", "w") as result:
        result.write(f"{passed} {failed}\n")
    os.sync()


main()
