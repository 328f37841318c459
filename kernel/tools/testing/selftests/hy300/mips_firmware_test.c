// SPDX-License-Identifier: GPL-2.0
/*
 * Loading: a firmware that is right gets into the processor's memory and
 * boots; one that is not changes nothing; both are counted.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "ktap.h"
#include "mips.h"

#define SIZE	100001

/* One load, which the counters must show. */
static int load(const char *name)
{
	double attempts = mips_loads("attempts"), successes = mips_loads("successes");
	double failures = mips_loads("failures");
	int ret = device_write("load_firmware", name);

	CHECK_EQ(mips_loads("attempts"), attempts + 1);
	CHECK_EQ(mips_loads("successes"), successes + !ret);
	CHECK_EQ(mips_loads("failures"), failures + !!ret);
	return ret;
}

static void check_loaded(const char *name, size_t size, uint32_t crc)
{
	char series[160];

	CHECK_EQ(device_metric("firmware_status", "hy300_mips_firmware_size_bytes"), size);
	CHECK_EQ(device_metric("memory_stats",
			       "hy300_mips_memory_usage_bytes{region=\"firmware\"}"), size);
	snprintf(series, sizeof(series), "hy300_mips_firmware_info{name=\"%s\",crc32=\"%08x\"}",
		 name, crc);
	CHECK_EQ(device_metric("firmware_status", series), 1);
	CHECK_EQ(device_metric("firmware_status", "hy300_mips_firmware_loaded"), 1);
	CHECK_EQ(device_number("firmware_loaded"), 1);
}

static void loaded_and_restarted(void)
{
	uint32_t crc = mips_expected_crc32();

	mips_attach_again();
	free(mips_make_firmware("test.bin", SIZE, crc));
	board_set("mips/crc_length", SIZE);
	CHECK_EQ(load("test.bin"), 0);
	CHECK_EQ(mips_board_crc32("memory_crc32"), crc);
	check_loaded("test.bin", SIZE, crc);
	CHECK_EQ(device_metric("firmware_status", "hy300_mips_attached"), 0);
	/* It is held until it is restarted. */
	CHECK_STR(device_read("state"), "off");
	CHECK_EQ(device_write("keystone", MIPS_STRAIGHT), -EAGAIN);
	CHECK_EQ(device_write("restart", "1"), 0);
	CHECK(mips_becomes("running", 2000));
	/* What the processor booted from is what was in the file. */
	CHECK_EQ(mips_board_crc32("booted_crc32"), crc);
	CHECK_EQ(device_write("keystone", "1 1 1 1 1 1 1 1"), 0);
	CHECK_EQ(mips_board_crc32("memory_crc32"), crc);
	check_loaded("test.bin", SIZE, crc);
}

static void without_a_name_it_is_the_device_trees(void)
{
	static const char * const names[] = { "display.bin", "hy310.bin" };
	const char *name = names[device_unit];
	uint32_t crc = mips_expected_crc32();

	mips_remove_firmware(name);
	CHECK_EQ(load("\n"), -ENOENT);
	free(mips_make_firmware(name, 4096, crc));
	CHECK_EQ(load("\n"), 0);
	check_loaded(name, 4096, crc);
	mips_remove_firmware(name);
}

/* The loads that fail leave everything as it is: firmware, state, memory. */
static void check_refused(const char *name, int error)
{
	uint32_t crc = mips_board_crc32("memory_crc32");
	long boots = board_number("mips/boots");

	CHECK_EQ(load(name), error);
	CHECK_STR(device_read("state"), "running");
	CHECK_EQ(device_number("firmware_loaded"), 1);
	CHECK_EQ(mips_board_crc32("memory_crc32"), crc);
	CHECK_EQ(board_number("mips/boots"), boots);
}

static void a_wrong_crc(void)
{
	mips_reset();
	free(mips_make_firmware("wrong.bin", SIZE, mips_expected_crc32() ^ 1));
	board_set("mips/crc_length", SIZE);
	check_refused("wrong.bin", -EBADMSG);
}

