// SPDX-License-Identifier: GPL-2.0
/*
 * The metric attributes: Prometheus text that any scraper reads, each family in
 * one attribute, every name that the interface promises.
 */
#include <ctype.h>
#include <dirent.h>
#include <stdlib.h>

#include "ktap.h"
#include "device.h"
#include "motor.h"

#define MAX_FAMILIES	64

static char families[MAX_FAMILIES][80];
static int family_count;

static const char * const promised[] = {
	"hy300_motor_position_steps", "hy300_motor_movements_total", "hy300_motor_steps_total",
	"hy300_motor_homed", "hy300_motor_homing_attempts_total",
	"hy300_motor_homing_successes_total", "hy300_motor_position_changes_total",
	"hy300_motor_gpio_phase_transitions_total", "hy300_motor_limit_switch_triggers_total",
	"hy300_motor_step_errors_total", "hy300_motor_moving", "hy300_motor_fault",
	"hy300_motor_target_steps", "hy300_motor_limit_switch", "hy300_motor_homing_state",
	"hy300_motor_gpio_state", "hy300_motor_step_interval_seconds",
};

static bool known(const char *family)
{
	int i;

	for (i = 0; i < family_count; i++) {
		if (!strcmp(families[i], family))
			return true;
	}
	return false;
}

/* One series line of the family: name, labels with the unit of a second motor, a number. */
static void check_sample(const char *attribute, const char *line, const char *family)
{
	size_t len = strlen(family);
	char unit[24], *end;
	const char *value = strrchr(line, ' ');

	if (strncmp(line, family, len) || (line[len] != ' ' && line[len] != '{') || !value)
		ktap_fail(__FILE__, __LINE__, "%s: \"%s\" is no series of %s", attribute, line,
			  family);
	strtod(value + 1, &end);
	if (end == value + 1 || *end)
		ktap_fail(__FILE__, __LINE__, "%s: \"%s\" has no number", attribute, line);
	snprintf(unit, sizeof(unit), "unit=\"%d\"}", device_unit);
	if (device_unit ? !strstr(line, unit) : !!strstr(line, "unit="))
		ktap_fail(__FILE__, __LINE__, "%s: \"%s\" has the wrong unit", attribute, line);
}

static void check_page(const char *attribute, char *text)
{
	char family[80] = "", type[16] = "", help[80];
	char *line, *rest = text;
	bool counter = false;
	int samples = 0;

	while ((line = strsep(&rest, "\n"))) {
		if (!strncmp(line, "# HELP ", 7)) {
			CHECK(!family[0] || samples);
			CHECK(sscanf(line, "# HELP %79s %79[^\n]", family, help) == 2);
			if (known(family))
				ktap_fail(__FILE__, __LINE__, "%s: %s stands elsewhere too",
					  attribute, family);
			CHECK(family_count < MAX_FAMILIES);
			strcpy(families[family_count++], family);
			samples = 0;
		} else if (!strncmp(line, "# TYPE ", 7)) {
			char again[80];

			CHECK(sscanf(line, "# TYPE %79s %15s", again, type) == 2);
			CHECK_STR(again, family);
			counter = !strcmp(type, "counter");
			CHECK(counter || !strcmp(type, "gauge"));
			CHECK_EQ(counter, strlen(family) > 6 &&
				 !strcmp(family + strlen(family) - 6, "_total"));
		} else {
			check_sample(attribute, line, family);
			samples++;
		}
	}
	CHECK(samples);
}

static void every_metric_attribute_is_well_formed(void)
{
	static char text[PAGE_BYTES + 1];
	DIR *directory = opendir(device_class);
	struct dirent *entry;
	const char *read;

	CHECK(directory);
	family_count = 0;
	while ((entry = readdir(directory))) {
		if (entry->d_type != DT_REG)
			continue;
		read = device_read(entry->d_name);
		if (!read || strncmp(read, "# HELP ", 7))
			continue;
		strcpy(text, read);
		CHECK(strlen(text) < PAGE_BYTES - 1);
		check_page(entry->d_name, text);
	}
	closedir(directory);
}

static void every_promised_family_is_there(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(promised); i++) {
		if (!known(promised[i]))
			ktap_fail(__FILE__, __LINE__, "no family %s", promised[i]);
	}
}

static void gpio_state_is_the_coils(void)
{
	char series[64];
	long coils, line;

	motor_homed();
	CHECK_EQ(device_write("target_position", "400"), 0);
	CHECK(motor_passes(10, 5000));
	/* The pattern changes under way, so what both say is looked for until it agrees. */
	for (int try = 0; ; try++) {
		long seen = 0;

		coils = board_number("coils");
		for (line = 0; line < 4; line++) {
			snprintf(series, sizeof(series),
				 "hy300_motor_gpio_state{line=\"phase%ld\"}", line);
			seen |= (long)device_metric("gpio_phase_transitions_total", series) << line;
		}
		if (coils && seen == coils)
			break;
		CHECK(try < 1000);
	}
	CHECK_EQ(device_write("stop", "1"), 0);
	CHECK(motor_rests(500));
	CHECK_EQ(device_metric("gpio_phase_transitions_total",
			       "hy300_motor_gpio_state{line=\"phase0\"}"), 0);
}

static const struct ktap_test tests[] = {
	{ "every metric attribute is well formed", every_metric_attribute_is_well_formed },
	{ "every promised family is there", every_promised_family_is_there },
	{ "gpio_state is the coils", gpio_state_is_the_coils },
};

int main(int argc, char **argv)
{
	device_init(argc, argv);
	return ktap_run(tests, ARRAY_SIZE(tests));
}
