/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The class hy300: how a projector's drivers show their state, their
 * transitions and their metrics.
 */
#ifndef _LINUX_HY300_H
#define _LINUX_HY300_H

#include <linux/atomic.h>
#include <linux/idr.h>
#include <linux/types.h>

#include <uapi/linux/hy300.h>

struct attribute_group;
struct device;
struct kernfs_node;
struct notifier_block;
struct platform_device;
struct regmap;

/** HY300_MAX_STATES - most poll-able attributes that one subsystem may have */
#define HY300_MAX_STATES	16

/**
 * struct hy300_kind - a kind of subsystem, owned by the driver of that kind
 * @name: name of the first class device; further ones have their index added
 * @number: its number in transitions, enum hy300_subsystem_number
 * @indices: indices in use
 */
struct hy300_kind {
	const char *name;
	u32 number;
	struct ida indices;
};

/**
 * struct hy300_subsystem - one device of the class
 * @kind: what it is; set by the driver
 * @groups: its attributes, there before user space hears of the device; set by the driver
 * @states: names of the attributes that can be polled, in the order of the driver's
 *	enumeration in uapi/linux/hy300.h, at most HY300_MAX_STATES; set by the driver
 * @nr_states: how many; set by the driver
 * @dev: the class device, NULL when it could not be created
 * @index: 0 for the first of its kind; the series of the others carry it as label unit
 * @nodes: sysfs nodes of @states, NULL when they cannot be notified
 * @changes: how often each of @states was notified
 *
 * Embedded in the driver's own structure, which the attributes find by dev_get_drvdata().
 */
struct hy300_subsystem {
	struct hy300_kind *kind;
	const struct attribute_group **groups;
	const char * const *states;
	unsigned int nr_states;

	struct device *dev;
	unsigned int index;
	struct kernfs_node *nodes[HY300_MAX_STATES];
	atomic64_t changes[HY300_MAX_STATES];
};

bool hy300_taken(const char *path);
void devm_hy300_register(struct device *parent, struct hy300_subsystem *sub, void *drvdata);
void hy300_notify(struct hy300_subsystem *sub, unsigned int state, s64 value);

/**
 * struct hy300_transition - a state attribute has changed
 * @ktime_ns: when, ktime_get_ns()
 * @subsystem: whose, enum hy300_subsystem_number
 * @unit: which of its kind, 0 for the first
 * @event: which attribute, the enumeration of the subsystem in uapi/linux/hy300.h
 * @value: what it holds now: a number, or the number of a word
 */
struct hy300_transition {
	u64 ktime_ns;
	u32 subsystem;
	u32 unit;
	u32 event;
	s64 value;
};

int hy300_transitions_register(struct notifier_block *nb);
int hy300_transitions_unregister(struct notifier_block *nb);

/**
 * struct hy300_identity - how a driver knows registers that are not its parent's
 * @verified: they were seen on a device to be what the driver takes them for, and the read that
 *	identifies them to be harmless whatever state the device is in
 * @offset: of the register that identifies them
 * @value: what it reads
 */
struct hy300_identity {
	bool verified;
	u32 offset;
	u32 value;
};

/** HY300_TEST_IDENTITY - by which the drivers know memory that a test plays their registers on */
#define HY300_TEST_IDENTITY	0x48593354

bool hy300_part_of_board(struct device *dev);
struct regmap *devm_hy300_registers(struct platform_device *pdev, const char *name,
				    const struct hy300_identity *identity);
int hy300_read(struct regmap *registers, u32 offset, u32 *value);
int hy300_write(struct regmap *registers, u32 offset, u32 value);

/**
 * struct hy300_page - a sysfs page that is being filled with Prometheus text
 * @buf: the page
 * @len: bytes in it
 * @sub: whose series they are
 */
struct hy300_page {
	char *buf;
	int len;
	const struct hy300_subsystem *sub;
};

void hy300_page_family(struct hy300_page *page, const char *family, const char *type,
		       const char *help);
void hy300_page_value(struct hy300_page *page, const char *family, s64 value);
void hy300_page_label(struct hy300_page *page, const char *family, const char *label,
		      const char *label_value, s64 value);
void hy300_page_label2(struct hy300_page *page, const char *family, const char *label,
		       const char *label_value, const char *label2, const char *label_value2,
		       s64 value);
void hy300_page_seconds(struct hy300_page *page, const char *family, u64 nanoseconds);
void hy300_page_ratio(struct hy300_page *page, const char *family, u32 part, u32 whole);
void hy300_page_single(struct hy300_page *page, const char *family, const char *type,
		       const char *help, s64 value);
void hy300_page_state_set(struct hy300_page *page, const char *family, const char *help,
			  const char *label, const char * const *words, unsigned int count,
			  unsigned int current_word);
void hy300_page_changes(struct hy300_page *page, const char *family);

#endif /* _LINUX_HY300_H */
