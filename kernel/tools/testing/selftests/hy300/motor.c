// SPDX-License-Identifier: GPL-2.0
/*
 * What the motor's tests do again and again.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "motor.h"

const char *motor_class;
const char *motor_board;
int motor_unit;

void motor_init(int argc, char **argv)
{
	if (argc != 4) {
		fprintf(stderr, "usage: %s CLASS-DEVICE BOARD-DEBUGFS UNIT\n", argv[0]);
		exit(2);
	}
	motor_class = argv[1];
	motor_board = argv[2];
	motor_unit = atoi(argv[3]);
}

static int open_in(const char *directory, const char *name, int flags)
{
	char path[256];

	snprintf(path, sizeof(path), "%s/%s", directory, name);
	return open(path, flags | O_CLOEXEC);
}

static const char *read_in(const char *directory, const char *name)
{
	static char text[PAGE_BYTES + 1];
	int fd = open_in(directory, name, O_RDONLY);
	int error;
	ssize_t len;

	if (fd < 0)
		return NULL;
	len = read(fd, text, PAGE_BYTES);
	error = errno;
	close(fd);
	errno = error;
	if (len < 0)
		return NULL;
	text[len] = '\0';
	if (len && text[len - 1] == '\n')
		text[len - 1] = '\0';
	return text;
}

static int write_in(const char *directory, const char *name, const char *text)
{
	int fd = open_in(directory, name, O_WRONLY);
	int ret;

	if (fd < 0)
		return -errno;
	ret = write(fd, text, strlen(text)) < 0 ? -errno : 0;
	close(fd);
	return ret;
}

static long number_in(const char *directory, const char *name)
{
	const char *text = read_in(directory, name);
	char *end;
	long value;

	if (!text) {
		printf("# %s/%s: %s\n", directory, name, strerror(errno));
		exit(1);
	}
	value = strtol(text, &end, 0);
	if (end == text || *end) {
		printf("# %s/%s says \"%s\"\n", directory, name, text);
		exit(1);
	}
	return value;
}

const char *motor_read(const char *attribute)
{
	return read_in(motor_class, attribute);
}

int motor_write(const char *attribute, const char *text)
{
	return write_in(motor_class, attribute, text);
}

int motor_open(const char *attribute, int flags)
{
	return open_in(motor_class, attribute, flags);
}

long motor_number(const char *attribute)
{
	return number_in(motor_class, attribute);
}

/* The series without its label unit, which is added for all motors but the first. */
double motor_metric(const char *attribute, const char *series)
{
	const char *text = motor_read(attribute);
	char name[160];
	size_t len = strlen(series);
	const char *line;

	if (!motor_unit)
		snprintf(name, sizeof(name), "%s ", series);
	else if (series[len - 1] == '}')
		snprintf(name, sizeof(name), "%.*s,unit=\"%d\"} ", (int)len - 1, series,
			 motor_unit);
	else
		snprintf(name, sizeof(name), "%s{unit=\"%d\"} ", series, motor_unit);
	for (line = text; line; line = strchr(line, '\n')) {
		if (*line == '\n')
			line++;
		if (!strncmp(line, name, strlen(name)))
			return strtod(line + strlen(name), NULL);
	}
	printf("# no series %s in %s\n", name, attribute);
	exit(1);
}

long board_number(const char *knob)
{
	return number_in(motor_board, knob);
}

void board_write(const char *knob, const char *text)
{
	int ret = write_in(motor_board, knob, text);

	if (ret) {
		printf("# %s/%s refuses \"%s\": %s\n", motor_board, knob, text, strerror(-ret));
		exit(1);
	}
}

void board_set(const char *knob, long value)
{
	char text[24];

	snprintf(text, sizeof(text), "%ld", value);
	board_write(knob, text);
}

long long now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000LL + now.tv_nsec / 1000000;
}

bool motor_rests(int milliseconds)
{
	long long end = now_ms() + milliseconds;

	while (motor_number("moving")) {
		if (now_ms() > end)
			return false;
		usleep(1000);
	}
	return true;
}

bool motor_passes(long position, int milliseconds)
{
	long long end = now_ms() + milliseconds;

	while (motor_number("position") < position) {
		if (now_ms() > end)
			return false;
		usleep(500);
	}
	return true;
}

void motor_reset(void)
{
	motor_write("stop", "1");
	motor_rests(1000);
	board_write("switch_mode", "ok");
	board_set("switch_at", 0);
	board_set("fail_reads", 0);
	board_set("rotor", 40);
	motor_write("fault", "none");
	/* A homing that is stopped leaves the motor unhomed. */
	motor_write("home", "1");
	motor_write("stop", "1");
	motor_rests(1000);
	motor_write("fault", "none");
	board_set("rotor", 40);
}

void motor_homed(void)
{
	motor_reset();
	if (motor_write("home", "1") || !motor_rests(10000) || motor_number("homed") != 1) {
		printf("# the motor does not home: %s\n", motor_read("fault"));
		exit(1);
	}
}
