// SPDX-License-Identifier: GPL-2.0
/*
 * Daedalus bridge: /dev/daedalus-v4l2, messages between the kernel and a user-space daemon.
 *
 * sysfs shows the state of a projector's subsystems, the bridge their history: each transition,
 * in order and with the time of the kernel, and a number by which the daemon counts what it has
 * missed. See Documentation/misc-devices/daedalus-v4l2.rst.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/debugfs.h>
#include <linux/fs.h>
#include <linux/ktime.h>
#include <linux/module.h>
#include <linux/poll.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/uio.h>

#include <linux/hy300.h>

#include "daedalus-v4l2-chardev.h"

static struct daedalus_bridge *daedalus_of(struct file *file)
{
	return container_of(file->private_data, struct daedalus_bridge, misc);
}

static void daedalus_wake(struct daedalus_bridge *bridge)
{
	wake_up_interruptible_poll(&bridge->readers, EPOLLIN | EPOLLRDNORM);
	kill_fasync(&bridge->fasync, SIGIO, POLL_IN);
}

/**
 * daedalus_ping() - ask the daemon whether it lives
 * @bridge: the bridge
 *
 * Return: 0, -ENOBUFS when as many messages wait as there can be.
 */
int daedalus_ping(struct daedalus_bridge *bridge)
{
	struct daedalus_message ping;
	unsigned long flags;
	bool queued;

	daedalus_frame_ping(&ping);
	spin_lock_irqsave(&bridge->queue.lock, flags);
	queued = daedalus_queue_push(&bridge->queue, &ping);
	bridge->count.pings += queued;
	spin_unlock_irqrestore(&bridge->queue.lock, flags);
	if (!queued)
		return -ENOBUFS;
	daedalus_wake(bridge);
	return 0;
}

/* Called where the transition happens: in a hard interrupt, under the lock of the driver. */
static int daedalus_transition(struct notifier_block *block, unsigned long action, void *data)
{
	struct daedalus_bridge *bridge = container_of(block, struct daedalus_bridge, transitions);
	struct daedalus_message notify;
	unsigned long flags;
	bool queued = false;

	spin_lock_irqsave(&bridge->queue.lock, flags);
	if (bridge->greeted) {
		daedalus_frame_notify(&notify, data, bridge->count.transitions);
		queued = daedalus_queue_push(&bridge->queue, &notify);
		bridge->count.notifies += queued;
	} else {
		bridge->count.unheard++;
	}
	bridge->count.transitions++;
	spin_unlock_irqrestore(&bridge->queue.lock, flags);
	if (queued)
		daedalus_wake(bridge);
	return NOTIFY_OK;
}

static int daedalus_open(struct inode *inode, struct file *file)
{
	struct daedalus_bridge *bridge = daedalus_of(file);
	bool busy;

	spin_lock_irq(&bridge->queue.lock);
	busy = bridge->opened;
	if (!busy) {
		bridge->opened = true;
		bridge->unanswered = 0;
		daedalus_queue_flush(&bridge->queue);
	}
	spin_unlock_irq(&bridge->queue.lock);
	return busy ? -EBUSY : stream_open(inode, file);
}

static int daedalus_release(struct inode *inode, struct file *file)
{
	struct daedalus_bridge *bridge = daedalus_of(file);

	spin_lock_irq(&bridge->queue.lock);
	bridge->greeted = false;
	bridge->opened = false;
	spin_unlock_irq(&bridge->queue.lock);
	return 0;
}

static bool daedalus_readable(struct daedalus_bridge *bridge)
{
	bool readable;

	spin_lock_irq(&bridge->queue.lock);
	readable = daedalus_queue_head(&bridge->queue);
	spin_unlock_irq(&bridge->queue.lock);
	return readable;
}

/*
 * Copies the oldest message and only then takes it out, so that it stays where it is when the
 * reader's buffer is too small or not there. Only a reader takes messages out of an open device.
 */
static ssize_t daedalus_take(struct daedalus_bridge *bridge, struct iov_iter *to)
{
	const struct daedalus_message *head;
	struct daedalus_message message;
	size_t size;

	lockdep_assert_held(&bridge->reading);
	spin_lock_irq(&bridge->queue.lock);
	head = daedalus_queue_head(&bridge->queue);
	if (head)
		message = *head;
	spin_unlock_irq(&bridge->queue.lock);
	if (!head)
		return -EAGAIN;

	size = daedalus_frame_size(&message);
	if (iov_iter_count(to) < size)
		return -EMSGSIZE;
	if (copy_to_iter(&message, size, to) != size)
		return -EFAULT;

	spin_lock_irq(&bridge->queue.lock);
	daedalus_queue_pop(&bridge->queue);
	bridge->count.read++;
	if (message.header.type == DAEDALUS_V4L2_PING)
		bridge->unanswered++;
	spin_unlock_irq(&bridge->queue.lock);
	return size;
}

static ssize_t daedalus_read_iter(struct kiocb *iocb, struct iov_iter *to)
{
	struct daedalus_bridge *bridge = daedalus_of(iocb->ki_filp);
	bool block = !(iocb->ki_filp->f_flags & O_NONBLOCK) && !(iocb->ki_flags & IOCB_NOWAIT);
	ssize_t ret;

	for (;;) {
		if (mutex_lock_interruptible(&bridge->reading))
			return -ERESTARTSYS;
		ret = daedalus_take(bridge, to);
		mutex_unlock(&bridge->reading);
		if (ret != -EAGAIN || !block)
			return ret;
		ret = wait_event_interruptible(bridge->readers, daedalus_readable(bridge));
		if (ret)
			return ret;
	}
}

