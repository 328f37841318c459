// SPDX-License-Identifier: GPL-2.0
/*
 * Prometheus text in a sysfs page: the lines of the metric attributes of every subsystem.
 *
 * The format is the text exposition format 0.0.4: a HELP and a TYPE line for a family, then its
 * series. Label values come from the drivers' own tables and need no escaping.
 */
#include <linux/export.h>
#include <linux/math64.h>
#include <linux/printk.h>
#include <linux/sysfs.h>
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

/* "{reason="x",unit="1"}" with either part or both left out */
static const char *hy300_labels(const struct hy300_page *page, char *buf, size_t size,
				const char *label, const char *label_value)
{
	unsigned int unit = page->sub->index;

	if (label && unit)
		snprintf(buf, size, "{%s=\"%s\",unit=\"%u\"}", label, label_value, unit);
	else if (label)
		snprintf(buf, size, "{%s=\"%s\"}", label, label_value);
	else if (unit)
		snprintf(buf, size, "{unit=\"%u\"}", unit);
	else
		buf[0] = '\0';
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
	char labels[80];

	hy300_page_line(page, "%s%s %lld\n", family,
			hy300_labels(page, labels, sizeof(labels), label, label_value), value);
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

/**
 * hy300_page_seconds - add the only series of a family that is a time in seconds
 * @page: where to
 * @family: name of its family
 * @nanoseconds: value of the series, in nanoseconds
 */
void hy300_page_seconds(struct hy300_page *page, const char *family, u64 nanoseconds)
{
	u32 rest;
	u64 seconds = div_u64_rem(nanoseconds, 1000000000, &rest);
	char labels[80];

	hy300_page_line(page, "%s%s %llu.%09u\n", family,
			hy300_labels(page, labels, sizeof(labels), NULL, NULL), seconds, rest);
}
EXPORT_SYMBOL_GPL(hy300_page_seconds);

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
