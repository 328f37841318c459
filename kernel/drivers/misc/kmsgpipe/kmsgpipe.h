/* SPDX-License-Identifier: GPL-2.0 */
/*
 * kmsgpipe: what its parts share.
 */
#ifndef _KMSGPIPE_H
#define _KMSGPIPE_H

#include <linux/device/class.h>
#include <linux/fs.h>
#include <linux/kref.h>
#include <linux/miscdevice.h>
#include <linux/mutex.h>
#include <linux/sched.h>
#include <linux/spinlock.h>
#include <linux/wait.h>
#include <linux/workqueue.h>
#include <uapi/linux/kmsgpipe.h>

/**
 * struct kmsgpipe_ring - the messages, in memory that user space can map
 * @ref: one reference of the pipe, one of each mapping
 * @retired: counts the rings that were replaced and are still mapped; NULL until this one is
 * @pages: the header page and the pages of the data
 * @nr_pages: how many
 * @map: the header page, for user space; nothing is read back from it
 * @data: the data, twice in a row
 * @size: bytes of the data, a power of two
 * @head: position where the next message begins
 * @tail: position of the oldest message
 * @messages: how many there are
 * @sequence: number of the newest message ever
 *
 * All of its functions but get and put want the caller's lock.
 */
struct kmsgpipe_ring {
	struct kref ref;
	atomic_t *retired;
	struct page **pages;
	unsigned int nr_pages;
	struct kmsgpipe_map *map;
	void *data;
	u32 size;
	u32 head;
	u32 tail;
	u32 messages;
	u64 sequence;
};

u32 kmsgpipe_ring_size(u32 size);
struct kmsgpipe_ring *kmsgpipe_ring_alloc(u32 size);
void kmsgpipe_ring_retire(struct kmsgpipe_ring *ring, atomic_t *retired);
void kmsgpipe_ring_get(struct kmsgpipe_ring *ring);
void kmsgpipe_ring_put(struct kmsgpipe_ring *ring);
void *kmsgpipe_ring_reserve(struct kmsgpipe_ring *ring, u32 len);
void kmsgpipe_ring_commit(struct kmsgpipe_ring *ring, u32 len, u64 ktime_ns);
const struct kmsgpipe_message *kmsgpipe_ring_first(const struct kmsgpipe_ring *ring);
void kmsgpipe_ring_drop(struct kmsgpipe_ring *ring);
u32 kmsgpipe_ring_drop_through(struct kmsgpipe_ring *ring, u64 sequence);
u32 kmsgpipe_ring_drop_before(struct kmsgpipe_ring *ring, u64 ktime_ns);
int kmsgpipe_ring_move(struct kmsgpipe_ring *to, struct kmsgpipe_ring *from);

/** kmsgpipe_ring_used() - bytes of @ring that messages take */
static inline u32 kmsgpipe_ring_used(const struct kmsgpipe_ring *ring)
{
	return ring->head - ring->tail;
}

/** KMSGPIPE_LOG - operations that the log remembers */
#define KMSGPIPE_LOG	10

/**
 * struct kmsgpipe_operation - one line of the log
 * @ktime_ns: when it ended, CLOCK_MONOTONIC
 * @name: what it was, NULL when there was none yet
 * @result: what it returned
 * @pid: who did it; 0 for the clean-up
 * @comm: name of that process
 */
struct kmsgpipe_operation {
	u64 ktime_ns;
	const char *name;
	long result;
	pid_t pid;
	char comm[TASK_COMM_LEN];
};

/**
 * struct kmsgpipe - one pipe
 * @misc: /dev/kmsgpipe
 * @class: /sys/class/kmsgpipe
 * @class_exists: whether that could be registered
 * @proc: /proc/kmsgpipe
 * @debugfs: directory in debugfs
 * @lock: orders what changes the ring, and guards @count; never held while user memory is read or
 *	written, whose page faults may take as long as somebody likes
 * @ring: the messages; replaced under @lock and @short_lock, so either is enough to follow it
 * @retired: rings that were replaced and are still mapped
 * @short_lock: guards @log, and @ring against mmap()
 * @log: the last operations
 * @log_next: where the next one goes
 * @readable: messages in the pipe, for those who do not hold @lock
 * @room: bytes free in the pipe, for those who do not hold @lock
 * @readers: who waits for a message
 * @writers: who waits for room
 * @sigio_readers: whom a message sends SIGIO
 * @sigio_writers: whom room for the largest message sends SIGIO, when there was none
 * @count: counters; its gauges are filled in when it is shown
 * @ioctls: counter
 * @errors: counter
 * @open: open descriptions
 * @cleanup_lock: orders changes of the settings below
 * @cleanup_queue: where the clean-up runs: it may wait for @lock long
 * @cleanup_work: the clean-up
 * @cleanup_enabled: whether it runs by itself
 * @cleanup_interval_ms: pause between its runs
 * @cleanup_age_ms: age at which it drops a message
 */
struct kmsgpipe {
	struct miscdevice misc;
	struct class class;
	bool class_exists;
	struct proc_dir_entry *proc;
	struct dentry *debugfs;

	struct mutex lock; /* the ring and the counters */
	struct kmsgpipe_ring *ring;
	atomic_t retired;

	spinlock_t short_lock; /* the log, and the pointer to the ring */
	struct kmsgpipe_operation log[KMSGPIPE_LOG];
	unsigned int log_next;

	u32 readable;
	u32 room;
	wait_queue_head_t readers;
	wait_queue_head_t writers;
	struct fasync_struct *sigio_readers;
	struct fasync_struct *sigio_writers;

	struct kmsgpipe_stats count;
	atomic64_t ioctls;
	atomic64_t errors;
	atomic_t open;

	struct mutex cleanup_lock; /* the settings of the clean-up */
	struct workqueue_struct *cleanup_queue;
	struct delayed_work cleanup_work;
	bool cleanup_enabled;
	unsigned int cleanup_interval_ms;
	unsigned int cleanup_age_ms;
};

/** KMSGPIPE_LARGEST - bytes that the largest message takes: with less room the pipe is full */
#define KMSGPIPE_LARGEST	KMSGPIPE_MESSAGE_SPACE(KMSGPIPE_MAX_MESSAGE)

extern const struct file_operations kmsgpipe_fops;

void kmsgpipe_unlock(struct kmsgpipe *pipe);
void kmsgpipe_log(struct kmsgpipe *pipe, const char *name, long result);
int kmsgpipe_stats(struct kmsgpipe *pipe, struct kmsgpipe_stats *stats);
int kmsgpipe_resize(struct kmsgpipe *pipe, u32 size);
int kmsgpipe_clean_up(struct kmsgpipe *pipe);
void kmsgpipe_set_cleanup(struct kmsgpipe *pipe, bool enabled, unsigned int interval_ms);

void kmsgpipe_show_create(struct kmsgpipe *pipe);
void kmsgpipe_show_remove(struct kmsgpipe *pipe);

#endif /* _KMSGPIPE_H */
