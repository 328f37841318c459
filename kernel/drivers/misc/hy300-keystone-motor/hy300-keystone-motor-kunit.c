// SPDX-License-Identifier: GPL-2.0
/*
 * KUnit tests of the keystone motor's step sequence.
 */

#include <kunit/test.h>
#include <linux/bitops.h>
#include <linux/kernel.h>
#include <linux/module.h>

#include "hy300-keystone-motor-sequence.h"

static const u8 hy300_table[] = { 0x9, 0x8, 0xc, 0x4, 0x6, 0x2, 0x3, 0x1 };
static const u8 hy310_table[] = { 0x1, 0x9, 0x8, 0xa, 0x2, 0x6, 0x4, 0x5 };
static const u8 full_steps[] = { 0x9, 0xc, 0x6, 0x3 };

static void a_turn_passes_every_pattern_in_order(struct kunit *test)
{
	unsigned int phase = 0, i;

	for (i = 0; i < ARRAY_SIZE(hy300_table); i++) {
		KUNIT_EXPECT_EQ(test, phase, i);
		phase = hy300_motor_next_phase(phase, ARRAY_SIZE(hy300_table), HY300_CLOCKWISE);
	}
	KUNIT_EXPECT_EQ(test, phase, 0);
}

static void counterclockwise_is_the_reverse(struct kunit *test)
{
	unsigned int lengths[] = { ARRAY_SIZE(full_steps), ARRAY_SIZE(hy310_table), 16 };
	unsigned int i, phase, next;

	for (i = 0; i < ARRAY_SIZE(lengths); i++) {
		for (phase = 0; phase < lengths[i]; phase++) {
			next = hy300_motor_next_phase(phase, lengths[i], HY300_CLOCKWISE);
			KUNIT_EXPECT_LT(test, next, lengths[i]);
			KUNIT_EXPECT_EQ(test, phase,
					hy300_motor_next_phase(next, lengths[i],
							       HY300_COUNTERCLOCKWISE));
		}
	}
}

static void the_first_step_back_is_to_the_last_pattern(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, 7, hy300_motor_next_phase(0, 8, HY300_COUNTERCLOCKWISE));
	KUNIT_EXPECT_EQ(test, 3, hy300_motor_next_phase(0, 4, HY300_COUNTERCLOCKWISE));
}

/* A rotor follows a half-step only: one coil that goes on or off. */
static void half_steps_switch_one_coil(struct kunit *test, const u8 *table, unsigned int length)
{
	unsigned int phase = 0, i, next;

	for (i = 0; i < 2 * length; i++) {
		next = hy300_motor_next_phase(phase, length, HY300_COUNTERCLOCKWISE);
		KUNIT_EXPECT_EQ(test, 1, hweight8(table[phase] ^ table[next]));
		phase = next;
	}
}

static void half_steps_of_real_boards_switch_one_coil(struct kunit *test)
{
	half_steps_switch_one_coil(test, hy300_table, ARRAY_SIZE(hy300_table));
	half_steps_switch_one_coil(test, hy310_table, ARRAY_SIZE(hy310_table));
}

static void tables_of_real_boards_are_good(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, -1, hy300_motor_bad_pattern(hy300_table, ARRAY_SIZE(hy300_table)));
	KUNIT_EXPECT_EQ(test, -1, hy300_motor_bad_pattern(hy310_table, ARRAY_SIZE(hy310_table)));
	KUNIT_EXPECT_EQ(test, -1, hy300_motor_bad_pattern(full_steps, ARRAY_SIZE(full_steps)));
}

static void a_bad_pattern_is_found_where_it_stands(struct kunit *test)
{
	const u8 no_coil[] = { 0x9, 0x8, 0x0, 0x4 };
	const u8 fifth_coil[] = { 0x9, 0x8, 0xc, 0x10 };
	const u8 twice[] = { 0xf, 0xff, 0x0 };

	KUNIT_EXPECT_EQ(test, 2, hy300_motor_bad_pattern(no_coil, ARRAY_SIZE(no_coil)));
	KUNIT_EXPECT_EQ(test, 3, hy300_motor_bad_pattern(fifth_coil, ARRAY_SIZE(fifth_coil)));
	KUNIT_EXPECT_EQ(test, 1, hy300_motor_bad_pattern(twice, ARRAY_SIZE(twice)));
}

static struct kunit_case hy300_motor_cases[] = {
	KUNIT_CASE(a_turn_passes_every_pattern_in_order),
	KUNIT_CASE(counterclockwise_is_the_reverse),
	KUNIT_CASE(the_first_step_back_is_to_the_last_pattern),
	KUNIT_CASE(half_steps_of_real_boards_switch_one_coil),
	KUNIT_CASE(tables_of_real_boards_are_good),
	KUNIT_CASE(a_bad_pattern_is_found_where_it_stands),
	{ }
};

static struct kunit_suite hy300_motor_suite = {
	.name = "hy300-keystone-motor",
	.test_cases = hy300_motor_cases,
};

kunit_test_suite(hy300_motor_suite);

MODULE_DESCRIPTION("KUnit tests of the keystone motor of the HY300 projector");
MODULE_LICENSE("GPL");
