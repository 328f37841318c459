// SPDX-License-Identifier: GPL-2.0
/*
 * KUnit tests of the Prometheus text that hy300 makes for the metric
 * attributes.
 */

#include <kunit/test.h>
#include <linux/module.h>
#include <linux/string.h>
#include <linux/hy300.h>

static const char * const words[] = { "none", "stuck", "timeout" };

/* What the attributes work with: a page, and the subsystem that it is about. */
struct fixture {
	struct hy300_subsystem sub;
	struct hy300_page page;
	char long_value[256];
};

static int exposition_init(struct kunit *test)
{
	struct fixture *fixture = kunit_kzalloc(test, sizeof(*fixture), GFP_KERNEL);

	if (!fixture)
		return -ENOMEM;
	fixture->page.buf = kunit_kzalloc(test, PAGE_SIZE, GFP_KERNEL);
	if (!fixture->page.buf)
		return -ENOMEM;
	fixture->page.sub = &fixture->sub;
	test->priv = fixture;
	return 0;
}

/* The page holds exactly this, and its length says so. */
static void expect_page(struct kunit *test, const char *text)
{
	struct fixture *fixture = test->priv;

	KUNIT_EXPECT_STREQ(test, fixture->page.buf, text);
	KUNIT_EXPECT_EQ(test, fixture->page.len, strlen(text));
}

static void a_family_of_one_series(struct kunit *test)
{
	struct fixture *fixture = test->priv;

	hy300_page_single(&fixture->page, "a_steps", "gauge", "Position in steps.", -7);
	expect_page(test, "# HELP a_steps Position in steps.\n# TYPE a_steps gauge\na_steps -7\n");
}

static void the_extremes_of_a_value(struct kunit *test)
{
	struct fixture *fixture = test->priv;

	hy300_page_value(&fixture->page, "a", S64_MAX);
	hy300_page_value(&fixture->page, "a", S64_MIN);
	expect_page(test, "a 9223372036854775807\na -9223372036854775808\n");
}

static void the_unit_of_a_further_device(struct kunit *test)
{
	struct fixture *fixture = test->priv;

	fixture->sub.index = 3;
	hy300_page_value(&fixture->page, "a", 1);
	hy300_page_label(&fixture->page, "a", "line", "phase0", 2);
	hy300_page_label2(&fixture->page, "a", "block", "tvtop", "register", "ctrl", 4);
	hy300_page_seconds(&fixture->page, "a", 1);
	expect_page(test,
		    "a{unit=\"3\"} 1\n"
		    "a{line=\"phase0\",unit=\"3\"} 2\n"
		    "a{block=\"tvtop\",register=\"ctrl\",unit=\"3\"} 4\n"
		    "a{unit=\"3\"} 0.000000001\n");
}

static void label_values_are_escaped(struct kunit *test)
{
	struct fixture *fixture = test->priv;

	hy300_page_label(&fixture->page, "a", "name", "x\"y\\z\n", 1);
	expect_page(test, "a{name=\"x\\\"y\\\\z\\n\"} 1\n");
}

static void a_long_label_value_is_cut(struct kunit *test)
{
	struct fixture *fixture = test->priv;
	char *value = fixture->long_value;
	char *expected = kunit_kzalloc(test, PAGE_SIZE, GFP_KERNEL);
	int i, len;

	KUNIT_ASSERT_NOT_NULL(test, expected);
	/* The worst case: all of it needs escaping, in both labels, beside a long unit. */
	memset(value, '"', sizeof(fixture->long_value) - 1);
	fixture->sub.index = U32_MAX;
	hy300_page_label2(&fixture->page, "a", "sixteen_letters_", value, "sixteen_letters2", value,
			  1);
	len = sprintf(expected, "a{sixteen_letters_=\"");
	for (i = 0; i < 64; i++)
		len += sprintf(expected + len, "\\\"");
	len += sprintf(expected + len, "\",sixteen_letters2=\"");
	for (i = 0; i < 64; i++)
		len += sprintf(expected + len, "\\\"");
	sprintf(expected + len, "\",unit=\"4294967295\"} 1\n");
	expect_page(test, expected);
}

