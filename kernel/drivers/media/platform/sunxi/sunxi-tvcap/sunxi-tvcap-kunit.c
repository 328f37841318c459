// SPDX-License-Identifier: GPL-2.0
/*
 * HDMI input of Allwinner's H713: KUnit tests of what samples of the input mean.
 */

#include <kunit/test.h>

#include "sunxi-tvcap-logic.c"

static const struct sunxi_tvcap_input nothing;
static const struct sunxi_tvcap_input no_lock = { .connected = true };
static const struct sunxi_tvcap_input hd = {
	.connected = true, .locked = true, .width = 1280, .height = 720, .rate = 60000,
};

static const struct sunxi_tvcap_input full_hd = {
	.connected = true, .locked = true, .width = 1920, .height = 1080, .rate = 59940,
};

static struct sunxi_tvcap *new_input(struct kunit *test)
{
	struct sunxi_tvcap *tvcap = kunit_kzalloc(test, sizeof(*tvcap), GFP_KERNEL);

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, tvcap);
	tvcap->debounce_samples = 3;
	return tvcap;
}

static unsigned int take(struct sunxi_tvcap *tvcap, const struct sunxi_tvcap_input *sample,
			 unsigned int times)
{
	unsigned int changes = 0;

	while (times--)
		changes += sunxi_tvcap_take(tvcap, sample);
	return changes;
}

static void a_plug_is_believed_after_three_samples(struct kunit *test)
{
	struct sunxi_tvcap *tvcap = new_input(test);

	KUNIT_EXPECT_EQ(test, take(tvcap, &hd, 2), 0);
	KUNIT_EXPECT_FALSE(test, tvcap->input.connected);
	KUNIT_EXPECT_FALSE(test, tvcap->input.locked);
	/* The lock and the mode come with it. */
	KUNIT_EXPECT_EQ(test, take(tvcap, &hd, 1), 1);
	KUNIT_EXPECT_TRUE(test, tvcap->input.connected);
	KUNIT_EXPECT_TRUE(test, tvcap->input.locked);
	KUNIT_EXPECT_EQ(test, tvcap->input.width, 1280);
	KUNIT_EXPECT_EQ(test, take(tvcap, &hd, 10), 0);
	KUNIT_EXPECT_EQ(test, tvcap->count.hotplug_events, 1);
	KUNIT_EXPECT_EQ(test, tvcap->count.signal_changes, 1);
	KUNIT_EXPECT_EQ(test, tvcap->count.format_changes, 1);
}

static void a_plug_that_bounces_is_not_believed(struct kunit *test)
{
	struct sunxi_tvcap *tvcap = new_input(test);
	int i;

	for (i = 0; i < 20; i++) {
		KUNIT_EXPECT_EQ(test, take(tvcap, &no_lock, 2), 0);
		KUNIT_EXPECT_EQ(test, take(tvcap, &nothing, 1), 0);
	}
	KUNIT_EXPECT_FALSE(test, tvcap->input.connected);
}

static void a_lock_that_flickers_stays(struct kunit *test)
{
	struct sunxi_tvcap *tvcap = new_input(test);
	int i;

	take(tvcap, &hd, 3);
	for (i = 0; i < 20; i++) {
		KUNIT_EXPECT_EQ(test, take(tvcap, &no_lock, 2), 0);
		KUNIT_EXPECT_EQ(test, take(tvcap, &hd, 1), 0);
	}
	KUNIT_EXPECT_TRUE(test, tvcap->input.locked);
	KUNIT_EXPECT_EQ(test, tvcap->count.signal_changes, 1);
}

static void a_lock_that_flickers_is_found(struct kunit *test)
{
	struct sunxi_tvcap *tvcap = new_input(test);

	take(tvcap, &no_lock, 3);
	KUNIT_EXPECT_FALSE(test, tvcap->input.locked);
	KUNIT_EXPECT_EQ(test, take(tvcap, &hd, 1), 1);
	KUNIT_EXPECT_TRUE(test, tvcap->input.locked);
}

