// SPDX-License-Identifier: GPL-2.0
/*
 * kmsgpipe: the character device: read, write, poll, SIGIO, ioctls, mmap and splice.
 */
#include <linux/ktime.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/poll.h>
#include <linux/slab.h>
#include <linux/splice.h>
#include <linux/uaccess.h>
#include <linux/uio.h>
#include <linux/vmalloc.h>
#include <linux/hy300-compat.h>

#include "kmsgpipe.h"

static struct kmsgpipe *kmsgpipe_of(const struct file *file)
{
	/* The misc core leaves its device there. */
	return container_of(file->private_data, struct kmsgpipe, misc);
}

/* What is refused is counted and remembered; waiting and signals are the way things go. */
static long kmsgpipe_refused(struct kmsgpipe *pipe, const char *name, long error)
{
	if (error != -EAGAIN && error != -ERESTARTSYS) {
		atomic64_inc(&pipe->errors);
		kmsgpipe_log(pipe, name, error);
	}
	return error;
}

static int kmsgpipe_open(struct inode *inode, struct file *file)
{
	struct kmsgpipe *pipe = kmsgpipe_of(file);

	atomic_inc(&pipe->open);
	kmsgpipe_log(pipe, "open", 0);
	return stream_open(inode, file);
}

static int kmsgpipe_release(struct inode *inode, struct file *file)
{
	struct kmsgpipe *pipe = kmsgpipe_of(file);

	atomic_dec(&pipe->open);
	kmsgpipe_log(pipe, "close", 0);
	return 0;
}

/* Takes the lock when there is a message. */
static int kmsgpipe_lock_readable(struct kmsgpipe *pipe, const struct file *file)
{
	for (;;) {
		if (mutex_lock_interruptible(&pipe->lock))
			return -ERESTARTSYS;
		if (pipe->ring->messages)
			return 0;
		mutex_unlock(&pipe->lock);
		if (file->f_flags & O_NONBLOCK)
			return -EAGAIN;
		if (wait_event_interruptible(pipe->readers, READ_ONCE(pipe->readable)))
			return -ERESTARTSYS;
	}
}

/* Takes the lock when there is room for a message, and gives the place of its payload. */
static void *kmsgpipe_lock_writable(struct kmsgpipe *pipe, const struct file *file, u32 len)
{
	void *payload;

	for (;;) {
		if (mutex_lock_interruptible(&pipe->lock))
			return ERR_PTR(-ERESTARTSYS);
		payload = kmsgpipe_ring_reserve(pipe->ring, len);
		if (payload)
			return payload;
		mutex_unlock(&pipe->lock);
		if (file->f_flags & O_NONBLOCK)
			return ERR_PTR(-EAGAIN);
		if (wait_event_interruptible(pipe->writers, READ_ONCE(pipe->room) >=
							    KMSGPIPE_MESSAGE_SPACE(len)))
			return ERR_PTR(-ERESTARTSYS);
	}
}

/* Copies the first message to the bounce buffer, and leaves it in the pipe. */
static ssize_t kmsgpipe_peek(struct kmsgpipe *pipe, const struct file *file, void *bounce,
			     size_t room, u64 *sequence)
{
	const struct kmsgpipe_message *message;
	ssize_t ret = kmsgpipe_lock_readable(pipe, file);

	if (ret)
		return ret;
	message = kmsgpipe_ring_first(pipe->ring);
	ret = message->len;
	*sequence = message->sequence;
	if (ret > room)
		ret = -EMSGSIZE;
	else
		memcpy(bounce, message + 1, ret);
	mutex_unlock(&pipe->lock);
	return ret;
}

/* Takes the message out that was peeked at; false when somebody else was first. */
static bool kmsgpipe_take(struct kmsgpipe *pipe, u64 sequence, u32 len)
{
	const struct kmsgpipe_message *message;
	bool first;

	mutex_lock(&pipe->lock);
	message = kmsgpipe_ring_first(pipe->ring);
	first = message && message->sequence == sequence;
	if (first) {
		kmsgpipe_ring_drop(pipe->ring);
		pipe->count.reads++;
		pipe->count.read_bytes += len;
		kmsgpipe_log(pipe, "read", len);
	}
	kmsgpipe_unlock(pipe);
	return first;
}

