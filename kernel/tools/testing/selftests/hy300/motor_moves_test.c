// SPDX-License-Identifier: GPL-2.0
/*
 * Homing, moves, stops: where the motor says it is, and where the rotor is.
 */
#include <errno.h>
#include <stdlib.h>

#include "ktap.h"
#include "device.h"
#include "motor.h"

static double movements(void)
{
	return device_metric("movements_total", "hy300_motor_movements_total");
}

static double changes(void)
{
	return device_metric("position_changes_total", "hy300_motor_position_changes_total");
}

static double steps(void)
{
	return device_metric("steps_total", "hy300_motor_steps_total");
}

static int move(long target)
{
	char text[24];

	snprintf(text, sizeof(text), "%ld", target);
	return device_write("target_position", text);
}

static void homing_ends_clear_of_the_switch(void)
{
	double attempts, successes;

	motor_reset();
	attempts = device_metric("homing_attempts_total", "hy300_motor_homing_attempts_total");
	successes = device_metric("homing_successes_total", "hy300_motor_homing_successes_total");
	CHECK_EQ(device_write("home", "1"), 0);
	CHECK_EQ(device_number("moving"), 1);
	CHECK(motor_rests(10000));
	CHECK_EQ(device_number("homed"), 1);
	CHECK_EQ(device_number("position"), 0);
	CHECK_EQ(device_number("target_position"), 0);
	CHECK_STR(device_read("fault"), "none");
	CHECK_EQ(device_number("limit_switch"), 0);
	CHECK(board_number("rotor") > 0);
	CHECK_EQ(board_number("coils"), 0);
	CHECK_EQ(device_metric("homing_attempts_total", "hy300_motor_homing_attempts_total"),
		 attempts + 1);
	CHECK_EQ(device_metric("homing_successes_total", "hy300_motor_homing_successes_total"),
		 successes + 1);
	CHECK_EQ(device_metric("homed_status", "hy300_motor_homing_state{state=\"homed\"}"), 1);
}

static void homing_from_the_closed_switch(void)
{
	motor_reset();
	board_set("rotor", -8);
	CHECK_EQ(device_write("home", "1"), 0);
	CHECK(motor_rests(10000));
	CHECK_EQ(device_number("homed"), 1);
	CHECK(board_number("rotor") > 0);
}

static void the_rotor_follows_a_move(void)
{
	double moved, changed, stepped;
	long zero, lost;

	motor_homed();
	zero = board_number("rotor");
	lost = board_number("lost_steps");
	moved = movements();
	changed = changes();
	stepped = steps();
	CHECK_EQ(move(120), 0);
	CHECK_EQ(device_number("target_position"), 120);
	CHECK_EQ(device_number("moving"), 1);
	CHECK(motor_rests(10000));
	CHECK_EQ(device_number("position"), 120);
	CHECK_EQ(board_number("rotor"), zero + 120);
	CHECK_EQ(board_number("lost_steps"), lost);
	CHECK_EQ(board_number("coils"), 0);
	CHECK_EQ(movements(), moved + 1);
	CHECK_EQ(changes(), changed + 1);
	CHECK_EQ(steps(), stepped + 120);
	CHECK_EQ(device_metric("current_position", "hy300_motor_position_steps"), 120);
	CHECK_EQ(device_metric("current_position", "hy300_motor_target_steps"), 120);
}

static void the_phase_survives_from_move_to_move(void)
{
	long zero, lost, target;

	motor_homed();
	zero = board_number("rotor");
	lost = board_number("lost_steps");
	for (target = 1; target <= 11; target++) {
		CHECK_EQ(move(target), 0);
		CHECK(motor_rests(2000));
		CHECK_EQ(board_number("rotor"), zero + target);
	}
	for (target = 10; target >= 0; target -= 2) {
		CHECK_EQ(move(target), 0);
		CHECK(motor_rests(2000));
		CHECK_EQ(board_number("rotor"), zero + target);
	}
	CHECK_EQ(board_number("lost_steps"), lost);
}

static void the_whole_range(void)
{
	long zero, max = device_number("max_position");

	motor_homed();
	zero = board_number("rotor");
	CHECK_EQ(move(max), 0);
	CHECK(motor_rests(30000));
	CHECK_EQ(device_number("position"), max);
	CHECK_EQ(board_number("rotor"), zero + max);
	CHECK_EQ(move(max + 1), -ERANGE);
	CHECK_EQ(move(0), 0);
	CHECK(motor_rests(30000));
	CHECK_EQ(device_number("position"), 0);
	CHECK_EQ(board_number("rotor"), zero);
	CHECK_STR(device_read("fault"), "none");
}

