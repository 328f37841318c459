// SPDX-License-Identifier: GPL-2.0
/*
 * kmsgpipe: a pipe of messages; its life, its size, its clean-up and its counters.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/ktime.h>
#include <linux/lockdep.h>
#include <linux/module.h>
#include <linux/poll.h>
#include <linux/slab.h>

#include "kmsgpipe.h"

#define KMSGPIPE_DEFAULT_SIZE		(64 * 1024)
#define KMSGPIPE_DEFAULT_INTERVAL_MS	(10 * MSEC_PER_SEC)
#define KMSGPIPE_DEFAULT_AGE_MS		(60 * MSEC_PER_SEC)

static struct kmsgpipe *kmsgpipe_only;

/* What poll() and those who wait look at, and what the counters show. */
static void kmsgpipe_publish(struct kmsgpipe *pipe)
{
	lockdep_assert_held(&pipe->lock);
	WRITE_ONCE(pipe->readable, pipe->ring->messages);
	WRITE_ONCE(pipe->room, pipe->ring->size - kmsgpipe_ring_used(pipe->ring));
}

/**
 * kmsgpipe_unlock() - release the lock after one change of the ring, and wake whom it concerns
 * @pipe: the pipe
 */
void kmsgpipe_unlock(struct kmsgpipe *pipe)
{
	u32 readable = pipe->readable, room = pipe->room;
	bool arrived, freed, was_full;

	kmsgpipe_publish(pipe);
	arrived = pipe->readable > readable;
	freed = pipe->room > room;
	was_full = freed && room < KMSGPIPE_LARGEST && pipe->room >= KMSGPIPE_LARGEST;
	mutex_unlock(&pipe->lock);

	if (arrived) {
		wake_up_interruptible_poll(&pipe->readers, EPOLLIN | EPOLLRDNORM);
		kill_fasync(&pipe->sigio_readers, SIGIO, POLL_IN);
	}
	/* A writer may wait for less room than the largest message takes. */
	if (freed)
		wake_up_interruptible_poll(&pipe->writers, EPOLLOUT | EPOLLWRNORM);
	if (was_full)
		kill_fasync(&pipe->sigio_writers, SIGIO, POLL_OUT);
}

/**
 * kmsgpipe_log() - remember an operation
 * @pipe: the pipe
 * @name: what it was; a constant
 * @result: what it returned
 */
void kmsgpipe_log(struct kmsgpipe *pipe, const char *name, long result)
{
	struct kmsgpipe_operation *operation;

	spin_lock(&pipe->short_lock);
	operation = &pipe->log[pipe->log_next];
	pipe->log_next = (pipe->log_next + 1) % KMSGPIPE_LOG;
	operation->ktime_ns = ktime_get_ns();
	operation->name = name;
	operation->result = result;
	operation->pid = current->flags & PF_KTHREAD ? 0 : task_tgid_nr(current);
	get_task_comm(operation->comm, current);
	spin_unlock(&pipe->short_lock);
}

/**
 * kmsgpipe_stats() - all counters and gauges, of one moment
 * @pipe: the pipe
 * @stats: where they go
 *
 * Return: 0, or -ERESTARTSYS after a signal.
 */
int kmsgpipe_stats(struct kmsgpipe *pipe, struct kmsgpipe_stats *stats)
{
	if (mutex_lock_interruptible(&pipe->lock))
		return -ERESTARTSYS;
	*stats = pipe->count;
	stats->size = pipe->ring->size;
	stats->used = kmsgpipe_ring_used(pipe->ring);
	stats->messages = pipe->ring->messages;
	mutex_unlock(&pipe->lock);
	stats->ioctls = atomic64_read(&pipe->ioctls);
	stats->errors = atomic64_read(&pipe->errors);
	stats->open = atomic_read(&pipe->open);
	return 0;
}

/**
 * kmsgpipe_resize() - replace the ring by one of another size; the messages stay
 * @pipe: the pipe
 * @size: bytes, rounded up by kmsgpipe_ring_size()
 *
 * Whoever has a replaced ring mapped keeps its memory, so there is one of them at most.
 *
 * Return: 0; -ERANGE; -EBUSY when the messages do not fit, or a replaced ring is still mapped;
 * -ENOMEM; -ERESTARTSYS after a signal.
 */
int kmsgpipe_resize(struct kmsgpipe *pipe, u32 size)
{
	struct kmsgpipe_ring *ring, *old;
	bool same;
	int ret;

	if (size < KMSGPIPE_MAX_MESSAGE || size > KMSGPIPE_MAX_SIZE)
		return -ERANGE;
	spin_lock(&pipe->short_lock);
	same = pipe->ring->size == kmsgpipe_ring_size(size);
	spin_unlock(&pipe->short_lock);
	if (same)
		return 0;
	ring = kmsgpipe_ring_alloc(size);
	if (!ring)
		return -ENOMEM;

	if (mutex_lock_interruptible(&pipe->lock)) {
		kmsgpipe_ring_put(ring);
		return -ERESTARTSYS;
	}
	old = pipe->ring;
	ret = atomic_read(&pipe->retired) ? -EBUSY : kmsgpipe_ring_move(ring, old);
	if (!ret) {
		spin_lock(&pipe->short_lock);
		pipe->ring = ring;
		spin_unlock(&pipe->short_lock);
		kmsgpipe_ring_retire(old, &pipe->retired);
	}
	kmsgpipe_unlock(pipe);
	kmsgpipe_ring_put(ret ? ring : old);
	return ret;
}