/* A message that cannot be handed over whole stays the first. */
static ssize_t kmsgpipe_read_iter(struct kiocb *iocb, struct iov_iter *to)
{
	struct kmsgpipe *pipe = kmsgpipe_of(iocb->ki_filp);
	size_t room = min_t(size_t, iov_iter_count(to), KMSGPIPE_MAX_MESSAGE);
	size_t copied;
	void *bounce;
	u64 sequence;
	ssize_t ret;

	if (!room)
		return 0;
	bounce = kmalloc(room, GFP_KERNEL);
	if (!bounce)
		return kmsgpipe_refused(pipe, "read", -ENOMEM);
	for (;;) {
		ret = kmsgpipe_peek(pipe, iocb->ki_filp, bounce, room, &sequence);
		if (ret < 0)
			break;
		copied = copy_to_iter(bounce, ret, to);
		if (copied == ret && kmsgpipe_take(pipe, sequence, ret))
			break;
		iov_iter_revert(to, copied);
		if (copied != ret) {
			ret = -EFAULT;
			break;
		}
	}
	kfree(bounce);
	return ret < 0 ? kmsgpipe_refused(pipe, "read", ret) : ret;
}

static ssize_t kmsgpipe_put(struct kmsgpipe *pipe, const struct file *file, const void *bounce,
			    u32 len)
{
	void *payload = kmsgpipe_lock_writable(pipe, file, len);

	if (IS_ERR(payload))
		return PTR_ERR(payload);
	memcpy(payload, bounce, len);
	kmsgpipe_ring_commit(pipe->ring, len, ktime_get_ns());
	pipe->count.writes++;
	pipe->count.write_bytes += len;
	kmsgpipe_log(pipe, "write", len);
	kmsgpipe_unlock(pipe);
	return len;
}

static ssize_t kmsgpipe_write_iter(struct kiocb *iocb, struct iov_iter *from)
{
	struct kmsgpipe *pipe = kmsgpipe_of(iocb->ki_filp);
	size_t len = iov_iter_count(from);
	void *bounce;
	ssize_t ret;

	/* An empty message would read like the end of a file. */
	if (!len)
		return 0;
	if (len > KMSGPIPE_MAX_MESSAGE)
		return kmsgpipe_refused(pipe, "write", -EMSGSIZE);
	bounce = kmalloc(len, GFP_KERNEL);
	if (!bounce)
		return kmsgpipe_refused(pipe, "write", -ENOMEM);
	ret = copy_from_iter_full(bounce, len, from) ? 0 : -EFAULT;
	if (!ret)
		ret = kmsgpipe_put(pipe, iocb->ki_filp, bounce, len);
	/* What was not taken can be given again. */
	if (ret == -EAGAIN || ret == -ERESTARTSYS)
		iov_iter_revert(from, len);
	kfree(bounce);
	return ret < 0 ? kmsgpipe_refused(pipe, "write", ret) : ret;
}

static __poll_t kmsgpipe_poll(struct file *file, poll_table *wait)
{
	struct kmsgpipe *pipe = kmsgpipe_of(file);
	__poll_t events = 0;

	if (file->f_mode & FMODE_READ) {
		poll_wait(file, &pipe->readers, wait);
		if (READ_ONCE(pipe->readable))
			events |= EPOLLIN | EPOLLRDNORM;
	}
	if (file->f_mode & FMODE_WRITE) {
		poll_wait(file, &pipe->writers, wait);
		if (READ_ONCE(pipe->room) >= KMSGPIPE_LARGEST)
			events |= EPOLLOUT | EPOLLWRNORM;
	}
	return events;
}

static int kmsgpipe_fasync(int fd, struct file *file, int on)
{
	struct kmsgpipe *pipe = kmsgpipe_of(file);
	int ret = 0;

	if (file->f_mode & FMODE_READ)
		ret = fasync_helper(fd, file, on, &pipe->sigio_readers);
	if (ret >= 0 && file->f_mode & FMODE_WRITE) {
		ret = fasync_helper(fd, file, on, &pipe->sigio_writers);
		if (ret < 0 && file->f_mode & FMODE_READ)
			fasync_helper(-1, file, 0, &pipe->sigio_readers);
	}
	return ret;
}

