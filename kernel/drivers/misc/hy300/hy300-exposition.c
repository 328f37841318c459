// SPDX-License-Identifier: GPL-2.0
/*
 * Prometheus text in a sysfs page: the lines of the metric attributes of every subsystem.
 *
 * The format is the text exposition format 0.0.4: a HELP and a TYPE line for a family, then its
 * series.
 */
#include <linux/export.h>
#include <linux/math64.h>
#include <linux/printk.h>
#include <linux/string.h>
#include <linux/sysfs.h>
#include <linux/time64.h>
#include <linux/hy300.h>

/* Half a line would make the whole page unreadable, so a line that does not fit is left out. */
static __printf(2, 3) void hy300_page_line(struct hy300_page *page, const char *fmt, ...)
{
	int room = PAGE_SIZE - page->len;
	va_list args;
	int len;

	va_start(args, fmt);
	len = vsnprintf(page->buf + page->len, room, fmt, args);
	va_end(args);

	if (len < room) {
		page->len += len;
	} else {
		page->buf[page->len] = '\0';
		pr_warn_once("a metric attribute does not fit into a page\n");
	}
}

/*
 * Characters that are kept of a label's value, and room for two labels and the
 * unit when each of these has to be escaped and names have at most 16.
 */
#define HY300_LABEL_VALUE	64
#define HY300_LABELS		320

/* Adds name="value" to a set of labels. */
static int hy300_add_label(char *buf, int len, const char *name, const char *value)
{
	int i;

	len += sprintf(buf + len, "%c%.16s=\"", len ? ',' : '{', name);
	for (i = 0; i < HY300_LABEL_VALUE && value[i]; i++) {
		if (value[i] == '"' || value[i] == '\\' || value[i] == '\n')
			buf[len++] = '\\';
		buf[len++] = value[i] == '\n' ? 'n' : value[i];
	}
	buf[len++] = '"';
	buf[len] = '\0';
	return len;
}

/* The labels of a series, "" for none: up to two of its own, and the unit of a further device. */
static const char *hy300_labels(const struct hy300_page *page, char *buf, const char *label,
				const char *value, const char *label2, const char *value2)
{
	char unit[12];
	int len = 0;

	buf[0] = '\0';
	if (label)
		len = hy300_add_label(buf, len, label, value);
	if (label2)
		len = hy300_add_label(buf, len, label2, value2);
	if (page->sub->index) {
		snprintf(unit, sizeof(unit), "%u", page->sub->index);
		len = hy300_add_label(buf, len, "unit", unit);
	}
	if (len)
		strcpy(buf + len, "}");
	return buf;
}

/**
 * hy300_page_family - begin a metric family
 * @page: where to
 * @family: its name
 * @type: counter or gauge
 * @help: one sentence without a line feed or a backslash
 */
void hy300_page_family(struct hy300_page *page, const char *family, const char *type,
		       const char *help)
{
	hy300_page_line(page, "# HELP %s %s\n# TYPE %s %s\n", family, help, family, type);
}
EXPORT_SYMBOL_GPL(hy300_page_family);

/**
 * hy300_page_label2 - add a series with two labels
 * @page: where to
 * @family: name of its family
 * @label: name of the first label, or NULL
 * @label_value: its value
 * @label2: name of the second label, or NULL
 * @label_value2: its value
 * @value: value of the series
 */
void hy300_page_label2(struct hy300_page *page, const char *family, const char *label,
		       const char *label_value, const char *label2, const char *label_value2,
		       s64 value)
{
	char labels[HY300_LABELS];

	hy300_page_line(page, "%s%s %lld\n", family,
			hy300_labels(page, labels, label, label_value, label2, label_value2),
			value);
}
EXPORT_SYMBOL_GPL(hy300_page_label2);

/**
 * hy300_page_label - add a series with one label
 * @page: where to
 * @family: name of its family
 * @label: name of the label, or NULL
 * @label_value: value of the label
 * @value: value of the series
 */
