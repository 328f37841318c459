// SPDX-License-Identifier: GPL-2.0
/*
 * Control of the debug kernel: commits one bug at load, the one that parameter
 * bug names, so that the tests can see that the kernel reports it.
 */

#include <linux/device.h>
#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/timer.h>

static char *bug;
module_param(bug, charp, 0444);
MODULE_PARM_DESC(bug, "what to do wrong");

static DEFINE_MUTEX(first);
static DEFINE_MUTEX(second);
static DEFINE_SPINLOCK(spin);

static void lock_left_out(void)
{
	lockdep_assert_held(&first);
}

static void lock_inversion(void)
{
	mutex_lock(&first);
	mutex_lock(&second);
	mutex_unlock(&second);
	mutex_unlock(&first);

	mutex_lock(&second);
	mutex_lock(&first);
	mutex_unlock(&first);
	mutex_unlock(&second);
}

static void sleep_in_atomic(void)
{
	spin_lock(&spin);
	kfree(kmalloc(16, GFP_KERNEL));
	spin_unlock(&spin);
}

static void shift_out_of_bounds(void)
{
	unsigned int bits = strlen(bug) + 32;

	pr_info("1 << %u is %d\n", bits, 1 << bits);
}

static void nothing(struct timer_list *timer)
{
}

static void active_timer_freed(void)
{
	struct timer_list *timer = kmalloc(sizeof(*timer), GFP_KERNEL);

	if (!timer)
		return;
	timer_setup(timer, nothing, 0);
	mod_timer(timer, jiffies + HZ);
	kfree(timer);
}

static void *leaked;

static void leak(void)
{
	int i;

	/* Several, since a stale register or stack slot may still point to one of them. */
	for (i = 0; i < 8; i++)
		leaked = kzalloc(200, GFP_KERNEL);
}

static void use_after_free(void)
{
	char *text = kzalloc(32, GFP_KERNEL);

	if (!text)
		return;
	OPTIMIZER_HIDE_VAR(text);
	kfree(text);
	pr_info("%d\n", READ_ONCE(text[3]));
}

static void bound_off_by_one(void)
{
	char *text = kzalloc(32, GFP_KERNEL);
	size_t last = strlen(bug) * 2;

	if (!text)
		return;
	OPTIMIZER_HIDE_VAR(last);
	WRITE_ONCE(text[last], 1);
	kfree(text);
}

static const struct {
	const char *name;
	void (*commit)(void);
} bugs[] = {
	{ "lock_left_out", lock_left_out },
	{ "lock_inversion", lock_inversion },
	{ "sleep_in_atomic", sleep_in_atomic },
	{ "shift_out_of_bounds", shift_out_of_bounds },
	{ "active_timer_freed", active_timer_freed },
	{ "leak", leak },
	{ "use_after_free", use_after_free },
	{ "bound_off_by_one", bound_off_by_one },
};

static int __init planted_bugs_init(void)
{
	int i;

	for (i = 0; bug && i < ARRAY_SIZE(bugs); i++) {
		if (strcmp(bugs[i].name, bug))
			continue;
		bugs[i].commit();
		return 0;
	}
	return -EINVAL;
}
module_init(planted_bugs_init);

static void __exit planted_bugs_exit(void)
{
}
module_exit(planted_bugs_exit);

MODULE_DESCRIPTION("Control of the debug kernel: one bug at a time");
MODULE_LICENSE("GPL");
