// SPDX-License-Identifier: GPL-2.0
/*
 * What the motor's tests do again and again.
 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "device.h"
#include "motor.h"

bool motor_rests(int milliseconds)
{
	long long end = now_ms() + patience(milliseconds);

	while (device_number("moving")) {
		if (now_ms() > end)
			return false;
		usleep(1000);
	}
	return true;
}

bool motor_passes(long position, int milliseconds)
{
	long long end = now_ms() + patience(milliseconds);

	while (device_number("position") < position) {
		if (now_ms() > end)
			return false;
		usleep(500);
	}
	return true;
}

void motor_reset(void)
{
	device_write("stop", "1");
	motor_rests(1000);
	board_write("switch_mode", "ok");
	board_set("switch_at", 0);
	board_set("fail_reads", 0);
	board_set("rotor", 40);
	device_write("fault", "none");
	/* A homing that is stopped leaves the motor unhomed. */
	device_write("home", "1");
	device_write("stop", "1");
	motor_rests(1000);
	device_write("fault", "none");
	board_set("rotor", 40);
}

void motor_homed(void)
{
	motor_reset();
	if (device_write("home", "1") || !motor_rests(10000) || device_number("homed") != 1) {
		printf("# the motor does not home: %s\n", device_read("fault"));
		exit(1);
	}
}
