/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * Messages of the daedalus bridge, /dev/daedalus-v4l2: requests and responses between the kernel
 * and a user-space daemon.
 *
 * One read() gives one message and one write() takes one: the header, then payload_len bytes.
 * Fields are in host byte order. No structure has padding, and all of them are the same for
 * 32-bit and 64-bit user space. See Documentation/misc-devices/daedalus-v4l2.rst.
 */
#ifndef _UAPI_LINUX_DAEDALUS_V4L2_H
#define _UAPI_LINUX_DAEDALUS_V4L2_H

#include <linux/types.h>

/**
 * DAEDALUS_V4L2_MAGIC - "D04V", the first word of each message
 */
#define DAEDALUS_V4L2_MAGIC		0x44303456U

/**
 * DAEDALUS_V4L2_VERSION - version of the protocol
 */
#define DAEDALUS_V4L2_VERSION		0U

/**
 * DAEDALUS_V4L2_MAX_PAYLOAD - most bytes that may follow a header
 */
#define DAEDALUS_V4L2_MAX_PAYLOAD	65536U

/**
 * DAEDALUS_V4L2_QUEUE_SIZE - messages that wait for the daemon at most; the last place is a PING's
 */
#define DAEDALUS_V4L2_QUEUE_SIZE	64U

/**
 * DAEDALUS_V4L2_RESPONSE - bit of a type that answers the request of the same number
 */
#define DAEDALUS_V4L2_RESPONSE		0x80000000U

/**
 * DAEDALUS_V4L2_HELLO - the daemon is there
 *
 * Daemon to kernel. The payload is the daemon's own, the kernel does not look at it. Answered by
 * DAEDALUS_V4L2_HELLO_RESPONSE with the daemon's cookie; NOTIFY begins after the first one.
 */
#define DAEDALUS_V4L2_HELLO		1U

/**
 * DAEDALUS_V4L2_PING - is the daemon alive?
 *
 * Kernel to daemon. Answered by DAEDALUS_V4L2_PONG.
 */
#define DAEDALUS_V4L2_PING		2U

/**
 * DAEDALUS_V4L2_NOTIFY - a state attribute of /sys/class/hy300 has changed
 *
 * Kernel to daemon, payload struct daedalus_v4l2_notify, cookie 0. Not answered.
 */
#define DAEDALUS_V4L2_NOTIFY		3U

/**
 * DAEDALUS_V4L2_HELLO_RESPONSE - kernel to daemon, payload struct daedalus_v4l2_hello
 */
#define DAEDALUS_V4L2_HELLO_RESPONSE	(DAEDALUS_V4L2_RESPONSE | DAEDALUS_V4L2_HELLO)

/**
 * DAEDALUS_V4L2_PONG - daemon to kernel, with the PING's cookie and payload
 */
#define DAEDALUS_V4L2_PONG		(DAEDALUS_V4L2_RESPONSE | DAEDALUS_V4L2_PING)

/**
 * struct daedalus_v4l2_header - beginning of each message, 24 bytes
 * @magic: DAEDALUS_V4L2_MAGIC
 * @version: DAEDALUS_V4L2_VERSION
 * @type: what the message is; the high bit says that it is a response
 * @cookie: chosen by who sends a request, repeated in the response
 * @payload_len: bytes that follow, at most DAEDALUS_V4L2_MAX_PAYLOAD
 * @reserved: 0
 */
struct daedalus_v4l2_header {
	__u32 magic;
	__u32 version;
	__u32 type;
	__u32 cookie;
	__u32 payload_len;
	__u32 reserved;
};

/**
 * struct daedalus_v4l2_hello - payload of the kernel's response to HELLO, 24 bytes
 * @sequence: transitions so far, which is the number that the next one will carry
 * @ktime_ns: when the response was made, CLOCK_MONOTONIC in nanoseconds
 * @queue_size: messages that wait for the daemon at most
 * @reserved: 0
 *
 * Transitions between the last NOTIFY that was read and @sequence were lost, once the queue has
 * been read empty up to this response.
 */
struct daedalus_v4l2_hello {
	__aligned_u64 sequence;
	__aligned_u64 ktime_ns;
	__u32 queue_size;
	__u32 reserved;
};

/**
 * struct daedalus_v4l2_notify - payload of NOTIFY, 40 bytes
 * @sequence: number of the transition; every transition of every subsystem counts, delivered or
 *	not, beginning with 0 when the bridge's module is loaded
 * @ktime_ns: when it happened, CLOCK_MONOTONIC in nanoseconds
 * @subsystem: whose state it is, HY300_SUBSYSTEM_* of <linux/hy300.h>
 * @unit: 0 for the first device of the subsystem, 1 for the second ...
 * @event: which state attribute, numbered in <linux/hy300.h>
 * @reserved: 0
 * @value: the new value: the number that the attribute shows; for a word its number in
 *	<linux/hy300.h>; for a resolution height << 16 | width
 */
struct daedalus_v4l2_notify {
	__aligned_u64 sequence;
	__aligned_u64 ktime_ns;
	__u32 subsystem;
	__u32 unit;
	__u32 event;
	__u32 reserved;
	__s64 value;
};

#endif /* _UAPI_LINUX_DAEDALUS_V4L2_H */
