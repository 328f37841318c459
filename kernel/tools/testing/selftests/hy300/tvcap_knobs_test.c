// SPDX-License-Identifier: GPL-2.0
/*
 * The virtual board's knobs take what the model can play, and nothing else: a
 * number that is too large is refused, and never becomes another one.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "device.h"
#include "ktap.h"
#include "tvcap.h"

static const struct {
	const char *name;
	unsigned long long most;
} knobs[] = {
	{ "hdmi_flicker", 1000000 }, { "hdmi_dead_irqs", 0x3ff }, { "hdmi_fail_irqs", 0x3ff },
	{ "hdmi_fail_frames", 1000000 }, { "fail_reads", 1000000 }, { "mips/boot_step_ms", 60000 },
	{ "mips/answer_ms", 60000 }, { "mips/fail_boots", 1000000 }, { "mips/lose_next", 1000000 },
	{ "mips/lose_percent", 100 }, { "mips/fail_accesses", 1000000 },
	{ "mips/spoil_loads", 1000000 }, { "mips/word", 0xffffffff },
};

static int write_number(const char *knob, unsigned long long value)
{
	char text[32];

	snprintf(text, sizeof(text), "%llu", value);
	return file_write(device_board, knob, text);
}

static void numbers_have_bounds(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(knobs); i++) {
		const char *name = knobs[i].name;
		long before = board_number(name);

		printf("# %s\n", name);
		CHECK(write_number(name, knobs[i].most + 1) < 0);
		CHECK(write_number(name, 1ULL << 32) < 0);
		CHECK(write_number(name, (1ULL << 32) + 1) < 0);
		CHECK(write_number(name, ~0ULL) < 0);
		CHECK(file_write(device_board, name, "-1") < 0);
		CHECK_EQ(board_number(name), before);
		CHECK_EQ(write_number(name, knobs[i].most), 0);
		CHECK_EQ(write_number(name, before), 0);
	}
}

static void modes_have_bounds(void)
{
	static const char * const modes[] = {
		"1280x720@536870912", "1280x720@0", "1280x720@240.001", "1280x720@241",
		"4294968576x720@60", "1280x4294968016@60", "8194x720@60", "0x720@60", "1281x720@60",
		"1280x720", "1280x720@", "1280x720@60.", "1280x720@60.5000", "1280x720@60 and",
		"-1280x720@60", "1280x720@-60", "", "@", "x", "1280x720@4294967296",
		"1280x720@60.4294967296",
	};
	unsigned int i;

	board_write("hdmi_mode", "1280x720@240");
	board_write("hdmi_mode", "8192x8192@1");
	board_write("hdmi_mode", "1280x720@59.940\n");
	for (i = 0; i < ARRAY_SIZE(modes); i++) {
		printf("# %s\n", modes[i]);
		CHECK(file_write(device_board, "hdmi_mode", modes[i]) < 0 || !*modes[i]);
		CHECK_STR(file_read(device_board, "hdmi_mode"), "1280x720@59.940");
	}
}

/* Whatever is written, the source's mode is one that the model can play. */
static void noise_leaves_a_mode(void)
{
	static const char letters[] = " 0123456789999x@.-\n";
	unsigned int width, height, hertz, thousandths, i, k;
	char text[31];
	int found;

	srand(20261128);
	for (i = 0; i < 5000; i++) {
		unsigned int length = rand() % (sizeof(text) - 1);

		for (k = 0; k < length; k++)
			text[k] = letters[rand() % (sizeof(letters) - 1)];
		text[length] = '\0';
		file_write(device_board, "hdmi_mode", text);
		found = sscanf(file_read(device_board, "hdmi_mode"), "%ux%u@%u.%u", &width, &height,
			       &hertz, &thousandths);
		CHECK_EQ(found, 4);
		CHECK(width && width <= 8192 && height && height <= 8192);
		CHECK(hertz && hertz * 1000 + thousandths <= 240000);
	}
}

static void the_source_sends_afterwards(void)
{
	struct stream stream;
	struct frame frame;

	tvcap_reset();
	stream_open(&stream, "640x480@60", V4L2_PIX_FMT_YUYV);
	stream_on(&stream);
	CHECK_EQ(stream_take(&stream, &frame, 2000), 0);
	stream_off(&stream);
	stream_close(&stream);
}

static const struct ktap_test tests[] = {
	{ "numbers have bounds", numbers_have_bounds },
	{ "modes have bounds", modes_have_bounds },
	{ "noise leaves a mode", noise_leaves_a_mode },
	{ "the source sends afterwards", the_source_sends_afterwards },
};

int main(int argc, char **argv)
{
	device_init(argc, argv);
	return ktap_run(tests, ARRAY_SIZE(tests));
}
