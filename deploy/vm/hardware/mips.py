"""The MIPS co-processor on a page of memory as its registers and an SPI of the GIC.

SPDX-License-Identifier: Apache-2.0
"""

import hashlib
import struct
import time

from hardware.fixture import TEST_IDENTITY, Supplies

REGISTERS = 0x5FF00000
CMD, STATUS, DATA, CONTROL, SHARE, SHARE_SIZE, BOOT, IDENTITY = (
    REGISTERS + offset for offset in (0x0, 0x4, 0x8, 0xC, 0x24, 0x28, 0x30, 0xF8))
MEMORY, SHARED_MEMORY = 0x4B100000, 0x4E300000
FIRMWARE, DEBUG = MEMORY + 0x1000, MEMORY + 0xC01000
SPI = 150
IDLE, RUNNING = 3, 5
MIPS = "/sys/class/hy300/mips"
DRIVER = "hy300-mips"


class Mips:
    """The processor as U-Boot left it; registers without side effects, so each test plays those that it needs."""

    def __init__(self, guest):
        self.qtest, self.gic = guest.qtest, guest.gic
        self.qtest.writel(IDENTITY, TEST_IDENTITY)
        self.qtest.writel(DATA, RUNNING)
        for register, value in ((SHARE, SHARED_MEMORY), (SHARE_SIZE, 0x500000), (BOOT, MEMORY + 4)):
            self.qtest.writel(register, value)
        self.supplies = Supplies(self.qtest, 2)
        self.supplies.put(True, True)

    def interrupt(self):
        """An edge on the processor's line."""
        self.qtest.ask("set_irq_in", self.gic, "unnamed-gpio-in", SPI, 1)
        self.qtest.ask("set_irq_in", self.gic, "unnamed-gpio-in", SPI, 0)

    def until(self, address, value, timeout=120):
        """Waits until the driver has written a register."""
        end = time.monotonic() + timeout
        while self.qtest.readl(address) != value:
            assert time.monotonic() < end, f"{address:#x} is {self.qtest.readl(address):#x}, not {value:#x}"

    def held_in_reset(self, timeout=120):
        """For how long a restart that has been ordered was seen to hold the processor in reset; DATA is cleared in between, and stays so."""
        end, first = time.monotonic() + timeout, None
        while True:
            if self.qtest.readl(CONTROL) == 1:
                first = first or time.monotonic()
            elif self.qtest.readl(DATA) == 0:
                return time.monotonic() - first if first else 0
            assert time.monotonic() < end, "the processor is not restarted"


def attaches(guest, mips):
    status, said = guest.run("modprobe sunxi-mipsloader")
    assert status == 0, said
    assert guest.read(f"{MIPS}/state") == "running"
    assert guest.read(f"{MIPS}/firmware_loaded") == "1"
    assert guest.run("[ -c /dev/mipsloader ]")[0] == 0, "no /dev/mipsloader"


def leaves_what_u_boot_told_it(guest, mips):
    assert mips.qtest.readl(BOOT) == MEMORY + 4, "a running processor's register was written"
    _, said = guest.run("dmesg | grep -F 5ff00000.mips | grep boot_address")
    assert len(said) == 1 and "0x4b100004, not 0x4b100000" in said[0], said
    assert guest.run("dmesg | grep -F 5ff00000.mips | grep share_")[0] == 1, "what is right is complained of"


def goes_on_without_its_driver(guest, mips):
    for verb in "unbind", "bind", "unbind", "bind":
        assert guest.run(f"echo 5ff00000.mips > /sys/bus/platform/drivers/{DRIVER}/{verb}")[0] == 0, verb
        mips.supplies.check(True, True)
    assert mips.qtest.readl(CONTROL) == 0 and mips.qtest.readl(CMD) == 0, "the processor was given an order"


def sleeps_through_what_u_boot_started(guest, mips):
    guest.sleep()
    assert mips.qtest.readl(CONTROL) == 0 and mips.qtest.readl(CMD) == 0, "the processor was given an order"
    mips.supplies.check(True, True)


