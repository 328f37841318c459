/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Daedalus bridge: what its files share.
 */
#ifndef _DAEDALUS_V4L2_CHARDEV_H
#define _DAEDALUS_V4L2_CHARDEV_H

#include <linux/build_bug.h>
#include <linux/miscdevice.h>
#include <linux/mutex.h>
#include <linux/notifier.h>
#include <linux/spinlock.h>
#include <linux/stddef.h>
#include <linux/types.h>
#include <linux/wait.h>

#include <uapi/linux/daedalus-v4l2.h>

struct dentry;
struct fasync_struct;
struct hy300_transition;

#define DAEDALUS_PING_COOKIE	0x1234
#define DAEDALUS_PING_BYTES	24

/**
 * struct daedalus_message - a message of the kernel as the daemon reads it
 * @header: its header
 * @hello: payload of a response to HELLO
 * @notify: payload of NOTIFY
 * @ping: payload of PING
 */
struct daedalus_message {
	struct daedalus_v4l2_header header;
	union {
		struct daedalus_v4l2_hello hello;
		struct daedalus_v4l2_notify notify;
		u8 ping[DAEDALUS_PING_BYTES];
	};
};

static_assert(offsetof(struct daedalus_message, hello) == sizeof(struct daedalus_v4l2_header));
static_assert(offsetof(struct daedalus_message, notify) == sizeof(struct daedalus_v4l2_header));

/**
 * struct daedalus_queue - messages that wait for the daemon, first in first out
 * @lock: protects the rest
 * @first: index of the oldest message
 * @count: messages waiting
 * @dropped: messages that found no place
 * @slots: the messages
 */
struct daedalus_queue {
	/* Also protects the last fields of struct daedalus_bridge; taken in hard interrupts. */
	spinlock_t lock;
	unsigned int first;
	unsigned int count;
	u64 dropped;
	struct daedalus_message slots[DAEDALUS_V4L2_QUEUE_SIZE];
};

/**
 * struct daedalus_counters - what has happened since the module was loaded
 * @transitions: transitions of the hy300 drivers; the next one's sequence number
 * @unheard: transitions while no daemon had said HELLO
 * @notifies: NOTIFY messages that were queued
 * @pings: PING messages that were queued
 * @pongs: responses to a PING, with its cookie and payload
 * @stray_pongs: PONG messages that answer nothing
 * @hellos: HELLO messages that were answered
 * @read: messages that the daemon has read
 * @refused: messages of the daemon that were refused
 */
struct daedalus_counters {
	u64 transitions;
	u64 unheard;
	u64 notifies;
	u64 pings;
	u64 pongs;
	u64 stray_pongs;
	u64 hellos;
	u64 read;
	u64 refused;
};

/**
 * struct daedalus_bridge - the bridge
 * @misc: /dev/daedalus-v4l2
 * @transitions: hears of the transitions
 * @debugfs: directory daedalus_v4l2
 * @reading: one reader at a time
 * @readers: where readers and pollers wait
 * @fasync: who gets SIGIO
 * @queue: messages for the daemon; its lock protects all that follows
 * @opened: somebody has the device open
 * @greeted: and has said HELLO
 * @unanswered: PING messages that were read and have had no PONG
 * @count: counters
 */
struct daedalus_bridge {
	struct miscdevice misc;
	struct notifier_block transitions;
	struct dentry *debugfs;
	/* Keeps the head where it is while it is copied. */
	struct mutex reading;
	wait_queue_head_t readers;
	struct fasync_struct *fasync;

	struct daedalus_queue queue;
	bool opened;
	bool greeted;
	unsigned int unanswered;
	struct daedalus_counters count;
};

int daedalus_frame_check(const struct daedalus_v4l2_header *header, size_t size);
size_t daedalus_frame_size(const struct daedalus_message *message);
void daedalus_frame_hello(struct daedalus_message *message, u32 cookie, u64 sequence, u64 ktime_ns);
void daedalus_frame_ping(struct daedalus_message *message);
void daedalus_frame_notify(struct daedalus_message *message,
			   const struct hy300_transition *transition, u64 sequence);

void daedalus_queue_init(struct daedalus_queue *queue);
bool daedalus_queue_push(struct daedalus_queue *queue, const struct daedalus_message *message);
const struct daedalus_message *daedalus_queue_head(struct daedalus_queue *queue);
void daedalus_queue_pop(struct daedalus_queue *queue);
void daedalus_queue_flush(struct daedalus_queue *queue);

int daedalus_ping(struct daedalus_bridge *bridge);
void daedalus_debugfs_create(struct daedalus_bridge *bridge);

#endif /* _DAEDALUS_V4L2_CHARDEV_H */
