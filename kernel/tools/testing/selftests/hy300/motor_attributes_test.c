// SPDX-License-Identifier: GPL-2.0
/*
 * The motor's attributes at rest: what they say and what they refuse.
 */
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "ktap.h"
#include "device.h"
#include "motor.h"

static void state_of_a_motor_at_rest(void)
{
	long position;

	motor_reset();
	position = device_number("position");
	CHECK_EQ(device_number("target_position"), position);
	CHECK_EQ(device_number("moving"), 0);
	CHECK_EQ(device_number("homed"), 0);
	CHECK_EQ(device_number("limit_switch"), 0);
	CHECK_STR(device_read("fault"), "none");
	CHECK(device_number("max_position") > 0);
}

static void limit_switch_is_read_live(void)
{
	motor_reset();
	board_set("rotor", -3);
	CHECK_EQ(device_number("limit_switch"), 1);
	board_set("rotor", 40);
	CHECK_EQ(device_number("limit_switch"), 0);
	board_set("fail_reads", 100);
	CHECK(!device_read("limit_switch") && errno == EIO);
	board_set("fail_reads", 0);
	CHECK_EQ(device_number("limit_switch"), 0);
}

static void a_motor_that_is_not_homed_refuses_to_move(void)
{
	motor_reset();
	CHECK_EQ(device_write("target_position", "10"), -EAGAIN);
	CHECK_EQ(device_number("moving"), 0);
}

static void a_homed_motor_refuses_what_is_no_position(void)
{
	static const struct {
		const char *text;
		int error;
	} stores[] = {
		{ "abc", -EINVAL }, { "12x", -EINVAL }, { "1.5", -EINVAL }, { "\n", -EINVAL },
		{ "-1", -ERANGE }, { "5000", -ERANGE }, { "2147483647", -ERANGE },
		{ "99999999999999999999", -ERANGE },
	};
	double steps;
	unsigned int i;

	motor_homed();
	steps = device_metric("steps_total", "hy300_motor_steps_total");
	for (i = 0; i < ARRAY_SIZE(stores); i++)
		CHECK_EQ(device_write("target_position", stores[i].text), stores[i].error);
	CHECK_EQ(device_number("moving"), 0);
	CHECK_EQ(device_number("position"), 0);
	CHECK_EQ(device_number("target_position"), 0);
	CHECK_EQ(device_metric("steps_total", "hy300_motor_steps_total"), steps);
}

static void orders_are_given_by_writing_1(void)
{
	motor_reset();
	CHECK_EQ(device_write("home", "0"), -EINVAL);
	CHECK_EQ(device_write("home", "please"), -EINVAL);
	CHECK_EQ(device_write("stop", "0"), -EINVAL);
	CHECK_EQ(device_write("stop", "2"), -EINVAL);
	CHECK_EQ(device_write("stop", "1\n"), 0);
	CHECK_EQ(device_number("moving"), 0);
}

static void directions_of_access(void)
{
	static const char * const read_only[] = {
		"position", "moving", "homed", "limit_switch", "max_position", "steps_total",
	};
	static const char * const write_only[] = { "home", "stop" };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(read_only); i++)
		CHECK(device_open(read_only[i], O_WRONLY) < 0 && errno == EACCES);
	for (i = 0; i < ARRAY_SIZE(write_only); i++)
		CHECK(device_open(write_only[i], O_RDONLY) < 0 && errno == EACCES);
}

static const struct ktap_test tests[] = {
	{ "state of a motor at rest", state_of_a_motor_at_rest },
	{ "limit_switch is read live", limit_switch_is_read_live },
	{ "a motor that is not homed refuses to move", a_motor_that_is_not_homed_refuses_to_move },
	{ "a homed motor refuses what is no position", a_homed_motor_refuses_what_is_no_position },
	{ "orders are given by writing 1", orders_are_given_by_writing_1 },
	{ "directions of access", directions_of_access },
};

int main(int argc, char **argv)
{
	device_init(argc, argv);
	return ktap_run(tests, ARRAY_SIZE(tests));
}
