/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * Messages of the daedalus bridge by the names that daemons were first written with; what they
 * mean is in <linux/daedalus-v4l2.h>.
 */
#ifndef _UAPI_LINUX_DAEDALUS_V4L2_PROTO_H
#define _UAPI_LINUX_DAEDALUS_V4L2_PROTO_H

#include <linux/daedalus-v4l2.h>

#define DAEDALUS_PROTO_MAGIC		DAEDALUS_V4L2_MAGIC
#define DAEDALUS_PROTO_VERSION		DAEDALUS_V4L2_VERSION
#define DAEDALUS_PROTO_MAX_PAYLOAD	DAEDALUS_V4L2_MAX_PAYLOAD
#define DAEDALUS_PROTO_RESPONSE		DAEDALUS_V4L2_RESPONSE
#define DAEDALUS_PROTO_HELLO		DAEDALUS_V4L2_HELLO
#define DAEDALUS_PROTO_PING		DAEDALUS_V4L2_PING
#define DAEDALUS_PROTO_PONG		DAEDALUS_V4L2_PONG
#define DAEDALUS_PROTO_NOTIFY		DAEDALUS_V4L2_NOTIFY

/* struct daedalus_msg_hdr - beginning of each message */
#define daedalus_msg_hdr		daedalus_v4l2_header

#endif /* _UAPI_LINUX_DAEDALUS_V4L2_PROTO_H */