static void a_lost_signal_has_no_mode(struct kunit *test)
{
	struct sunxi_tvcap *tvcap = new_input(test);

	take(tvcap, &hd, 3);
	KUNIT_EXPECT_EQ(test, take(tvcap, &no_lock, 3), 1);
	KUNIT_EXPECT_TRUE(test, tvcap->input.connected);
	KUNIT_EXPECT_FALSE(test, tvcap->input.locked);
	KUNIT_EXPECT_EQ(test, tvcap->input.width, 0);
	KUNIT_EXPECT_EQ(test, tvcap->input.rate, 0);
	KUNIT_EXPECT_EQ(test, tvcap->count.signal_changes, 2);
}

static void another_mode_is_believed_after_three_samples(struct kunit *test)
{
	struct sunxi_tvcap *tvcap = new_input(test);

	take(tvcap, &hd, 3);
	KUNIT_EXPECT_EQ(test, take(tvcap, &full_hd, 2), 0);
	KUNIT_EXPECT_EQ(test, take(tvcap, &hd, 1), 0);
	KUNIT_EXPECT_EQ(test, take(tvcap, &full_hd, 2), 0);
	KUNIT_EXPECT_EQ(test, tvcap->input.width, 1280);
	KUNIT_EXPECT_EQ(test, take(tvcap, &full_hd, 1), 1);
	KUNIT_EXPECT_EQ(test, tvcap->input.width, 1920);
	KUNIT_EXPECT_EQ(test, tvcap->count.format_changes, 2);
}

static void timings_are_found(struct kunit *test)
{
	struct sunxi_tvcap_input input = hd;
	struct v4l2_dv_timings timings;

	KUNIT_EXPECT_EQ(test, sunxi_tvcap_find_timings(&nothing, &timings), -ENOLINK);
	KUNIT_EXPECT_EQ(test, sunxi_tvcap_find_timings(&no_lock, &timings), -ENOLCK);
	KUNIT_EXPECT_EQ(test, sunxi_tvcap_find_timings(&hd, &timings), 0);
	KUNIT_EXPECT_EQ(test, timings.bt.pixelclock, 74250000);
	/* 59.94 Hz is 60 Hz with a clock that is slower by a thousandth. */
	KUNIT_EXPECT_EQ(test, sunxi_tvcap_find_timings(&full_hd, &timings), 0);
	KUNIT_EXPECT_EQ(test, timings.bt.pixelclock, 148500000);
	input.rate = 61000;
	KUNIT_EXPECT_EQ(test, sunxi_tvcap_find_timings(&input, &timings), 0);
	KUNIT_EXPECT_EQ(test, timings.bt.standards, 0);
	KUNIT_EXPECT_EQ(test, timings.bt.pixelclock, 1280 * 720 * 61);
	input.width = SUNXI_TVCAP_MAX_WIDTH + 2;
	KUNIT_EXPECT_EQ(test, sunxi_tvcap_find_timings(&input, &timings), -ERANGE);
	input.width = SUNXI_TVCAP_MIN_WIDTH - 2;
	KUNIT_EXPECT_EQ(test, sunxi_tvcap_find_timings(&input, &timings), -ERANGE);
	input.width = SUNXI_TVCAP_MIN_WIDTH;
	KUNIT_EXPECT_EQ(test, sunxi_tvcap_find_timings(&input, &timings), 0);
}

static struct kunit_case sunxi_tvcap_cases[] = {
	KUNIT_CASE(a_plug_is_believed_after_three_samples),
	KUNIT_CASE(a_plug_that_bounces_is_not_believed),
	KUNIT_CASE(a_lock_that_flickers_stays),
	KUNIT_CASE(a_lock_that_flickers_is_found),
	KUNIT_CASE(a_lost_signal_has_no_mode),
	KUNIT_CASE(another_mode_is_believed_after_three_samples),
	KUNIT_CASE(timings_are_found),
	{ }
};

static struct kunit_suite sunxi_tvcap_suite = {
	.name = "sunxi-tvcap",
	.test_cases = sunxi_tvcap_cases,
};

kunit_test_suite(sunxi_tvcap_suite);

MODULE_DESCRIPTION("KUnit tests of the HDMI input's logic");
MODULE_LICENSE("GPL");
