/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * /dev/kmsgpipe: a pipe of messages between anything on the projector and its agent.
 *
 * One write() is one message and one read() takes one. All structures have the same layout for
 * 32-bit and 64-bit programs; all numbers are in host byte order.
 */
#ifndef _UAPI_LINUX_KMSGPIPE_H
#define _UAPI_LINUX_KMSGPIPE_H

#include <linux/ioctl.h>
#include <linux/types.h>

/** KMSGPIPE_MAX_MESSAGE - most bytes that one message may have */
#define KMSGPIPE_MAX_MESSAGE	4096

/** KMSGPIPE_MIN_SIZE - least bytes that the ring has: the largest message fits */
#define KMSGPIPE_MIN_SIZE	8192

/** KMSGPIPE_MAX_SIZE - most bytes that the ring can be set to; it cannot be swapped out */
#define KMSGPIPE_MAX_SIZE	(1024 * 1024)

/**
 * struct kmsgpipe_stats - what KMSGPIPE_IOC_STATS gives, and debugfs kmsgpipe/stats in words
 * @reads: messages taken by read() or splice()
 * @writes: messages put in by write() or splice()
 * @read_bytes: their payload
 * @write_bytes: their payload
 * @consumed: messages taken by KMSGPIPE_IOC_CONSUME
 * @cleared: messages dropped by KMSGPIPE_IOC_CLEAR
 * @cleaned: messages dropped by the clean-up because of their age
 * @ioctls: ioctls called, this one included
 * @errors: reads, writes and ioctls that were refused; waiting, EAGAIN and signals do not count
 * @cleanups: runs of the clean-up
 * @last_cleanup_ns: CLOCK_MONOTONIC time of the last one, 0 when there was none
 * @last_cleanup_dropped: messages that it dropped
 * @size: bytes of the ring
 * @used: bytes of it that are taken, the heads of the messages included
 * @messages: messages in it
 * @open: open descriptions of /dev/kmsgpipe
 * @reserved: 0
 *
 * All that is about messages is of one moment:
 * @writes = @reads + @consumed + @cleared + @cleaned + @messages.
 */
struct kmsgpipe_stats {
	__u64 reads;
	__u64 writes;
	__u64 read_bytes;
	__u64 write_bytes;
	__u64 consumed;
	__u64 cleared;
	__u64 cleaned;
	__u64 ioctls;
	__u64 errors;
	__u64 cleanups;
	__u64 last_cleanup_ns;
	__u32 last_cleanup_dropped;
	__u32 size;
	__u32 used;
	__u32 messages;
	__u32 open;
	__u32 reserved;
};

/** KMSGPIPE_RETIRED - flag of a ring that was replaced by one of another size: map again */
#define KMSGPIPE_RETIRED	(1 << 0)

/**
 * struct kmsgpipe_map - first bytes of a mapping of /dev/kmsgpipe
 * @magic: KMSGPIPE_MAP_MAGIC
 * @version: KMSGPIPE_MAP_VERSION
 * @data_offset: where the ring begins in the mapping; its first page in all kernels so far
 * @size: bytes of the ring, a power of two
 * @head: position where the next message will begin
 * @tail: position of the oldest message; equal to @head when there is none
 * @flags: KMSGPIPE_RETIRED
 * @reserved: 0
 *
 * Mapped are @data_offset bytes and then the ring, twice in a row, so that a message which crosses
 * the end of the ring lies in one piece. The mapping can only be read, and mapping it takes nothing
 * out of the pipe.
 *
 * Positions count bytes and wrap at 2^32; the message at position p begins at
 * @data_offset + (p & (@size - 1)) as a struct kmsgpipe_message. They survive a change of size.
 *
 * To look at messages: load @head with acquire semantics; use the message at your position unless
 * that is @head; then, after an acquire fence, load @tail. If position - @tail is more than
 * @head - @tail (all modulo 2^32) you were overtaken: the message was taken or dropped while you
 * looked and its bytes may be those of a newer one. Begin again at @tail; the sequence numbers tell
 * how many you missed. A reader that has slept through 2^32 bytes is found out by the sequence
 * number: it is not the next one.
 *
 * To take messages that were read in place, give the sequence number of the last one to
 * KMSGPIPE_IOC_CONSUME.
 */
struct kmsgpipe_map {
	__u32 magic;
	__u32 version;
	__u32 data_offset;
	__u32 size;
	__u32 head;
	__u32 tail;
	__u32 flags;
	__u32 reserved;
};

/** KMSGPIPE_MAP_MAGIC - "kmsg" as it lies in the memory of a little-endian machine */
#define KMSGPIPE_MAP_MAGIC	0x67736d6b

/** KMSGPIPE_MAP_VERSION - version of this layout */
#define KMSGPIPE_MAP_VERSION	1

/**
 * struct kmsgpipe_message - head of a message in the ring
 * @len: bytes of payload, which follow
 * @reserved: 0
 * @sequence: 1 for the first message since the module was loaded, then one more each
 * @ktime_ns: CLOCK_MONOTONIC time at which it was put in
 *
 * The next message begins KMSGPIPE_MESSAGE_SPACE(@len) bytes further.
 */
struct kmsgpipe_message {
	__u32 len;
	__u32 reserved;
	__u64 sequence;
	__u64 ktime_ns;
};

/** KMSGPIPE_MESSAGE_SPACE - bytes of the ring that a message of @_len bytes takes */
#define KMSGPIPE_MESSAGE_SPACE(_len)	\
	((((__u32)(_len) + 7) & ~7U) + (__u32)sizeof(struct kmsgpipe_message))

/** KMSGPIPE_IOC_MAGIC - type of the ioctls */
#define KMSGPIPE_IOC_MAGIC	0xC8

/** KMSGPIPE_IOC_CLEAR - drop all messages; returns how many. EBADF unless open for reading */
#define KMSGPIPE_IOC_CLEAR	_IO(KMSGPIPE_IOC_MAGIC, 1)

/** KMSGPIPE_IOC_STATS - counters and gauges, all of one moment */
#define KMSGPIPE_IOC_STATS	_IOR(KMSGPIPE_IOC_MAGIC, 2, struct kmsgpipe_stats)

/** KMSGPIPE_IOC_GET_SIZE - bytes of the ring */
#define KMSGPIPE_IOC_GET_SIZE	_IOR(KMSGPIPE_IOC_MAGIC, 3, __u32)

/**
 * KMSGPIPE_IOC_SET_SIZE - replace the ring by one of this many bytes; the messages stay
 *
 * The size is rounded up to a power of two, a page and KMSGPIPE_MIN_SIZE; that of the ring as it
 * is changes nothing. EBADF unless open for writing; ERANGE below KMSGPIPE_MAX_MESSAGE or above
 * KMSGPIPE_MAX_SIZE; EBUSY when the messages in the pipe do not fit, or while a ring that was
 * replaced before is still mapped; ENOMEM. The memory is charged to the caller.
 */
#define KMSGPIPE_IOC_SET_SIZE	_IOW(KMSGPIPE_IOC_MAGIC, 4, __u32)

/**
 * KMSGPIPE_IOC_CONSUME - take all messages up to this sequence number; returns how many
 *
 * For readers of a mapping. What others have taken meanwhile is not counted. EBADF unless open for
 * reading.
 */
#define KMSGPIPE_IOC_CONSUME	_IOW(KMSGPIPE_IOC_MAGIC, 5, __u64)

#endif /* _UAPI_LINUX_KMSGPIPE_H */