static int daedalus_hello(struct daedalus_bridge *bridge, u32 cookie)
{
	struct daedalus_message response;
	bool queued;

	spin_lock_irq(&bridge->queue.lock);
	daedalus_frame_hello(&response, cookie, bridge->count.transitions, ktime_get_ns());
	queued = daedalus_queue_push(&bridge->queue, &response);
	if (queued) {
		bridge->greeted = true;
		bridge->count.hellos++;
	}
	spin_unlock_irq(&bridge->queue.lock);
	if (!queued)
		return -ENOBUFS;
	daedalus_wake(bridge);
	return 0;
}

static int daedalus_pong(struct daedalus_bridge *bridge, u32 cookie, struct iov_iter *from)
{
	struct daedalus_message ping;
	u8 payload[DAEDALUS_PING_BYTES];
	bool same = false;

	daedalus_frame_ping(&ping);
	if (cookie == ping.header.cookie && iov_iter_count(from) == sizeof(payload)) {
		if (!copy_from_iter_full(payload, sizeof(payload), from))
			return -EFAULT;
		same = !memcmp(payload, ping.ping, sizeof(payload));
	}
	spin_lock_irq(&bridge->queue.lock);
	if (same && bridge->unanswered) {
		bridge->unanswered--;
		bridge->count.pongs++;
	} else {
		bridge->count.stray_pongs++;
	}
	spin_unlock_irq(&bridge->queue.lock);
	return 0;
}

static int daedalus_receive(struct daedalus_bridge *bridge, struct iov_iter *from)
{
	struct daedalus_v4l2_header header;
	size_t size = iov_iter_count(from);
	int ret;

	if (size < sizeof(header))
		return -EINVAL;
	if (!copy_from_iter_full(&header, sizeof(header), from))
		return -EFAULT;
	ret = daedalus_frame_check(&header, size);
	if (ret)
		return ret;
	if (header.type == DAEDALUS_V4L2_HELLO)
		return daedalus_hello(bridge, header.cookie);
	return daedalus_pong(bridge, header.cookie, from);
}

static ssize_t daedalus_write_iter(struct kiocb *iocb, struct iov_iter *from)
{
	struct daedalus_bridge *bridge = daedalus_of(iocb->ki_filp);
	size_t size = iov_iter_count(from);
	int ret = daedalus_receive(bridge, from);

	if (!ret)
		return size;
	spin_lock_irq(&bridge->queue.lock);
	bridge->count.refused++;
	spin_unlock_irq(&bridge->queue.lock);
	return ret;
}

static __poll_t daedalus_poll(struct file *file, poll_table *table)
{
	struct daedalus_bridge *bridge = daedalus_of(file);
	__poll_t mask = EPOLLOUT | EPOLLWRNORM;

	poll_wait(file, &bridge->readers, table);
	if (daedalus_readable(bridge))
		mask |= EPOLLIN | EPOLLRDNORM;
	return mask;
}

static int daedalus_fasync(int fd, struct file *file, int on)
{
	return fasync_helper(fd, file, on, &daedalus_of(file)->fasync);
}

static const struct file_operations daedalus_fops = {
	.owner = THIS_MODULE,
	.open = daedalus_open,
	.release = daedalus_release,
	.read_iter = daedalus_read_iter,
	.write_iter = daedalus_write_iter,
	.poll = daedalus_poll,
	.fasync = daedalus_fasync,
};

/* There is one bridge, as there is one daemon. */
static struct daedalus_bridge *daedalus;

static int __init daedalus_init(void)
{
	struct daedalus_bridge *bridge = kzalloc(sizeof(*bridge), GFP_KERNEL);
	int ret;

	if (!bridge)
		return -ENOMEM;
	mutex_init(&bridge->reading);
	init_waitqueue_head(&bridge->readers);
	daedalus_queue_init(&bridge->queue);

	bridge->transitions.notifier_call = daedalus_transition;
	ret = hy300_transitions_register(&bridge->transitions);
	if (ret)
		goto free;

	bridge->misc.minor = MISC_DYNAMIC_MINOR;
	bridge->misc.name = "daedalus-v4l2";
	bridge->misc.mode = 0660;
	bridge->misc.fops = &daedalus_fops;
	ret = misc_register(&bridge->misc);
	if (ret) {
		pr_err("/dev/%s cannot be registered (%d)\n", bridge->misc.name, ret);
		goto unregister;
	}
	daedalus_debugfs_create(bridge);
	daedalus = bridge;
	return 0;

unregister:
	hy300_transitions_unregister(&bridge->transitions);
free:
	kfree(bridge);
	return ret;
}
module_init(daedalus_init);

static void __exit daedalus_exit(void)
{
	debugfs_remove_recursive(daedalus->debugfs);
	misc_deregister(&daedalus->misc);
	hy300_transitions_unregister(&daedalus->transitions);
	kfree(daedalus);
}
module_exit(daedalus_exit);

MODULE_DESCRIPTION("Daedalus bridge: the history of an HY300 projector for a daemon");
MODULE_LICENSE("GPL");
