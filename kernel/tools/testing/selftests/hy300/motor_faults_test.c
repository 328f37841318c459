// SPDX-License-Identifier: GPL-2.0
/*
 * The limit switch in every way in which it fails, and what the motor makes of it.
 */
#include <errno.h>
#include <stdio.h>

#include "ktap.h"
#include "device.h"
#include "motor.h"

/* The fault stands, says so everywhere, refuses to move, and goes when it is cleared. */
static void check_fault(const char *fault)
{
	char series[64];

	CHECK_STR(device_read("fault"), fault);
	CHECK_EQ(device_number("homed"), 0);
	CHECK_EQ(board_number("coils"), 0);
	snprintf(series, sizeof(series), "hy300_motor_fault{reason=\"%s\"}", fault);
	CHECK_EQ(device_metric("homed_status", series), 1);
	CHECK_EQ(device_metric("homed_status", "hy300_motor_fault{reason=\"none\"}"), 0);
	CHECK_EQ(device_write("target_position", "10"), -EIO);
	CHECK_EQ(device_write("home", "1"), -EIO);
	CHECK_EQ(device_number("moving"), 0);

	CHECK_EQ(device_write("fault", "none"), 0);
	CHECK_STR(device_read("fault"), "none");
	CHECK_EQ(device_metric("homed_status", "hy300_motor_fault{reason=\"none\"}"), 1);
	CHECK_EQ(device_write("target_position", "10"), -EAGAIN);
}

static void check_recovery(void)
{
	motor_homed();
	CHECK_EQ(device_write("target_position", "10"), 0);
	CHECK(motor_rests(2000));
	CHECK_EQ(device_number("position"), 10);
}

static void a_switch_that_is_stuck_closed(void)
{
	motor_reset();
	board_write("switch_mode", "stuck_closed");
	CHECK_EQ(device_write("home", "1"), 0);
	CHECK(motor_rests(10000));
	CHECK_EQ(device_metric("homed_status", "hy300_motor_homing_state{state=\"failed\"}"), 1);
	check_fault("limit_switch_stuck");
	check_recovery();
}

static void a_switch_that_is_missing(void)
{
	double steps;

	motor_reset();
	board_write("switch_mode", "stuck_open");
	steps = device_metric("steps_total", "hy300_motor_steps_total");
	CHECK_EQ(device_write("home", "1"), 0);
	CHECK(motor_rests(30000));
	/* The budget of the device tree, and not a step more. */
	CHECK_EQ(device_metric("steps_total", "hy300_motor_steps_total"), steps + 1000);
	CHECK_EQ(device_metric("homed_status", "hy300_motor_homing_state{state=\"failed\"}"), 1);
	check_fault("homing_timeout");
	check_recovery();
}

static void a_switch_that_bounces(void)
{
	double triggers;

	motor_reset();
	board_write("switch_mode", "bouncing");
	triggers = device_metric("limit_switch_triggers_total",
				 "hy300_motor_limit_switch_triggers_total");
	CHECK_EQ(device_write("home", "1"), 0);
	CHECK(motor_rests(10000));
	CHECK_EQ(device_number("homed"), 1);
	CHECK_STR(device_read("fault"), "none");
	CHECK_EQ(device_metric("limit_switch_triggers_total",
			       "hy300_motor_limit_switch_triggers_total"), triggers + 1);
	CHECK(board_number("rotor") > 0);
}

static void a_switch_that_closes_during_a_move(void)
{
	long zero, position;

	motor_homed();
	zero = board_number("rotor");
	CHECK_EQ(device_write("target_position", "200"), 0);
	CHECK(motor_passes(20, 5000));
	board_write("switch_mode", "stuck_closed");
	CHECK(motor_rests(500));
	position = device_number("position");
	CHECK(position >= 20 && position < 200);
	CHECK_EQ(board_number("rotor"), zero + position);
	check_fault("limit_switch_unexpected");
	check_recovery();
}

static void a_move_from_the_closed_switch(void)
{
	double steps;

	motor_homed();
	board_write("switch_mode", "stuck_closed");
	steps = device_metric("steps_total", "hy300_motor_steps_total");
	CHECK_EQ(device_write("target_position", "200"), 0);
	CHECK(motor_rests(500));
	CHECK_EQ(device_metric("steps_total", "hy300_motor_steps_total"), steps);
	check_fault("limit_switch_unexpected");
	check_recovery();
}

static void a_switch_that_cannot_be_read(void)
{
	double errors;

	motor_homed();
	errors = device_metric("step_errors_total", "hy300_motor_step_errors_total");
	CHECK_EQ(device_write("target_position", "200"), 0);
	CHECK(motor_passes(20, 5000));
	board_set("fail_reads", 1);
	CHECK(motor_rests(500));
	CHECK_EQ(device_metric("step_errors_total", "hy300_motor_step_errors_total"), errors + 1);
	check_fault("step_error");
	check_recovery();
}

static void clearing_where_there_is_no_fault(void)
{
	motor_homed();
	CHECK_EQ(device_write("fault", "none"), 0);
	CHECK_EQ(device_number("homed"), 1);
}

static const struct ktap_test tests[] = {
	{ "a switch that is stuck closed", a_switch_that_is_stuck_closed },
	{ "a switch that is missing", a_switch_that_is_missing },
	{ "a switch that bounces", a_switch_that_bounces },
	{ "a switch that closes during a move", a_switch_that_closes_during_a_move },
	{ "a move from the closed switch", a_move_from_the_closed_switch },
	{ "a switch that cannot be read", a_switch_that_cannot_be_read },
	{ "clearing where there is no fault", clearing_where_there_is_no_fault },
};

int main(int argc, char **argv)
{
	device_init(argc, argv);
	return ktap_run(tests, ARRAY_SIZE(tests));
}
