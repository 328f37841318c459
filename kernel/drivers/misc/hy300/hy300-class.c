// SPDX-License-Identifier: GPL-2.0
/*
 * The class hy300: registers a projector's subsystems, wakes the readers of
 * their state and hands their transitions to whoever keeps the history.
 *
 * A driver does its work whether or not it can be seen here: failures to create the class or an
 * attribute are said once and then ignored.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/device.h>
#include <linux/kdev_t.h>
#include <linux/kernel.h>
#include <linux/ktime.h>
#include <linux/module.h>
#include <linux/namei.h>
#include <linux/notifier.h>
#include <linux/path.h>
#include <linux/sysfs.h>
#include <linux/hy300.h>

static struct class hy300_class = {
	.name = "hy300",
};

static bool hy300_class_exists;

static ATOMIC_NOTIFIER_HEAD(hy300_transitions);

/**
 * hy300_notify - tell user space that a state attribute has changed
 * @sub: the subsystem
 * @state: index into its states
 * @value: what the attribute holds now; words as their numbers in uapi/linux/hy300.h
 *
 * Wakes poll() and epoll with POLLPRI | POLLERR and counts the change, because notifications that
 * are not read in time become one; the transition itself goes to those who have registered for
 * it. Any context. Call it under the lock that orders the changes, so that the transitions come
 * in that order. An attribute that does not exist wakes nobody.
 */
void hy300_notify(struct hy300_subsystem *sub, unsigned int state, s64 value)
{
	struct hy300_transition transition = {
		.ktime_ns = ktime_get_ns(),
		.subsystem = sub->kind->number,
		.unit = sub->index,
		.event = state,
		.value = value,
	};

	atomic64_inc(&sub->changes[state]);
	atomic_notifier_call_chain(&hy300_transitions, 0, &transition);
	if (sub->nodes[state])
		sysfs_notify_dirent(sub->nodes[state]);
}
EXPORT_SYMBOL_GPL(hy300_notify);

/**
 * hy300_transitions_register - be told of every transition of every subsystem
 * @nb: called in any context with a struct hy300_transition
 *
 * Return: 0, -EEXIST when @nb is registered already.
 */
int hy300_transitions_register(struct notifier_block *nb)
{
	return atomic_notifier_chain_register(&hy300_transitions, nb);
}
EXPORT_SYMBOL_GPL(hy300_transitions_register);

/**
 * hy300_transitions_unregister - hear no more; when it returns, no call is under way
 * @nb: what was registered
 *
 * Return: 0, -ENOENT when @nb is not registered.
 */
int hy300_transitions_unregister(struct notifier_block *nb)
{
	return atomic_notifier_chain_unregister(&hy300_transitions, nb);
}
EXPORT_SYMBOL_GPL(hy300_transitions_unregister);

static void hy300_unregister(void *data)
{
	struct hy300_subsystem *sub = data;
	unsigned int i;

	device_unregister(sub->dev);
	sub->dev = NULL;

	/* sysfs wakes nobody when an attribute goes; woken now, pollers find out by ENODEV. */
	for (i = 0; i < sub->nr_states; i++) {
		if (!sub->nodes[i])
			continue;
		sysfs_notify_dirent(sub->nodes[i]);
		sysfs_put(sub->nodes[i]);
		sub->nodes[i] = NULL;
	}
	ida_free(&sub->kind->indices, sub->index);
}

static int hy300_create(struct device *parent, struct hy300_subsystem *sub, void *drvdata)
{
	unsigned int i;
	int index;

	if (!hy300_class_exists)
		return -ENODEV;

	index = ida_alloc(&sub->kind->indices, GFP_KERNEL);
	if (index < 0)
		return index;
	sub->index = index;

	if (index)
		sub->dev = device_create_with_groups(&hy300_class, parent, MKDEV(0, 0), drvdata,
						     sub->groups, "%s%d", sub->kind->name, index);
	else
		sub->dev = device_create_with_groups(&hy300_class, parent, MKDEV(0, 0), drvdata,
						     sub->groups, "%s", sub->kind->name);
	if (IS_ERR(sub->dev)) {
		int err = PTR_ERR(sub->dev);

		sub->dev = NULL;
		ida_free(&sub->kind->indices, index);
		return err;
	}

	for (i = 0; i < sub->nr_states; i++) {
		sub->nodes[i] = sysfs_get_dirent(sub->dev->kobj.sd, sub->states[i]);
		if (!sub->nodes[i])
			dev_warn(parent, "changes of %s cannot be notified\n", sub->states[i]);
	}
	return devm_add_action_or_reset(parent, hy300_unregister, sub);
}

/**
 * devm_hy300_register - show a subsystem as /sys/class/hy300/<kind>
 * @parent: the device that the driver is bound to
 * @sub: the subsystem, its first four fields set and the others zero
 * @drvdata: what dev_get_drvdata() gives the attributes
 *
 * The class device goes when @parent is unbound; whoever polls an attribute then is woken. Stop
 * what calls hy300_notify() by an action that is added after this call.
 */
void devm_hy300_register(struct device *parent, struct hy300_subsystem *sub, void *drvdata)
{
	int err = hy300_create(parent, sub, drvdata);

	if (err)
		dev_warn(parent, "no /sys/class/hy300/%s (%d), working without it\n",
			 sub->kind->name, err);
}
EXPORT_SYMBOL_GPL(devm_hy300_register);

/**
 * hy300_taken - whether a name is somebody else's
 * @path: what it would be in sysfs
 *
 * Kernels for the same projectors have had drivers that took names of these. To try a name that
 * is taken fails with a call trace, so they are looked up before.
 */
bool hy300_taken(const char *path)
{
	struct path found;

	if (kern_path(path, LOOKUP_FOLLOW, &found))
		return false;
	path_put(&found);
	return true;
}
EXPORT_SYMBOL_GPL(hy300_taken);

static int __init hy300_init(void)
{
	int err;

	if (hy300_taken("/sys/class/hy300")) {
		hy300_class.name = "hy300-fleet";
		pr_info("the class hy300 is another driver's, this one is %s\n", hy300_class.name);
	}
	err = class_register(&hy300_class);
	if (err)
		pr_warn("no class (%d), the drivers work without it\n", err);
	hy300_class_exists = !err;
	return 0;
}
module_init(hy300_init);

static void __exit hy300_exit(void)
{
	if (hy300_class_exists)
		class_unregister(&hy300_class);
}
module_exit(hy300_exit);

MODULE_DESCRIPTION("Class of the subsystems of an HY300 projector");
MODULE_LICENSE("GPL");
