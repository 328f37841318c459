// SPDX-License-Identifier: GPL-2.0
/*
 * Daedalus bridge: makes the kernel's messages and checks the daemon's.
 */

#include <linux/errno.h>
#include <linux/string.h>

#include <linux/hy300.h>

#include "daedalus-v4l2-chardev.h"

static const char daedalus_ping_text[] = "DAEDALUS-V4L2-PING-PL";

static_assert(sizeof(daedalus_ping_text) <= DAEDALUS_PING_BYTES);

/**
 * daedalus_frame_check() - whether a message of the daemon is one
 * @header: its header
 * @size: bytes that were written, no fewer than the header has
 *
 * Return: 0, -EBADMSG wrong magic, -EPROTO wrong version, -EMSGSIZE payload_len too large,
 * -EINVAL reserved is not 0, a type that the kernel does not take, or other bytes than payload_len
 * behind the header.
 */
int daedalus_frame_check(const struct daedalus_v4l2_header *header, size_t size)
{
	if (header->magic != DAEDALUS_V4L2_MAGIC)
		return -EBADMSG;
	if (header->version != DAEDALUS_V4L2_VERSION)
		return -EPROTO;
	if (header->payload_len > DAEDALUS_V4L2_MAX_PAYLOAD)
		return -EMSGSIZE;
	if (header->reserved)
		return -EINVAL;
	if (header->type != DAEDALUS_V4L2_HELLO && header->type != DAEDALUS_V4L2_PONG)
		return -EINVAL;
	if (size - sizeof(*header) != header->payload_len)
		return -EINVAL;
	return 0;
}

/**
 * daedalus_frame_size() - bytes of a message as the daemon reads it
 * @message: the message
 *
 * Return: bytes of header and payload.
 */
size_t daedalus_frame_size(const struct daedalus_message *message)
{
	return sizeof(message->header) + message->header.payload_len;
}

static void daedalus_frame(struct daedalus_message *message, u32 type, u32 cookie, u32 payload_len)
{
	memset(message, 0, sizeof(*message));
	message->header.magic = DAEDALUS_V4L2_MAGIC;
	message->header.version = DAEDALUS_V4L2_VERSION;
	message->header.type = type;
	message->header.cookie = cookie;
	message->header.payload_len = payload_len;
}

/**
 * daedalus_frame_hello() - make the response to a HELLO
 * @message: filled
 * @cookie: the daemon's cookie
 * @sequence: transitions so far
 * @ktime_ns: now
 */
void daedalus_frame_hello(struct daedalus_message *message, u32 cookie, u64 sequence, u64 ktime_ns)
{
	daedalus_frame(message, DAEDALUS_V4L2_HELLO_RESPONSE, cookie, sizeof(message->hello));
	message->hello.sequence = sequence;
	message->hello.ktime_ns = ktime_ns;
	message->hello.queue_size = DAEDALUS_V4L2_QUEUE_SIZE;
}

/**
 * daedalus_frame_ping() - make a PING
 * @message: filled
 */
void daedalus_frame_ping(struct daedalus_message *message)
{
	daedalus_frame(message, DAEDALUS_V4L2_PING, DAEDALUS_PING_COOKIE, sizeof(message->ping));
	memcpy(message->ping, daedalus_ping_text, sizeof(daedalus_ping_text));
}

/**
 * daedalus_frame_notify() - make the NOTIFY of a transition
 * @message: filled
 * @transition: what has changed
 * @sequence: its number
 */
void daedalus_frame_notify(struct daedalus_message *message,
			   const struct hy300_transition *transition, u64 sequence)
{
	daedalus_frame(message, DAEDALUS_V4L2_NOTIFY, 0, sizeof(message->notify));
	message->notify.sequence = sequence;
	message->notify.ktime_ns = transition->ktime_ns;
	message->notify.subsystem = transition->subsystem;
	message->notify.unit = transition->unit;
	message->notify.event = transition->event;
	message->notify.value = transition->value;
}