static void seconds_have_nine_digits(struct kunit *test)
{
	struct fixture *fixture = test->priv;

	hy300_page_seconds(&fixture->page, "a", 0);
	hy300_page_seconds(&fixture->page, "a", 3000 * NSEC_PER_USEC);
	hy300_page_seconds(&fixture->page, "a", 90 * (u64)NSEC_PER_SEC + 5);
	expect_page(test, "a 0.000000000\na 0.003000000\na 90.000000005\n");
}

static void a_ratio_and_the_ratio_to_nothing(struct kunit *test)
{
	struct fixture *fixture = test->priv;

	hy300_page_ratio(&fixture->page, "a", 1, 4);
	hy300_page_ratio(&fixture->page, "a", 4, 4);
	hy300_page_ratio(&fixture->page, "a", 5, 0);
	hy300_page_ratio(&fixture->page, "a", U32_MAX, U32_MAX);
	expect_page(test, "a 0.250000000\na 1.000000000\na 0.000000000\na 1.000000000\n");
}

static void a_state_set_has_one_that_holds(struct kunit *test)
{
	struct fixture *fixture = test->priv;

	hy300_page_state_set(&fixture->page, "a", "Why.", "reason", words, ARRAY_SIZE(words), 1);
	expect_page(test,
		    "# HELP a Why.\n# TYPE a gauge\n"
		    "a{reason=\"none\"} 0\na{reason=\"stuck\"} 1\na{reason=\"timeout\"} 0\n");
}

static void changes_of_each_state(struct kunit *test)
{
	struct fixture *fixture = test->priv;

	fixture->sub.states = words;
	fixture->sub.nr_states = 2;
	atomic64_set(&fixture->sub.changes[1], 12345678901LL);
	hy300_page_changes(&fixture->page, "a_total");
	expect_page(test,
		    "# HELP a_total Changes of a state attribute that were notified.\n"
		    "# TYPE a_total counter\n"
		    "a_total{attribute=\"none\"} 0\na_total{attribute=\"stuck\"} 12345678901\n");
}

/* A scraper throws away a page that ends in the middle of a line. */
static void a_line_that_does_not_fit_is_left_out(struct kunit *test)
{
	struct fixture *fixture = test->priv;
	struct hy300_page *page = &fixture->page;
	char name[80];
	int last, room, rest;

	memset(name, 'a', sizeof(name));
	name[40] = '\0';
	hy300_page_value(page, name, 1);
	rest = page->len - strlen(name);
	do {
		hy300_page_value(page, name, 1);
		room = PAGE_SIZE - page->len;
	} while (room >= (int)sizeof(name));

	/* The last byte is the string's end: a line of all that is left is one byte too long. */
	last = page->len;
	name[40] = 'a';
	name[room - rest] = '\0';
	hy300_page_value(page, name, 1);
	KUNIT_EXPECT_EQ(test, page->len, last);
	KUNIT_EXPECT_EQ(test, strlen(page->buf), page->len);
	KUNIT_EXPECT_EQ(test, page->buf[page->len - 1], '\n');

	/* A shorter one may still find its place. */
	name[room - rest - 1] = '\0';
	hy300_page_value(page, name, 1);
	KUNIT_EXPECT_EQ(test, page->len, (int)PAGE_SIZE - 1);
	KUNIT_EXPECT_EQ(test, strlen(page->buf), page->len);
	KUNIT_EXPECT_EQ(test, page->buf[page->len - 1], '\n');
}

static struct kunit_case exposition_cases[] = {
	KUNIT_CASE(a_family_of_one_series),
	KUNIT_CASE(the_extremes_of_a_value),
	KUNIT_CASE(the_unit_of_a_further_device),
	KUNIT_CASE(label_values_are_escaped),
	KUNIT_CASE(a_long_label_value_is_cut),
	KUNIT_CASE(seconds_have_nine_digits),
	KUNIT_CASE(a_ratio_and_the_ratio_to_nothing),
	KUNIT_CASE(a_state_set_has_one_that_holds),
	KUNIT_CASE(changes_of_each_state),
	KUNIT_CASE(a_line_that_does_not_fit_is_left_out),
	{ }
};

static struct kunit_suite exposition_suite = {
	.name = "hy300-exposition",
	.init = exposition_init,
	.test_cases = exposition_cases,
};

kunit_test_suite(exposition_suite);

MODULE_DESCRIPTION("KUnit tests of the metric attributes' text");
MODULE_LICENSE("GPL");
