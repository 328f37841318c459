"""Registers and lines that must be left alone, because nobody has verified them: on memory that shows each write.

SPDX-License-Identifier: Apache-2.0
"""

PAGE = 0x1000
# Clock gates and resets, two kinds of MIPS, the two blocks of the HDMI input, another device's registers, GPIO lines
PAGES = range(0x5FF03000, 0x5FF0A000, PAGE)
UNTOUCHED = b"\xa5" * PAGE
PLATFORM = "/sys/bus/platform"
MOTOR = "/sys/class/hy300/motor"
UNKNOWN = "no device is known to have these registers"
REFUSED = [
    ("hy300-mips", "5ff04000.mips", UNKNOWN), ("hy300-mips", "5ff05000.mips", UNKNOWN),
    ("hy300-mips", "5ff08000.mips", "another device's (0xa5a5a5a5 at 0xf8"), ("sunxi-tvcap", "5ff06000.tvcap", UNKNOWN)]


class Memory:
    """The pages, filled with what no driver would write."""

    def __init__(self, guest):
        self.qtest = guest.qtest

    def fill(self):
        """Puts it there."""
        for page in PAGES:
            self.qtest.write(page, UNTOUCHED)

    def check(self):
        """Each byte is as it was."""
        for page in PAGES:
            content = self.qtest.read(page, PAGE)
            assert content == UNTOUCHED, "written: " + ", ".join(
                f"{page + offset:#x} {byte:#04x}" for offset, byte in enumerate(content) if byte != 0xA5)


def bind(guest, driver, device):
    """What the guest says of binding a device, and what the kernel's log says of that device."""
    guest.run("dmesg -c >/dev/null")
    status, _ = guest.run(f"echo {device} > {PLATFORM}/drivers/{driver}/bind 2>/dev/null")
    return status, guest.run(f"dmesg | grep -F '{device}'")[1]


def are_left_alone_by_probe(guest, memory):
    memory.fill()
    # The drivers' own devices share the clock controller.
    guest.run(f"echo 0 > {PLATFORM}/drivers_autoprobe")
    for module in "sunxi-mipsloader", "sunxi-tvcap", "hy300-keystone-motor":
        assert guest.run(f"modprobe {module}")[0] == 0, f"{module} does not load"
    for driver, device, why in REFUSED:
        status, said = bind(guest, driver, device)
        memory.check()
        assert status != 0, f"{driver} takes {device}"
        assert len(said) == 1 and why in said[0], said


def are_lines_that_no_motor_drives_unasked(guest, memory):
    status, said = bind(guest, "hy300-keystone-motor", "motor-unknown")
    assert status == 0, said
    memory.check()
    assert guest.read(f"{MOTOR}/homed") == "0" and guest.read(f"{MOTOR}/moving") == "0"


def are_lines_that_a_motor_of_unknown_make_does_not_home_with(guest, memory):
    status, said = guest.run(f"echo 1 > {MOTOR}/home")
    assert status != 0 and "not supported" in " ".join(said), said
    memory.check()


def are_left_alone_in_sleep(guest, memory):
    guest.sleep()
    memory.check()


def are_left_alone_when_the_drivers_go(guest, memory):
    assert guest.run("rmmod hy300_keystone_motor sunxi_tvcap sunxi_mipsloader")[0] == 0, "the drivers do not unload"
    guest.run(f"echo 1 > {PLATFORM}/drivers_autoprobe")
    memory.check()


world = Memory
TESTS = [
    are_left_alone_by_probe, are_lines_that_no_motor_drives_unasked, are_lines_that_a_motor_of_unknown_make_does_not_home_with,
    are_left_alone_in_sleep, are_left_alone_when_the_drivers_go]