static void a_new_target_supersedes_the_old_one(void)
{
	double moved, changed;

	motor_homed();
	moved = movements();
	changed = changes();
	CHECK_EQ(move(400), 0);
	CHECK(motor_passes(20, 5000));
	CHECK_EQ(move(10), 0);
	CHECK_EQ(device_number("target_position"), 10);
	CHECK(motor_rests(10000));
	CHECK_EQ(device_number("position"), 10);
	CHECK_EQ(movements(), moved + 2);
	CHECK_EQ(changes(), changed + 1);
}

static void a_stop_ends_the_move_at_the_next_step(void)
{
	long zero, position;

	motor_homed();
	zero = board_number("rotor");
	CHECK_EQ(move(400), 0);
	CHECK(motor_passes(20, 5000));
	CHECK_EQ(device_write("stop", "1"), 0);
	CHECK(motor_rests(500));
	position = device_number("position");
	CHECK(position >= 20 && position < 400);
	CHECK_EQ(device_number("target_position"), position);
	CHECK_EQ(board_number("rotor"), zero + position);
	CHECK_EQ(board_number("coils"), 0);
	CHECK_EQ(device_number("homed"), 1);
	CHECK_EQ(move(0), 0);
	CHECK(motor_rests(10000));
	CHECK_EQ(board_number("rotor"), zero);
}

static void a_stop_at_rest_stops_nothing_later(void)
{
	motor_homed();
	CHECK_EQ(device_write("stop", "1"), 0);
	CHECK_EQ(move(5), 0);
	CHECK(motor_rests(2000));
	CHECK_EQ(device_number("position"), 5);
}

static void a_move_to_where_the_motor_is(void)
{
	double stepped;

	motor_homed();
	stepped = steps();
	CHECK_EQ(move(0), 0);
	CHECK_EQ(device_number("moving"), 0);
	CHECK_EQ(steps(), stepped);
}

static void orders_during_homing(void)
{
	motor_reset();
	CHECK_EQ(device_write("home", "1"), 0);
	CHECK_EQ(device_write("home", "1"), -EBUSY);
	CHECK_EQ(move(10), -EAGAIN);
	CHECK_EQ(device_write("stop", "1"), 0);
	CHECK(motor_rests(500));
	CHECK_EQ(device_number("homed"), 0);
	CHECK_STR(device_read("fault"), "none");
	CHECK_EQ(device_metric("homed_status", "hy300_motor_homing_state{state=\"unhomed\"}"), 1);
	CHECK_EQ(board_number("coils"), 0);
}

static void attributes_are_readable_during_a_move(void)
{
	long first, last;

	motor_homed();
	CHECK_EQ(move(300), 0);
	CHECK(motor_passes(5, 5000));
	first = device_number("position");
	CHECK_EQ(device_number("moving"), 1);
	CHECK_EQ(device_metric("current_position", "hy300_motor_moving"), 1);
	CHECK(motor_passes(first + 5, 5000));
	last = device_metric("current_position", "hy300_motor_position_steps");
	CHECK(last > first);
	CHECK(motor_rests(10000));
}

static const struct ktap_test tests[] = {
	{ "homing ends clear of the switch", homing_ends_clear_of_the_switch },
	{ "homing from the closed switch", homing_from_the_closed_switch },
	{ "the rotor follows a move", the_rotor_follows_a_move },
	{ "the phase survives from move to move", the_phase_survives_from_move_to_move },
	{ "the whole range", the_whole_range },
	{ "a new target supersedes the old one", a_new_target_supersedes_the_old_one },
	{ "a stop ends the move at the next step", a_stop_ends_the_move_at_the_next_step },
	{ "a stop at rest stops nothing later", a_stop_at_rest_stops_nothing_later },
	{ "a move to where the motor is", a_move_to_where_the_motor_is },
	{ "orders during homing", orders_during_homing },
	{ "attributes are readable during a move", attributes_are_readable_during_a_move },
};

int main(int argc, char **argv)
{
	device_init(argc, argv);
	return ktap_run(tests, ARRAY_SIZE(tests));
}
