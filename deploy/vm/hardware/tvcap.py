"""The HDMI input on two pages of memory as its registers, an SPI of the GIC, and frames written where its DMA is told to.

SPDX-License-Identifier: Apache-2.0
"""

import hashlib
import time

from hardware.fixture import TEST_IDENTITY, Supplies

TVTOP, PATH = 0x5FF01000, 0x5FF02000
CTRL, STATUS, IRQ_STATUS, RESOLUTION, DMA_CTRL, DMA_ADDR, DMA_SIZE, CAPTURE_SIZE = (
    TVTOP + offset for offset in (0x00, 0x04, 0x0C, 0x14, 0x28, 0x2C, 0x30, 0x38))
FRAMES, RATE = PATH + 0x08, PATH + 0x0C
READY, CONNECTED, SIGNAL, LOCKED = 0x40, 0x1, 0x2, 0x4
FRAME_DONE, INPUT_CHANGED, DMA_ERROR = 0x1, 0x2, 0x80
SPI = 151
WIDTH, HEIGHT = 640, 480
TVCAP = "/sys/class/hy300/tvcap"


class Source:
    """A receiver out of reset, without a source at first."""

    def __init__(self, guest):
        self.qtest, self.gic = guest.qtest, guest.gic
        self.frames = 0
        for block in TVTOP, PATH:
            self.qtest.writel(block + 0xF8, TEST_IDENTITY)
        self.qtest.writel(STATUS, READY)
        self.supplies = Supplies(self.qtest, 6)
        self.supplies.put(False, False)

    def interrupt(self, bits):
        """Latches bits and raises the line. Memory does not clear what is written as 1, so that is done here, once it was taken."""
        self.qtest.writel(IRQ_STATUS, bits)
        self.qtest.ask("set_irq_in", self.gic, "unnamed-gpio-in", SPI, 1)
        self.qtest.ask("set_irq_in", self.gic, "unnamed-gpio-in", SPI, 0)

    def plug(self):
        """A source is there and sends."""
        self.qtest.writel(RESOLUTION, HEIGHT << 16 | WIDTH)
        self.qtest.writel(RATE, 60000)
        self.qtest.writel(STATUS, READY | CONNECTED | SIGNAL | LOCKED)
        self.interrupt(INPUT_CHANGED)

    def unplug(self):
        """The source goes."""
        self.qtest.writel(STATUS, READY)
        self.interrupt(INPUT_CHANGED)

    def send(self, frame, timeout=120):
        """A frame, once DMA is told where to."""
        end = time.monotonic() + timeout
        while self.qtest.readl(DMA_CTRL) != 1:
            assert time.monotonic() < end, "DMA is not started"
        assert self.qtest.readl(DMA_SIZE) == len(frame), f"{self.qtest.readl(DMA_SIZE)} bytes ordered, not {len(frame)}"
        self.qtest.write(self.qtest.readl(DMA_ADDR), frame)
        self.qtest.writel(DMA_CTRL, 0)
        self.frames += 1
        self.qtest.writel(FRAMES, self.frames)
        self.interrupt(FRAME_DONE)


def probes(guest, source):
    status, said = guest.run("modprobe sunxi-tvcap")
    assert status == 0, said
    assert guest.read(f"{TVCAP}/hdmi_connected") == "0"
    assert guest.run(f"[ -c /dev/$(cat {TVCAP}/video_node) ]")[0] == 0, "no video node"
    source.supplies.check(True, True)


def sees_the_source(guest, source):
    source.plug()
    assert guest.until(f"{TVCAP}/signal_detected", 1), "no signal seen"
    assert guest.read(f"{TVCAP}/hdmi_connected") == "1"
    assert guest.read(f"{TVCAP}/resolution") == f"{WIDTH}x{HEIGHT}"
    assert guest.metric(f"{TVCAP}/error_counters", "hy300_tvcap_interrupts_total") == 1


def captures(guest, source):
    frames = [bytes((number * 37 + i) & 0xFF for i in range(251)) * (WIDTH * HEIGHT * 2 // 251 + 1) for number in range(3)]
    frames = [frame[:WIDTH * HEIGHT * 2] for frame in frames]
    node = "/dev/" + guest.read(f"{TVCAP}/video_node")
    status, said = guest.run(f"v4l2-ctl -d {node} --set-dv-bt-timings query --set-fmt-video pixelformat=YUYV >/dev/null")
    assert status == 0, said
    guest.start(f"v4l2-ctl -d {node} --stream-mmap=3 --stream-count=3 --stream-to=/tmp/frames >/dev/null 2>&1; md5sum < /tmp/frames")
    for frame in frames:
        source.send(frame)
    status, said = guest.finish()
    assert status == 0 and said, said
    assert source.qtest.readl(CAPTURE_SIZE) == HEIGHT << 16 | WIDTH
    assert said[0].split()[0] == hashlib.md5(b"".join(frames)).hexdigest(), "the pictures are not those that were sent"
    assert guest.metric(f"{TVCAP}/capture_stats", "hy300_tvcap_frames_captured_total") == len(frames)


def counts_an_error(guest, source):
    source.interrupt(DMA_ERROR)
    assert guest.until(f"{TVCAP}/error", "dma"), guest.read(f"{TVCAP}/error")
    assert guest.metric(f"{TVCAP}/error_counters", 'hy300_tvcap_errors_total{type="dma"}') == 1


def sees_the_source_go(guest, source):
    source.unplug()
    assert guest.until(f"{TVCAP}/hdmi_connected", 0), "the source stays"
    assert guest.read(f"{TVCAP}/signal_detected") == "0"


def stops_its_clock_while_it_is_off(guest, source):
    assert guest.run(f"echo 0 > {TVCAP}/enabled")[0] == 0
    source.supplies.check(False, False)
    assert "hy300_tvcap_register" not in guest.read(f"{TVCAP}/error_counters"), "registers are read without their clock"
    source.plug()
    assert guest.run(f"echo 1 > {TVCAP}/enabled")[0] == 0
    source.supplies.check(True, True)
    assert guest.until(f"{TVCAP}/signal_detected", 1), "no signal seen"


def is_set_up_again_after_sleep(guest, source):
    control = source.qtest.readl(CTRL)
    source.qtest.writel(CTRL, 0)
    guest.sleep()
    source.supplies.check(True, True)
    assert control and source.qtest.readl(CTRL) == control, f"control is {source.qtest.readl(CTRL):#x}, not {control:#x}"
    source.unplug()
    assert guest.until(f"{TVCAP}/hdmi_connected", 0), "nobody looks at the input"


def leaves_a_reset_alone_that_had_ended(guest, source):
    driver = "/sys/bus/platform/drivers/sunxi-tvcap"
    assert guest.run(f"echo 5ff01000.tvcap > {driver}/unbind")[0] == 0
    source.supplies.check(False, False)
    source.supplies.put(False, True)
    for verb in "bind", "unbind":
        assert guest.run(f"echo 5ff01000.tvcap > {driver}/{verb}")[0] == 0
    source.supplies.check(False, True)
    source.supplies.put(False, False)
    assert guest.run(f"echo 5ff01000.tvcap > {driver}/bind")[0] == 0


def unloads(guest, source):
    status, said = guest.run("rmmod sunxi_tvcap && [ ! -e /sys/class/hy300/tvcap ]")
    assert status == 0, said
    source.supplies.check(False, False)


world = Source
TESTS = [
    probes, sees_the_source, captures, counts_an_error, sees_the_source_go, stops_its_clock_while_it_is_off, is_set_up_again_after_sleep,
    leaves_a_reset_alone_that_had_ended, unloads]