def follows_its_interrupt(guest, mips):
    mips.qtest.writel(DATA, IDLE)
    # The bits next to the event bit show that the driver only writes that bit.
    mips.qtest.writel(STATUS, 0x82)
    mips.interrupt()
    mips.until(STATUS, 0x2)
    mips.qtest.writel(STATUS, 0)
    assert guest.until(f"{MIPS}/state", "idle"), guest.read(f"{MIPS}/state")
    assert guest.metric(f"{MIPS}/register_access_count", "hy300_mips_interrupts_total") == 1
    mips.qtest.writel(DATA, RUNNING)
    assert guest.until(f"{MIPS}/state", "running"), guest.read(f"{MIPS}/state")


def restarts(guest, mips):
    longest = 0
    # On a busy machine this test may miss most of the change, or all of it.
    for _ in range(100):
        guest.start(f"echo 1 > {MIPS}/restart")
        held = mips.held_in_reset()
        assert mips.qtest.readl(BOOT) == MEMORY, "it is not told where its memory is"
        mips.qtest.writel(DATA, RUNNING)
        status, said = guest.finish()
        assert status == 0, said
        assert guest.read(f"{MIPS}/state") == "running"
        longest = max(longest, held)
        if longest > 0.008:
            break
    assert longest > 0.008, f"held in reset for {longest:.4f} s only"


def loads_a_firmware(guest, mips):
    guest.run("mkdir -p /lib/firmware && head -c 300001 /dev/urandom > /lib/firmware/hardware.bin")
    status, said = guest.run(f"echo hardware.bin > {MIPS}/load_firmware")
    assert status == 0, said
    assert mips.qtest.readl(CONTROL) == 1, "the processor is not held in reset"
    _, said = guest.run("md5sum < /lib/firmware/hardware.bin")
    assert hashlib.md5(mips.qtest.read(FIRMWARE, 300001)).hexdigest() == said[0].split()[0], "the memory does not hold the file"
    guest.start(f"echo 1 > {MIPS}/restart")
    mips.until(CONTROL, 0)
    mips.qtest.writel(DATA, RUNNING)
    assert guest.finish()[0] == 0


def sets_keystone(guest, mips):
    corners = (1, -2, 3, -4, 50, -60, 100, -100)
    status, said = guest.run(f"echo {' '.join(map(str, corners))} > {MIPS}/keystone")
    assert status == 0, said
    assert mips.qtest.readl(CMD) == 0x10, "the command is not given"
    assert struct.unpack("<8i", mips.qtest.read(DEBUG, 32)) == corners


def gives_up_a_busy_processor(guest, mips):
    mips.qtest.writel(STATUS, 1)
    mips.qtest.writel(CMD, 0)
    status, _ = guest.run(f"echo 0 0 0 0 0 0 0 0 > {MIPS}/keystone 2>&1")
    assert status != 0, "a processor that stays busy takes an order"
    assert mips.qtest.readl(CMD) == 0, "the command is given all the same"
    series = 'hy300_mips_communication_errors_total{type="busy_timeout"}'
    assert guest.metric(f"{MIPS}/communication_errors", series) == 1
    mips.qtest.writel(STATUS, 0)


def supplies_a_processor_that_is_off(guest, mips):
    driver = f"/sys/bus/platform/drivers/{DRIVER}"
    assert guest.run(f"echo 5ff00000.mips > {driver}/unbind")[0] == 0
    # Its clock is held since it was found running, and Linux does not start a clock twice.
    mips.supplies.put(True, False)
    mips.qtest.writel(DATA, 0)
    assert guest.run(f"echo 5ff00000.mips > {driver}/bind")[0] == 0
    mips.supplies.check(True, True)
    assert guest.read(f"{MIPS}/state") == "off"
    mips.qtest.writel(DATA, RUNNING)
    assert guest.until(f"{MIPS}/state", "running")


def unloads(guest, mips):
    status, said = guest.run("rmmod sunxi_mipsloader && [ ! -e /dev/mipsloader ]")
    assert status == 0, said
    # The processor is running.
    mips.supplies.check(True, True)
    mips.qtest.writel(STATUS, 0x82)
    mips.interrupt()
    assert guest.run("usleep 100000")[0] == 0
    assert mips.qtest.readl(STATUS) == 0x82, "the driver still answers its interrupt"


world = Mips
TESTS = [
    attaches, leaves_what_u_boot_told_it, goes_on_without_its_driver, sleeps_through_what_u_boot_started, follows_its_interrupt, restarts,
    loads_a_firmware, sets_keystone, gives_up_a_busy_processor, supplies_a_processor_that_is_off, unloads]