static u32 kmsgpipe_drop_old(struct kmsgpipe *pipe)
{
	u64 now = ktime_get_ns();
	u64 age = (u64)READ_ONCE(pipe->cleanup_age_ms) * NSEC_PER_MSEC;
	u32 dropped;

	lockdep_assert_held(&pipe->lock);
	dropped = kmsgpipe_ring_drop_before(pipe->ring, now > age ? now - age : 0);
	pipe->count.cleaned += dropped;
	pipe->count.cleanups++;
	pipe->count.last_cleanup_ns = now;
	pipe->count.last_cleanup_dropped = dropped;
	kmsgpipe_log(pipe, "clean-up", dropped);
	return dropped;
}

/**
 * kmsgpipe_clean_up() - drop what is too old, now
 * @pipe: the pipe
 *
 * Return: 0, or -ERESTARTSYS after a signal.
 */
int kmsgpipe_clean_up(struct kmsgpipe *pipe)
{
	if (mutex_lock_interruptible(&pipe->lock))
		return -ERESTARTSYS;
	kmsgpipe_drop_old(pipe);
	kmsgpipe_unlock(pipe);
	return 0;
}

static void kmsgpipe_schedule(struct kmsgpipe *pipe)
{
	unsigned int interval = READ_ONCE(pipe->cleanup_interval_ms);

	/* A run that is due already stays. */
	queue_delayed_work(pipe->cleanup_queue, &pipe->cleanup_work, msecs_to_jiffies(interval));
}

static void kmsgpipe_cleanup_work(struct work_struct *work)
{
	struct kmsgpipe *pipe = container_of(to_delayed_work(work), struct kmsgpipe, cleanup_work);

	mutex_lock(&pipe->lock);
	kmsgpipe_drop_old(pipe);
	kmsgpipe_unlock(pipe);
	kmsgpipe_schedule(pipe);
}

/**
 * kmsgpipe_set_cleanup() - let the clean-up run by itself, or stop it
 * @pipe: the pipe
 * @enabled: whether it runs; once this has returned, none is under way that began before
 * @interval_ms: pause between two runs, counted from now
 */
void kmsgpipe_set_cleanup(struct kmsgpipe *pipe, bool enabled, unsigned int interval_ms)
{
	lockdep_assert_held(&pipe->cleanup_lock);
	/* The work schedules itself; only the cancelling one of the two sees to the end of that. */
	cancel_delayed_work_sync(&pipe->cleanup_work);
	WRITE_ONCE(pipe->cleanup_enabled, enabled);
	WRITE_ONCE(pipe->cleanup_interval_ms, interval_ms);
	if (enabled)
		kmsgpipe_schedule(pipe);
}

static void kmsgpipe_free(struct kmsgpipe *pipe)
{
	/* Nobody is left who could set the clean-up going again. */
	cancel_delayed_work_sync(&pipe->cleanup_work);
	destroy_workqueue(pipe->cleanup_queue);
	kmsgpipe_ring_put(pipe->ring);
	kfree(pipe);
}

static int __init kmsgpipe_init(void)
{
	struct kmsgpipe *pipe;
	int ret = -ENOMEM;

	pipe = kzalloc(sizeof(*pipe), GFP_KERNEL);
	if (!pipe)
		return -ENOMEM;
	mutex_init(&pipe->lock);
	spin_lock_init(&pipe->short_lock);
	init_waitqueue_head(&pipe->readers);
	init_waitqueue_head(&pipe->writers);
	mutex_init(&pipe->cleanup_lock);
	INIT_DELAYED_WORK(&pipe->cleanup_work, kmsgpipe_cleanup_work);
	pipe->cleanup_age_ms = KMSGPIPE_DEFAULT_AGE_MS;

	pipe->ring = kmsgpipe_ring_alloc(KMSGPIPE_DEFAULT_SIZE);
	if (!pipe->ring)
		goto free_pipe;
	pipe->room = pipe->ring->size;
	pipe->cleanup_queue = alloc_workqueue("kmsgpipe", WQ_UNBOUND, 1);
	if (!pipe->cleanup_queue)
		goto free_ring;

	pipe->misc.minor = MISC_DYNAMIC_MINOR;
	pipe->misc.name = "kmsgpipe";
	pipe->misc.mode = 0660;
	pipe->misc.fops = &kmsgpipe_fops;
	mutex_lock(&pipe->cleanup_lock);
	kmsgpipe_set_cleanup(pipe, true, KMSGPIPE_DEFAULT_INTERVAL_MS);
	mutex_unlock(&pipe->cleanup_lock);
	kmsgpipe_show_create(pipe);
	/* The device comes last: who is told of it finds the rest. */
	ret = misc_register(&pipe->misc);
	if (ret) {
		pr_err("no /dev/kmsgpipe (%d)\n", ret);
		kmsgpipe_show_remove(pipe);
		kmsgpipe_free(pipe);
		return ret;
	}
	kmsgpipe_only = pipe;
	return 0;

free_ring:
	kmsgpipe_ring_put(pipe->ring);
free_pipe:
	kfree(pipe);
	return ret;
}
module_init(kmsgpipe_init);

/* An open descriptor and a mapping hold the module: nobody uses the pipe any more. */
static void __exit kmsgpipe_exit(void)
{
	misc_deregister(&kmsgpipe_only->misc);
	kmsgpipe_show_remove(kmsgpipe_only);
	kmsgpipe_free(kmsgpipe_only);
}
module_exit(kmsgpipe_exit);

MODULE_DESCRIPTION("Pipe of messages between a projector's programs and its agent");
MODULE_LICENSE("GPL");
