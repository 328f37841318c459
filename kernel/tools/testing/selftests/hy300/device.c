// SPDX-License-Identifier: GPL-2.0
/*
 * What the tests of a class device do again and again.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "device.h"

/* What waits for less looks for what should not come. */
#define SHORTEST_WAIT_MS	500
/* What waits ends as soon as it comes: a slow machine fails no test. */
#define LEAST_MS		20000

const char *device_class;
const char *device_board;
int device_unit;

void device_init(int argc, char **argv)
{
	if (argc != 4) {
		fprintf(stderr, "usage: %s CLASS-DEVICE BOARD-DEBUGFS UNIT\n", argv[0]);
		exit(2);
	}
	device_class = argv[1];
	device_board = argv[2];
	device_unit = atoi(argv[3]);
}

static int open_in(const char *directory, const char *name, int flags)
{
	char path[256];

	snprintf(path, sizeof(path), "%s/%s", directory, name);
	return open(path, flags | O_CLOEXEC);
}

const char *file_read(const char *directory, const char *name)
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

int file_write(const char *directory, const char *name, const char *text)
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
	const char *text = file_read(directory, name);
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

const char *device_read(const char *attribute)
{
	return file_read(device_class, attribute);
}

int device_write(const char *attribute, const char *text)
{
	return file_write(device_class, attribute, text);
}

int device_open(const char *attribute, int flags)
{
	return open_in(device_class, attribute, flags);
}

long device_number(const char *attribute)
{
	return number_in(device_class, attribute);
}

/* The series without its label unit, which is added for all motors but the first. */
double device_metric(const char *attribute, const char *series)
{
	const char *text = device_read(attribute);
	char name[160];
	size_t len = strlen(series);
	const char *line;

	if (!device_unit)
		snprintf(name, sizeof(name), "%s ", series);
	else if (series[len - 1] == '}')
		snprintf(name, sizeof(name), "%.*s,unit=\"%d\"} ", (int)len - 1, series,
			 device_unit);
	else
		snprintf(name, sizeof(name), "%s{unit=\"%d\"} ", series, device_unit);
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
	return number_in(device_board, knob);
}

void board_write(const char *knob, const char *text)
{
	int ret = file_write(device_board, knob, text);

	if (ret) {
		printf("# %s/%s refuses \"%s\": %s\n", device_board, knob, text, strerror(-ret));
		exit(1);
	}
}

void board_set(const char *knob, long value)
{
	char text[24];

	snprintf(text, sizeof(text), "%ld", value);
	board_write(knob, text);
}

bool can_sleep(void)
{
	return !access("/sys/power/pm_test", F_OK);
}

int sleep_and_wake(void)
{
	int ret = file_write("/sys/module/suspend/parameters", "pm_test_delay", "0");

	if (!ret)
		ret = file_write("/sys/power", "pm_test", "devices");
	if (!ret) {
		ret = file_write("/sys/power", "state", "freeze");
		file_write("/sys/power", "pm_test", "none");
	}
	return ret;
}

long long now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000LL + now.tv_nsec / 1000000;
}

int patience(int milliseconds)
{
	const char *times = getenv("HY300_PATIENCE");
	int long_enough = times ? milliseconds * atoi(times) : milliseconds;

	if (milliseconds >= SHORTEST_WAIT_MS && long_enough < LEAST_MS)
		long_enough = LEAST_MS;
	return long_enough;
}
