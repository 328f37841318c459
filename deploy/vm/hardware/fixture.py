"""The world outside the guest: its console, and hardware that is played through QEMU's qtest socket beside TCG.

SPDX-License-Identifier: Apache-2.0

qtest reads and writes guest memory, sets lines of the GPIO and interrupt controllers, and reports each edge of the GPIO
controller's outputs (QEMU, docs/devel/qtest.rst and softmmu/qtest.c).
"""

import collections
import json
import pathlib
import queue
import socket
import subprocess
import tempfile
import threading
import time

# Start of the guest's memory.
RAM = 0x40000000


# HY300_TEST_IDENTITY of linux/hy300.h
TEST_IDENTITY = 0x48593354
# The clock controller's gates and its resets, which end when their bit is set
GATES, RESETS = 0x5FF03028, 0x5FF030B0


class FixtureError(Exception):
    """The guest or QEMU did not do what every test relies on."""


class GuestLost(FixtureError):
    """The guest answers no more: what follows has no meaning."""


class Guest:
    """A booted guest whose init executes lines of shell from its console."""

    def __init__(self, name, log, kernel):
        self.sockets = tempfile.TemporaryDirectory(prefix="hy300-fixture-")
        qtest, qmp = (f"{self.sockets.name}/{socket_name}" for socket_name in ("qtest", "qmp"))
        boot = pathlib.Path(__file__).parent.with_name("boot.sh")
        self.log = open(log, "w", encoding="utf-8")
        self.process = subprocess.Popen(
            [boot, name, "hy300.console=1", "-qtest", f"unix:{qtest},server=on,wait=off", "-qtest-log", "none",
             "-qmp", f"unix:{qmp},server=on,wait=off"],
            env={"HY300_KERNEL": kernel, "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"},
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        self.lines = queue.Queue()
        threading.Thread(target=self._read, daemon=True).start()
        self.qtest = Qtest(qtest)
        self.pl061, self.gic = find_devices(qmp, "pl061", "arm_gic")
        self._answer(300)

    def _read(self):
        for line in self.process.stdout:
            text = line.decode(errors="replace").rstrip()
            self.log.write(text + "\n")
            self.log.flush()
            self.lines.put(text)
        self.lines.put(None)

    def _answer(self, timeout):
        """The lines up to the guest's prompt, which carries the exit status of the last command."""
        said, end = [], time.monotonic() + timeout
        while True:
            try:
                line = self.lines.get(timeout=max(0, end - time.monotonic()))
            except queue.Empty:
                raise GuestLost(f"the guest did not answer for {timeout} s; its console is in {self.log.name}") from None
            if line is None:
                raise GuestLost(f"the guest ended; its console is in {self.log.name}")
            if line.startswith("@ "):
                return int(line[2:]), said
            said.append(line)

    def start(self, command):
        """Gives a command whose answer is fetched by finish()."""
        self.process.stdin.write(command.encode() + b"\n")
        self.process.stdin.flush()

    def finish(self, timeout=300):
        """Exit status and output of the command given last. Edges that it has made are taken by then: they come before an answer."""
        answer = self._answer(timeout)
        self.qtest.readl(RAM)
        return answer

    def run(self, command, timeout=300):
        """Exit status and output of a command."""
        self.start(command)
        return self.finish(timeout)

    def read(self, path):
        """The content of a file without its last line feed."""
        status, said = self.run(f"cat {path}")
        if status:
            raise FixtureError(f"{path} cannot be read: {' '.join(said)}")
        return "\n".join(said)

    def until(self, path, value, timeout=120):
        """Waits in the guest until a file has a value; whether it came to that."""
        script = f'i=0; while [ -e {path} ] && [ "$(cat {path})" != "{value}" ] && [ $i -lt {timeout * 20} ]; do usleep 50000; i=$((i+1)); done'
        return self.run(f'{script}; [ "$(cat {path} 2>&1)" = "{value}" ]', timeout + 300)[0] == 0

    def metric(self, attribute, series):
        """A series out of a metric attribute."""
        for line in self.read(attribute).splitlines():
            if line.startswith(series + " "):
                return float(line.rsplit(" ", 1)[1])
        raise FixtureError(f"{attribute} has no {series}")

    def sleep(self):
        """Lets the devices sleep and wake up."""
        self.run("echo 0 > /sys/module/suspend/parameters/pm_test_delay; echo devices > /sys/power/pm_test")
        if self.run("echo freeze > /sys/power/state; s=$?; echo none > /sys/power/pm_test; [ $s = 0 ]")[0]:
            raise FixtureError("the guest does not sleep")

    def close(self):
        """Ends the guest."""
        try:
            self.start("poweroff -f")
            self.process.wait(60)
        except (OSError, subprocess.TimeoutExpired):
            self.process.kill()
            self.process.wait()
        self.log.close()
        self.sockets.cleanup()


class Qtest:
    """QEMU's qtest socket. Answers come in the order of the questions; edges of intercepted lines come in between."""

    def __init__(self, path):
        self.socket = connect(path)
        self.waiting = collections.deque()
        self.lock = threading.Lock()
        self.on_edge = lambda line, level: None
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        for line in self.socket.makefile("r"):
            words = line.split()
            if words[0] == "IRQ":
                self.on_edge(int(words[2]), words[1] == "raise")
            else:
                self.waiting.popleft().put(words)

    def post(self, *words):
        """Sends a command without waiting for its answer, as on_edge() has to."""
        answer = queue.Queue()
        with self.lock:
            self.waiting.append(answer)
            self.socket.sendall((" ".join(str(word) for word in words) + "\n").encode())
        return answer

    def ask(self, *words):
        """Sends a command and gives its answer."""
        answer = self.post(*words).get(timeout=120)
        if answer[0] != "OK":
            raise FixtureError(f"qtest: {' '.join(str(word) for word in words)}: {' '.join(answer)}")
        return answer[1] if len(answer) > 1 else None

    def readl(self, address):
        """A 32-bit word of guest memory."""
        return int(self.ask("readl", hex(address)), 0)

    def writel(self, address, value):
        """Sets a 32-bit word of guest memory."""
        self.ask("writel", hex(address), hex(value))

    def set_bits(self, address, bits, on):
        """Sets or clears bits of a word."""
        value = self.readl(address)
        self.writel(address, value | bits if on else value & ~bits)

    def read(self, address, size):
        """Bytes of guest memory."""
        return bytes.fromhex(self.ask("read", hex(address), hex(size))[2:])

    def write(self, address, data):
        """Sets bytes of guest memory."""
        self.ask("write", hex(address), hex(len(data)), "0x" + data.hex())


class Supplies:
    """A device's clock and reset in the clock controller, of the same bit."""

    def __init__(self, qtest, bit):
        self.qtest, self.mask = qtest, 1 << bit

    def put(self, clock, reset_ended):
        """As somebody has left them."""
        self.qtest.set_bits(GATES, self.mask, clock)
        self.qtest.set_bits(RESETS, self.mask, reset_ended)

    def check(self, clock, reset_ended):
        """How they are now."""
        now = tuple(bool(self.qtest.readl(register) & self.mask) for register in (GATES, RESETS))
        assert now == (clock, reset_ended), f"clock on, reset ended: {now}, not {(clock, reset_ended)}"


def connect(path):
    """A connection to a socket that QEMU is about to open."""
    end = time.monotonic() + 120
    while True:
        try:
            connection = socket.socket(socket.AF_UNIX)
            connection.connect(path)
            return connection
        except OSError:
            if time.monotonic() > end:
                raise FixtureError(f"QEMU does not open {path}") from None
            time.sleep(0.02)


def find_devices(path, *types):
    """QOM paths of the first device of each type."""
    with connect(path) as connection, connection.makefile("rw") as stream:
        def execute(command, **arguments):
            stream.write(json.dumps({"execute": command, "arguments": arguments}) + "\n")
            stream.flush()
            for line in stream:
                answer = json.loads(line)
                if "return" in answer:
                    return answer["return"]
                if "error" in answer:
                    break
            raise FixtureError(f"QMP: {command} failed")

        execute("qmp_capabilities")
        devices = execute("qom-list", path="/machine/unattached")
    found = {device["type"]: "/machine/unattached/" + device["name"] for device in reversed(devices)}
    return [found[f"child<{kind}>"] for kind in types]
