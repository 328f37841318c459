"""The keystone motor on the PL061's lines.

SPDX-License-Identifier: Apache-2.0
"""

MOTOR = "/sys/class/hy300/motor"
DIRECTION = 0x09030400


class Rotor:
    """The mechanics behind the GPIO lines: one coil at a time pulls the rotor a step; the switch is closed at and below 0."""

    PHASES = (0, 1, 2, 4)
    LIMIT = 6

    def __init__(self, guest, position):
        self.qtest, self.pl061 = guest.qtest, guest.pl061
        self.levels = dict.fromkeys(self.PHASES, False)
        self.position = position
        self.edges = self.lost = 0
        self.forced = None
        self.closed = None
        self.qtest.on_edge = self._edge
        self.qtest.ask("irq_intercept_out", self.pl061)
        self.set_switch()

    def _edge(self, line, level):
        if line not in self.levels or self.levels[line] == level:
            return
        self.levels[line] = level
        self.edges += 1
        driven = [phase for phase, on in enumerate(self.levels.values()) if on]
        if len(driven) != 1:
            return
        turn = (driven[0] - self.position) % 4
        if turn == 2:
            self.lost += 1
        else:
            self.position += {0: 0, 1: 1, 3: -1}[turn]
        self.set_switch()

    def set_switch(self, forced=None):
        """The switch as the rotor has it, or closed or open by force; it pulls its line low."""
        self.forced = forced if forced is not None else self.forced
        closed = self.position <= 0 if self.forced is None else self.forced
        if closed != self.closed:
            self.closed = closed
            self.qtest.post("set_irq_in", self.pl061, "unnamed-gpio-in", self.LIMIT, int(not closed))

    @property
    def outputs(self):
        """The lines that are outputs, as bits of the controller's direction register."""
        return self.qtest.readl(DIRECTION) & 0xFF

    @property
    def coils(self):
        """Whether any coil is on."""
        return any(self.levels.values())


def probes(guest, rotor):
    assert guest.run("modprobe hy300-keystone-motor") == (0, []), "the driver does not load"
    assert guest.read(f"{MOTOR}/limit_switch") == "0", "the open switch reads closed"
    assert guest.read(f"{MOTOR}/homed") == "0"
    assert not rotor.outputs & 0b1010111, f"the lines {rotor.outputs:#b} are driven before anybody has asked for that"
    assert rotor.edges == 0, f"{rotor.edges} edges"


def homes(guest, rotor):
    guest.run(f"echo 1 > {MOTOR}/home")
    assert guest.until(f"{MOTOR}/moving", 0), "homing does not end"
    assert guest.read(f"{MOTOR}/fault") == "none", guest.read(f"{MOTOR}/fault")
    assert guest.read(f"{MOTOR}/homed") == "1"
    assert guest.read(f"{MOTOR}/position") == "0"
    # Four steps of margin after the switch opened at 1, and more on a busy machine, which answers late.
    assert 5 <= rotor.position < 64, f"the rotor is at {rotor.position}"
    assert rotor.lost == 0, f"{rotor.lost} patterns that the rotor could not follow"
    assert not rotor.coils, "the coils are on"
    assert rotor.outputs & 0b1010111 == 0b10111, "the limit switch is driven"


def moves(guest, rotor):
    zero = rotor.position
    for target in 60, 13, 14:
        guest.run(f"echo {target} > {MOTOR}/target_position")
        assert guest.until(f"{MOTOR}/moving", 0), "the move does not end"
        assert guest.read(f"{MOTOR}/position") == str(target)
        assert rotor.position - zero == target, f"position {target} is {rotor.position - zero} steps from zero"
        assert not rotor.coils, "the coils are on"
    assert rotor.lost == 0, f"{rotor.lost} patterns that the rotor could not follow"


def counts_edges(guest, rotor):
    counted = guest.metric(f"{MOTOR}/gpio_phase_transitions_total", "hy300_motor_gpio_phase_transitions_total")
    assert counted == rotor.edges, f"{counted:.0f} transitions counted, {rotor.edges} edges at the controller's pins"


def stops_at_the_switch(guest, rotor):
    before = rotor.position
    guest.start(f"echo 900 > {MOTOR}/target_position; usleep 300000; cat {MOTOR}/moving")
    assert guest.finish() == (0, ["1"]), "the motor does not move"
    rotor.set_switch(True)
    assert guest.until(f"{MOTOR}/moving", 0), "the closed switch does not end the move"
    assert guest.read(f"{MOTOR}/fault") == "limit_switch_unexpected", guest.read(f"{MOTOR}/fault")
    assert before < rotor.position < before + 890
    assert not rotor.coils, "the coils are on"


def finds_a_stuck_switch(guest, rotor):
    guest.run(f"echo none > {MOTOR}/fault; echo 1 > {MOTOR}/home")
    assert guest.until(f"{MOTOR}/moving", 0), "homing does not end"
    assert guest.read(f"{MOTOR}/fault") == "limit_switch_stuck", guest.read(f"{MOTOR}/fault")
    assert guest.read(f"{MOTOR}/homed") == "0"
    rotor.forced = None
    rotor.set_switch()


def lets_go_in_mid_move(guest, rotor):
    guest.run(f"echo none > {MOTOR}/fault; echo 1 > {MOTOR}/home")
    assert guest.run("usleep 200000; rmmod hy300_keystone_motor")[0] == 0, "the driver does not unload"
    assert not rotor.coils, "the coils are on"
    before = rotor.edges
    assert guest.run("usleep 100000; [ ! -e /sys/class/hy300/motor ]")[0] == 0, "the class device stays"
    assert rotor.edges == before, "the lines still change"


def world(guest):
    """What is behind the registers and lines, before the driver is there."""
    return Rotor(guest, 40)


TESTS = [probes, homes, moves, counts_edges, stops_at_the_switch, finds_a_stuck_switch, lets_go_in_mid_move]