static void too_large(void)
{
	size_t room = mips_region_size("firmware");

	mips_reset();
	board_set("mips/crc_length", 4096);
	free(mips_make_firmware("large.bin", room + 1, mips_expected_crc32()));
	check_refused("large.bin", -EFBIG);
	/* To the last byte is not too large. */
	free(mips_make_firmware("large.bin", room, mips_expected_crc32()));
	CHECK_EQ(load("large.bin"), 0);
	board_set("mips/crc_length", room);
	CHECK_EQ(mips_board_crc32("memory_crc32"), mips_expected_crc32());
	mips_remove_firmware("large.bin");
}

static void empty_or_missing(void)
{
	mips_reset();
	board_set("mips/crc_length", 4096);
	free(mips_make_firmware("empty.bin", 0, 0));
	/* The loader of the kernel refuses an empty file before the driver does. */
	check_refused("empty.bin", -EINVAL);
	mips_remove_firmware("missing.bin");
	check_refused("missing.bin", -ENOENT);
}

static void not_a_plain_name(void)
{
	static const char * const names[] = {
		"../etc/passwd", "/etc/passwd", "a/b", "..", ".hidden", "a b", "a\"b", "a\nb",
		"a\\b", "\x7f", "\xc3\xa4.bin", "a%sb", "a;b",
	};
	char name[MIPSLOADER_NAME_SIZE + 1];
	unsigned int i;

	mips_reset();
	for (i = 0; i < ARRAY_SIZE(names); i++) {
		if (load(names[i]) != -EINVAL)
			ktap_fail(__FILE__, __LINE__, "\"%s\" is not refused", names[i]);
	}
	/* 63 characters are a name, if of no file; 64 have no room for the NUL. */
	memset(name, 'x', sizeof(name));
	name[MIPSLOADER_NAME_SIZE] = '\0';
	CHECK_EQ(load(name), -EINVAL);
	name[MIPSLOADER_NAME_SIZE - 1] = '\0';
	CHECK_EQ(load(name), -ENOENT);
	CHECK_STR(device_read("state"), "running");
}

static void memory_that_does_not_keep_it(void)
{
	double errors = mips_errors("verify");

	mips_reset();
	free(mips_make_firmware("test.bin", SIZE, mips_expected_crc32()));
	board_set("mips/spoil_loads", 1);
	CHECK_EQ(load("test.bin"), -EIO);
	CHECK_EQ(mips_errors("verify"), errors + 1);
	CHECK_EQ(device_number("firmware_loaded"), 0);
	CHECK(!strstr(device_read("firmware_status"), "hy300_mips_firmware_info"));
	/* Half a firmware is not started. */
	CHECK_STR(device_read("state"), "off");
	CHECK_EQ(device_write("restart", "1"), -ENOEXEC);
	CHECK_EQ(load("test.bin"), 0);
	CHECK_EQ(device_write("restart", "1"), 0);
	CHECK(mips_becomes("running", 2000));
}

static void registers_that_fail(void)
{
	double errors;

	mips_reset();
	free(mips_make_firmware("test.bin", SIZE, mips_expected_crc32()));
	board_write("mips/interrupt_works", "N");
	errors = mips_errors("register");
	board_set("mips/fail_accesses", 1000);
	CHECK_EQ(load("test.bin"), -EIO);
	CHECK_STR(device_read("state"), "unknown");
	board_set("mips/fail_accesses", 0);
	CHECK(mips_errors("register") > errors);
	/* Nothing was written: it could not be stopped. */
	CHECK(mips_becomes("running", 1000));
	CHECK_EQ(load("test.bin"), 0);
}

static const struct ktap_test tests[] = {
	{ "loaded and restarted", loaded_and_restarted },
	{ "without a name it is the device tree's", without_a_name_it_is_the_device_trees },
	{ "a wrong CRC", a_wrong_crc },
	{ "too large", too_large },
	{ "empty or missing", empty_or_missing },
	{ "not a plain name", not_a_plain_name },
	{ "memory that does not keep it", memory_that_does_not_keep_it },
	{ "registers that fail", registers_that_fail },
};

int main(int argc, char **argv)
{
	mips_init(argc, argv);
	return ktap_run(tests, ARRAY_SIZE(tests));
}
