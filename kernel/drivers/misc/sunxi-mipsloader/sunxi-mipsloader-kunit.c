// SPDX-License-Identifier: GPL-2.0
/*
 * KUnit tests of what a keystone correction, a firmware's name and a layout of
 * the MIPS co-processor's memory must look like.
 */

#include <kunit/test.h>
#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/sizes.h>

#include "sunxi-mipsloader-logic.c"

static void eight_numbers_are_read(struct kunit *test)
{
	static const s32 expected[SUNXI_MIPS_CORNERS] = { -100, 100, 0, 1, -1, 50, -50, 7 };
	s32 corners[SUNXI_MIPS_CORNERS];

	KUNIT_EXPECT_EQ(test, 0, sunxi_mips_parse_corners("-100 100 0 1 -1 50 -50 7", corners));
	KUNIT_EXPECT_EQ(test, 0, memcmp(corners, expected, sizeof(corners)));
	KUNIT_EXPECT_EQ(test, 0,
			sunxi_mips_parse_corners("\t-100  +100 00 1\n-1 50 -50 7\x20\n", corners));
	KUNIT_EXPECT_EQ(test, 0, memcmp(corners, expected, sizeof(corners)));
}

static void anything_else_is_refused(struct kunit *test)
{
	static const struct {
		const char *text;
		int error;
	} cases[] = {
		{ "", -EINVAL },
		{ "\x20\n", -EINVAL },
		{ "1 2 3 4 5 6 7", -EINVAL },
		{ "1 2 3 4 5 6 7 8 9", -EINVAL },
		{ "1 2 3 4 5 6 7 x", -EINVAL },
		{ "1 2 3 4 5 6 7 8x", -EINVAL },
		{ "1,2,3,4,5,6,7,8", -EINVAL },
		{ "1 2 3 4 5 6 7 -", -EINVAL },
		{ "1 2 3 4 5 6 7 --8", -EINVAL },
		{ "1 2 3 4 5 6 7 0x8", -EINVAL },
		{ "1 2 3 4 5 6 7 8.0", -EINVAL },
		{ "101 0 0 0 0 0 0 0", -ERANGE },
		{ "0 0 0 0 0 0 0 -101", -ERANGE },
		{ "0 0 0 0 0 0 0 2147483648", -ERANGE },
		{ "0 0 0 0 0 0 0 123456789012345", -ERANGE },
		{ "0 0 0 0 0 0 0 1234567890123456", -EINVAL },
	};
	s32 corners[SUNXI_MIPS_CORNERS] = { 42 };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		KUNIT_EXPECT_EQ_MSG(test, cases[i].error,
				    sunxi_mips_parse_corners(cases[i].text, corners),
				    "\"%s\"", cases[i].text);
		KUNIT_EXPECT_EQ(test, 42, corners[0]);
	}
}

static void plain_names(struct kunit *test)
{
	KUNIT_EXPECT_TRUE(test, sunxi_mips_plain_name("display.bin"));
	KUNIT_EXPECT_TRUE(test, sunxi_mips_plain_name("a"));
	KUNIT_EXPECT_TRUE(test, sunxi_mips_plain_name("Display_v1.2-rc3+4.bin"));
	KUNIT_EXPECT_FALSE(test, sunxi_mips_plain_name(""));
	KUNIT_EXPECT_FALSE(test, sunxi_mips_plain_name(".."));
	KUNIT_EXPECT_FALSE(test, sunxi_mips_plain_name(".bin"));
	KUNIT_EXPECT_FALSE(test, sunxi_mips_plain_name("a/b"));
	KUNIT_EXPECT_FALSE(test, sunxi_mips_plain_name("../a"));
}

/* Of all bytes, only those that are listed; the locale of nobody matters. */
static void every_byte_of_a_name(struct kunit *test)
{
	char name[3] = "a?";
	int byte;

	for (byte = 1; byte < 256; byte++) {
		bool plain = (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
			     (byte >= '0' && byte <= '9') || byte == '.' || byte == '_' ||
			     byte == '+' || byte == '-';

		name[1] = byte;
		KUNIT_EXPECT_EQ_MSG(test, plain, sunxi_mips_plain_name(name), "byte %d", byte);
	}
}

static const struct sunxi_mips_region hy300_layout[SUNXI_MIPS_REGIONS] = {
	{ 0x000000, 0x0001000 }, { 0x001000, 0x0c00000 }, { 0xc01000, 0x0100000 },
	{ 0xd01000, 0x0040000 }, { 0xd41000, 0x0100000 }, { 0xe41000, 0x1a00000 },
};

static void layouts(struct kunit *test)
{
	struct sunxi_mips_region layout[SUNXI_MIPS_REGIONS];
	unsigned int i;

	/* As the stock device tree has it, the framebuffer past the end of the memory */
	KUNIT_EXPECT_EQ(test, 0, sunxi_mips_check_layout(hy300_layout, 0x2800000));
	/* Just enough for what Linux writes to, and a byte less */
	KUNIT_EXPECT_EQ(test, 0, sunxi_mips_check_layout(hy300_layout, 0xd01000));
	KUNIT_EXPECT_EQ(test, -ENOSPC, sunxi_mips_check_layout(hy300_layout, 0xd00fff));

	for (i = 0; i < SUNXI_MIPS_REGIONS; i++) {
		memcpy(layout, hy300_layout, sizeof(layout));
		layout[i].size = 0;
		KUNIT_EXPECT_EQ(test, -EINVAL, sunxi_mips_check_layout(layout, SZ_64M));
		if (i == SUNXI_MIPS_FRAMEBUFFER)
			break;
		layout[i].size = hy300_layout[i].size + 1;
		KUNIT_EXPECT_EQ(test, -EINVAL, sunxi_mips_check_layout(layout, SZ_64M));
	}

	memcpy(layout, hy300_layout, sizeof(layout));
	layout[SUNXI_MIPS_DEBUG].size = 31;
	KUNIT_EXPECT_EQ(test, -EINVAL, sunxi_mips_check_layout(layout, SZ_64M));
	/* Offset and size together are more than 32 bits hold. */
	memcpy(layout, hy300_layout, sizeof(layout));
	layout[SUNXI_MIPS_FIRMWARE].size = U32_MAX;
	KUNIT_EXPECT_EQ(test, -ENOSPC, sunxi_mips_check_layout(layout, SZ_64M));
}

static struct kunit_case sunxi_mips_cases[] = {
	KUNIT_CASE(eight_numbers_are_read),
	KUNIT_CASE(anything_else_is_refused),
	KUNIT_CASE(plain_names),
	KUNIT_CASE(every_byte_of_a_name),
	KUNIT_CASE(layouts),
	{ }
};

static struct kunit_suite sunxi_mips_suite = {
	.name = "sunxi-mipsloader",
	.test_cases = sunxi_mips_cases,
};

kunit_test_suite(sunxi_mips_suite);

MODULE_DESCRIPTION("KUnit tests of the MIPS co-processor's driver");
MODULE_LICENSE("GPL");
