#!/usr/bin/python3
"""Tests the drivers on a real GPIO controller, interrupt controller and memory as registers, played from outside the guest. KTAP.

SPDX-License-Identifier: Apache-2.0

usage: test-hardware.py [bookworm|trixie...]
Closes with the sum, `N passed, N failed`. build.sh has made what is booted.
"""

import pathlib
import sys
import traceback

from hardware import mips, motor, tvcap, unverified
from hardware.fixture import Guest, GuestLost

PARTS = motor, mips, tvcap, unverified
TARGET = pathlib.Path(__file__).with_name("target")


def log_is_clean(guest, _):
    status, said = guest.run("dmesg | grep -E 'BUG|WARNING|Oops|Call [Tt]race|Unable to handle|hung task|refcount|nobody cared'")
    assert status == 1, "\n".join(said)


def run(kernel):
    """Boots one kernel and runs every test; how many passed and failed."""
    tests = [(part, test) for part in PARTS for test in part.TESTS] + [(None, log_is_clean)]
    failed = 0
    print(f"TAP version 13\n1..{len(tests)}\n# kernel of {kernel}", flush=True)
    guest = Guest("hardware", TARGET / f"hardware-{kernel}.log", kernel)
    try:
        worlds = {part: part.world(guest) for part in PARTS}
        for number, (part, test) in enumerate(tests, 1):
            name = (part.__name__.rpartition(".")[2] + " " if part else "") + test.__name__.replace("_", " ")
            try:
                test(guest, worlds.get(part))
                print(f"ok {number} {name}", flush=True)
            except GuestLost as lost:
                print(f"# {lost}\nnot ok {number} {name}", flush=True)
                return number - 1 - failed, len(tests) - number + 1 + failed
            except Exception:  # a test that fails in any way is a test that fails
                failed += 1
                print("".join(f"# {line}\n" for line in traceback.format_exc().splitlines()) + f"not ok {number} {name}", flush=True)
    finally:
        guest.close()
    return len(tests) - failed, failed


def main():
    results = [run(kernel) for kernel in sys.argv[1:] or ["bookworm", "trixie"]]
    passed, failed = (sum(numbers) for numbers in zip(*results))
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