/* Takes out the messages up to a number; returns how many. */
static int kmsgpipe_drop_through(struct kmsgpipe *pipe, const struct file *file, u64 sequence,
				 u64 *counter)
{
	u32 dropped;

	if (!(file->f_mode & FMODE_READ))
		return -EBADF;
	if (mutex_lock_interruptible(&pipe->lock))
		return -ERESTARTSYS;
	dropped = kmsgpipe_ring_drop_through(pipe->ring, sequence);
	*counter += dropped;
	kmsgpipe_unlock(pipe);
	return dropped;
}

static long kmsgpipe_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct kmsgpipe *pipe = kmsgpipe_of(file);
	void __user *user = (void __user *)arg;
	struct kmsgpipe_stats stats = {};
	const char *name = "ioctl";
	u64 sequence;
	u32 size;
	long ret;

	atomic64_inc(&pipe->ioctls);
	switch (cmd) {
	case KMSGPIPE_IOC_CLEAR:
		name = "ioctl clear";
		ret = kmsgpipe_drop_through(pipe, file, U64_MAX, &pipe->count.cleared);
		break;
	case KMSGPIPE_IOC_CONSUME:
		name = "ioctl consume";
		if (copy_from_user(&sequence, user, sizeof(sequence)))
			ret = -EFAULT;
		else
			ret = kmsgpipe_drop_through(pipe, file, sequence, &pipe->count.consumed);
		break;
	case KMSGPIPE_IOC_STATS:
		name = "ioctl stats";
		ret = kmsgpipe_stats(pipe, &stats);
		if (!ret && copy_to_user(user, &stats, sizeof(stats)))
			ret = -EFAULT;
		break;
	case KMSGPIPE_IOC_GET_SIZE:
		name = "ioctl get size";
		ret = kmsgpipe_stats(pipe, &stats);
		if (!ret && copy_to_user(user, &stats.size, sizeof(stats.size)))
			ret = -EFAULT;
		break;
	case KMSGPIPE_IOC_SET_SIZE:
		name = "ioctl set size";
		if (!(file->f_mode & FMODE_WRITE))
			ret = -EBADF;
		else if (copy_from_user(&size, user, sizeof(size)))
			ret = -EFAULT;
		else
			ret = kmsgpipe_resize(pipe, size);
		break;
	default:
		ret = -ENOTTY;
	}
	if (ret < 0)
		return kmsgpipe_refused(pipe, name, ret);
	kmsgpipe_log(pipe, name, ret);
	return ret;
}

static void kmsgpipe_vm_open(struct vm_area_struct *vma)
{
	kmsgpipe_ring_get(vma->vm_private_data);
}

static void kmsgpipe_vm_close(struct vm_area_struct *vma)
{
	kmsgpipe_ring_put(vma->vm_private_data);
}

static const struct vm_operations_struct kmsgpipe_vm_ops = {
	.open = kmsgpipe_vm_open,
	.close = kmsgpipe_vm_close,
};

/* A mapping keeps its ring, also when that is replaced. */
static int kmsgpipe_mmap(struct file *file, struct vm_area_struct *vma)
{
	struct kmsgpipe *pipe = kmsgpipe_of(file);
	struct kmsgpipe_ring *ring;
	int ret;

	if (vma->vm_flags & VM_WRITE)
		return kmsgpipe_refused(pipe, "mmap", -EACCES);
	vm_flags_clear(vma, VM_MAYWRITE);

	spin_lock(&pipe->short_lock);
	ring = pipe->ring;
	kmsgpipe_ring_get(ring);
	spin_unlock(&pipe->short_lock);
	ret = remap_vmalloc_range(vma, ring->map, vma->vm_pgoff);
	if (ret) {
		kmsgpipe_ring_put(ring);
		return kmsgpipe_refused(pipe, "mmap", ret);
	}
	vma->vm_private_data = ring;
	vma->vm_ops = &kmsgpipe_vm_ops;
	kmsgpipe_log(pipe, "mmap", 0);
	return 0;
}

const struct file_operations kmsgpipe_fops = {
	.owner = THIS_MODULE,
	.open = kmsgpipe_open,
	.release = kmsgpipe_release,
	.read_iter = kmsgpipe_read_iter,
	.write_iter = kmsgpipe_write_iter,
	.poll = kmsgpipe_poll,
	.fasync = kmsgpipe_fasync,
	.unlocked_ioctl = kmsgpipe_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
	.mmap = kmsgpipe_mmap,
	.splice_read = copy_splice_read,
	.splice_write = iter_file_splice_write,
};
