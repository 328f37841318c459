// SPDX-License-Identifier: GPL-2.0
/*
 * The metric attributes of the MIPS co-processor: Prometheus text, each family
 * in one attribute, every name that the interface promises, and the same on
 * the class device and on the character device.
 */
#include <stdlib.h>

#include "ktap.h"
#include "mips.h"

static const char * const attributes[] = {
	"memory_stats", "register_access_count", "firmware_status", "communication_errors",
};

static const char * const promised[] = {
	"hy300_mips_memory_usage_bytes", "hy300_mips_memory_size_bytes",
	"hy300_mips_register_access_total", "hy300_mips_interrupts_total",
	"hy300_mips_firmware_loaded", "hy300_mips_firmware_load_attempts_total",
	"hy300_mips_firmware_load_successes_total", "hy300_mips_firmware_load_failures_total",
	"hy300_mips_firmware_size_bytes", "hy300_mips_firmware_info",
	"hy300_mips_firmware_expected_info", "hy300_mips_state", "hy300_mips_attached",
	"hy300_mips_keystone_offset", "hy300_mips_state_changes_total",
	"hy300_mips_communication_errors_total", "hy300_mips_orders_total",
};

static int found[ARRAY_SIZE(promised)];

static int family_of(const char *name, size_t len)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(promised); i++) {
		if (strlen(promised[i]) == len && !strncmp(promised[i], name, len))
			return i;
	}
	return -1;
}

/* One series line: name of the family, labels with the unit of a second processor, a number. */
static void check_series(const char *line, int family)
{
	size_t len = strlen(promised[family]);
	const char *value = strrchr(line, ' ');
	char unit[24], *end;

	snprintf(unit, sizeof(unit), "unit=\"%d\"}", device_unit);
	if (strncmp(line, promised[family], len) || (line[len] != ' ' && line[len] != '{') ||
	    !value || (strtod(value + 1, &end), end == value + 1) || *end ||
	    (device_unit ? !strstr(line, unit) : !!strstr(line, "unit=")))
		ktap_fail(__FILE__, __LINE__, "\"%s\" is no series of %s", line, promised[family]);
}

static void check_page(const char *text)
{
	char *page = strdup(text), *rest = page, *line;
	int family = -1, series = 1;

	while ((line = strsep(&rest, "\n"))) {
		if (!strncmp(line, "# HELP ", 7)) {
			CHECK(series);
			family = family_of(line + 7, strcspn(line + 7, " "));
			if (family < 0)
				ktap_fail(__FILE__, __LINE__, "\"%s\" is not promised", line);
			found[family]++;
			series = 0;
		} else if (!strncmp(line, "# TYPE ", 7)) {
			const char *type = strrchr(line, ' ') + 1;
			size_t len = strlen(promised[family]);

			CHECK_EQ(family_of(line + 7, strcspn(line + 7, " ")), family);
			CHECK_EQ(!strcmp(type, "counter"),
				 !strcmp(promised[family] + len - 6, "_total"));
			CHECK(!strcmp(type, "counter") || !strcmp(type, "gauge"));
		} else {
			CHECK(family >= 0);
			check_series(line, family);
			series++;
		}
	}
	CHECK(series);
	free(page);
}

static void loaded(void)
{
	mips_attach_again();
	free(mips_make_firmware("metrics-1.bin", 1000, mips_expected_crc32()));
	CHECK_EQ(device_write("load_firmware", "metrics-1.bin"), 0);
	mips_reset();
}

static void every_family_stands_once(void)
{
	unsigned int i;

	loaded();
	memset(found, 0, sizeof(found));
	for (i = 0; i < ARRAY_SIZE(attributes); i++) {
		const char *text = device_read(attributes[i]);

		CHECK(text && strlen(text) < PAGE_BYTES - 1);
		check_page(text);
	}
	for (i = 0; i < ARRAY_SIZE(promised); i++) {
		if (found[i] != 1)
			ktap_fail(__FILE__, __LINE__, "%s stands in %d attributes", promised[i],
				  found[i]);
	}
}

static void the_node_shows_the_same(void)
{
	unsigned int i, try;

	loaded();
	for (i = 0; i < ARRAY_SIZE(attributes); i++) {
		for (try = 0; try < 10; try++) {
			char *text = strdup(device_read(attributes[i]));
			const char *other = file_read(mips_misc_directory(), attributes[i]);
			int same = other && !strcmp(text, other);

			free(text);
			if (same)
				break;
		}
		/* The driver looks at the state now and then, which counts. */
		if (try == 10)
			ktap_fail(__FILE__, __LINE__, "%s differs", attributes[i]);
	}
}

static void the_regions(void)
{
	static const char * const regions[] = {
		"boot_code", "firmware", "debug", "config", "tse_database", "framebuffer",
	};
	static const long hy300[] = { 4096, 12582912, 1048576, 262144, 1048576, 27262976 };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(regions); i++)
		CHECK(mips_region_size(regions[i]) > 0);
	/* The board that makes itself has a smaller memory. */
	if (!device_unit && mips_region_size("firmware") == 12582912) {
		for (i = 0; i < ARRAY_SIZE(regions); i++)
			CHECK_EQ(mips_region_size(regions[i]), hy300[i]);
	}
}

static const struct ktap_test tests[] = {
	{ "every family stands once", every_family_stands_once },
	{ "the node shows the same", the_node_shows_the_same },
	{ "the regions", the_regions },
};

int main(int argc, char **argv)
{
	mips_init(argc, argv);
	return ktap_run(tests, ARRAY_SIZE(tests));
}