void hy300_page_label(struct hy300_page *page, const char *family, const char *label,
		      const char *label_value, s64 value)
{
	hy300_page_label2(page, family, label, label_value, NULL, NULL, value);
}
EXPORT_SYMBOL_GPL(hy300_page_label);

/**
 * hy300_page_value - add the only series of a family
 * @page: where to
 * @family: name of its family
 * @value: value of the series
 */
void hy300_page_value(struct hy300_page *page, const char *family, s64 value)
{
	hy300_page_label(page, family, NULL, NULL, value);
}
EXPORT_SYMBOL_GPL(hy300_page_value);

/* The only series of a family, with nine digits behind the point */
static void hy300_page_fraction(struct hy300_page *page, const char *family, u64 billionths)
{
	u32 rest;
	u64 whole = div_u64_rem(billionths, NSEC_PER_SEC, &rest);
	char labels[HY300_LABELS];

	hy300_page_line(page, "%s%s %llu.%09u\n", family,
			hy300_labels(page, labels, NULL, NULL, NULL, NULL), whole, rest);
}

/**
 * hy300_page_seconds - add the only series of a family that is a time in seconds
 * @page: where to
 * @family: name of its family
 * @nanoseconds: value of the series, in nanoseconds
 */
void hy300_page_seconds(struct hy300_page *page, const char *family, u64 nanoseconds)
{
	hy300_page_fraction(page, family, nanoseconds);
}
EXPORT_SYMBOL_GPL(hy300_page_seconds);

/**
 * hy300_page_ratio - add the only series of a family that is a ratio
 * @page: where to
 * @family: name of its family
 * @part: the part
 * @whole: what it is a part of; the ratio to 0 is 0
 */
void hy300_page_ratio(struct hy300_page *page, const char *family, u32 part, u32 whole)
{
	hy300_page_fraction(page, family, whole ? div_u64((u64)part * NSEC_PER_SEC, whole) : 0);
}
EXPORT_SYMBOL_GPL(hy300_page_ratio);

/**
 * hy300_page_single - add a family of one series
 * @page: where to
 * @family: its name
 * @type: counter or gauge
 * @help: one sentence without a line feed or a backslash
 * @value: value of the series
 */
void hy300_page_single(struct hy300_page *page, const char *family, const char *type,
		       const char *help, s64 value)
{
	hy300_page_family(page, family, type, help);
	hy300_page_value(page, family, value);
}
EXPORT_SYMBOL_GPL(hy300_page_single);

/**
 * hy300_page_state_set - add a family with one series for each word, 1 for the one that holds
 * @page: where to
 * @family: its name
 * @help: one sentence without a line feed or a backslash
 * @label: name of the label that carries the word
 * @words: the words
 * @count: how many
 * @current_word: index of the one that holds
 */
void hy300_page_state_set(struct hy300_page *page, const char *family, const char *help,
			  const char *label, const char * const *words, unsigned int count,
			  unsigned int current_word)
{
	unsigned int i;

	hy300_page_family(page, family, "gauge", help);
	for (i = 0; i < count; i++)
		hy300_page_label(page, family, label, words[i], i == current_word);
}
EXPORT_SYMBOL_GPL(hy300_page_state_set);

/**
 * hy300_page_changes - add the counters of hy300_notify(), one for each state attribute
 * @page: where to
 * @family: name of the family
 */
void hy300_page_changes(struct hy300_page *page, const char *family)
{
	const struct hy300_subsystem *sub = page->sub;
	unsigned int i;

	hy300_page_family(page, family, "counter",
			  "Changes of a state attribute that were notified.");
	for (i = 0; i < sub->nr_states; i++)
		hy300_page_label(page, family, "attribute", sub->states[i],
				 atomic64_read(&sub->changes[i]));
}
EXPORT_SYMBOL_GPL(hy300_page_changes);
