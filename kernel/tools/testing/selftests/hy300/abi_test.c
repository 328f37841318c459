// SPDX-License-Identifier: GPL-2.0
/*
 * The drivers' headers for user space: sizes, offsets, ioctls and numbers, which must be the same
 * for 32-bit and 64-bit programs and never change. The compiler checks all of it; a structure with
 * a hole does not compile. What runs shows that the bytes lie as the documents say.
 */
#include <assert.h>
#include <stddef.h>
#include <sys/utsname.h>

#pragma GCC diagnostic push
#pragma GCC diagnostic error "-Wpadded"
#include <linux/daedalus-v4l2.h>
#include <linux/hy300.h>
#include <linux/kmsgpipe.h>
#include <linux/mipsloader.h>
#pragma GCC diagnostic pop

#include "ktap.h"

#define VALUE(_constant, _value)						\
	static_assert((_constant) == (_value), "is another number")
#define SIZE(_struct, _bytes)							\
	static_assert(sizeof(struct _struct) == (_bytes), "has another size")
#define OFFSET(_struct, _field, _offset)					\
	static_assert(offsetof(struct _struct, _field) == (_offset), "is somewhere else")

/* linux/daedalus-v4l2.h */
VALUE(DAEDALUS_V4L2_MAGIC, 0x44303456);
VALUE(DAEDALUS_V4L2_VERSION, 0);
VALUE(DAEDALUS_V4L2_MAX_PAYLOAD, 65536);
VALUE(DAEDALUS_V4L2_QUEUE_SIZE, 64);
VALUE(DAEDALUS_V4L2_HELLO, 1);
VALUE(DAEDALUS_V4L2_PING, 2);
VALUE(DAEDALUS_V4L2_NOTIFY, 3);
VALUE(DAEDALUS_V4L2_HELLO_RESPONSE, 0x80000001);
VALUE(DAEDALUS_V4L2_PONG, 0x80000002);

SIZE(daedalus_v4l2_header, 24);
OFFSET(daedalus_v4l2_header, magic, 0);
OFFSET(daedalus_v4l2_header, version, 4);
OFFSET(daedalus_v4l2_header, type, 8);
OFFSET(daedalus_v4l2_header, cookie, 12);
OFFSET(daedalus_v4l2_header, payload_len, 16);
OFFSET(daedalus_v4l2_header, reserved, 20);

SIZE(daedalus_v4l2_hello, 24);
OFFSET(daedalus_v4l2_hello, sequence, 0);
OFFSET(daedalus_v4l2_hello, ktime_ns, 8);
OFFSET(daedalus_v4l2_hello, queue_size, 16);
OFFSET(daedalus_v4l2_hello, reserved, 20);

SIZE(daedalus_v4l2_notify, 40);
OFFSET(daedalus_v4l2_notify, sequence, 0);
OFFSET(daedalus_v4l2_notify, ktime_ns, 8);
OFFSET(daedalus_v4l2_notify, subsystem, 16);
OFFSET(daedalus_v4l2_notify, unit, 20);
OFFSET(daedalus_v4l2_notify, event, 24);
OFFSET(daedalus_v4l2_notify, reserved, 28);
OFFSET(daedalus_v4l2_notify, value, 32);

/* linux/hy300.h */
VALUE(HY300_SUBSYSTEM_MIPS, 1);
VALUE(HY300_SUBSYSTEM_TVCAP, 2);
VALUE(HY300_SUBSYSTEM_MOTOR, 3);

VALUE(HY300_MIPS_STATE, 0);
VALUE(HY300_MIPS_FIRMWARE_LOADED, 1);
VALUE(HY300_MIPS_KEYSTONE, 2);

VALUE(HY300_MIPS_OFF, 0);
VALUE(HY300_MIPS_INITIAL, 1);
VALUE(HY300_MIPS_SLEEP, 2);
VALUE(HY300_MIPS_IDLE, 3);
VALUE(HY300_MIPS_TRANSITION_UP, 4);
VALUE(HY300_MIPS_RUNNING, 5);
VALUE(HY300_MIPS_UNKNOWN, 6);
VALUE(HY300_MIPS_UNRESPONSIVE, 7);

VALUE(HY300_TVCAP_ENABLED, 0);
VALUE(HY300_TVCAP_HDMI_CONNECTED, 1);
VALUE(HY300_TVCAP_SIGNAL_DETECTED, 2);
VALUE(HY300_TVCAP_RESOLUTION, 3);
VALUE(HY300_TVCAP_FORMAT, 4);
VALUE(HY300_TVCAP_STREAMING, 5);
VALUE(HY300_TVCAP_ERROR, 6);

VALUE(HY300_MOTOR_POSITION, 0);
VALUE(HY300_MOTOR_TARGET, 1);
VALUE(HY300_MOTOR_MOVING, 2);
VALUE(HY300_MOTOR_HOMED, 3);
VALUE(HY300_MOTOR_LIMIT, 4);
VALUE(HY300_MOTOR_FAULT, 5);

VALUE(HY300_FAULT_NONE, 0);
VALUE(HY300_FAULT_LIMIT_STUCK, 1);
VALUE(HY300_FAULT_HOMING_TIMEOUT, 2);
VALUE(HY300_FAULT_LIMIT_UNEXPECTED, 3);
VALUE(HY300_FAULT_STEP, 4);

/* linux/kmsgpipe.h */
VALUE(KMSGPIPE_MAX_MESSAGE, 4096);
VALUE(KMSGPIPE_IOC_CLEAR, 0xc801);
VALUE(KMSGPIPE_IOC_STATS, 0x8070c802);
VALUE(KMSGPIPE_IOC_GET_SIZE, 0x8004c803);
VALUE(KMSGPIPE_IOC_SET_SIZE, 0x4004c804);
VALUE(KMSGPIPE_IOC_CONSUME, 0x4008c805);

SIZE(kmsgpipe_stats, 112);
OFFSET(kmsgpipe_stats, reads, 0);
OFFSET(kmsgpipe_stats, writes, 8);
OFFSET(kmsgpipe_stats, read_bytes, 16);
OFFSET(kmsgpipe_stats, write_bytes, 24);
OFFSET(kmsgpipe_stats, consumed, 32);
OFFSET(kmsgpipe_stats, cleared, 40);
OFFSET(kmsgpipe_stats, cleaned, 48);
OFFSET(kmsgpipe_stats, ioctls, 56);
OFFSET(kmsgpipe_stats, errors, 64);
OFFSET(kmsgpipe_stats, cleanups, 72);
OFFSET(kmsgpipe_stats, last_cleanup_ns, 80);
OFFSET(kmsgpipe_stats, last_cleanup_dropped, 88);
OFFSET(kmsgpipe_stats, size, 92);
OFFSET(kmsgpipe_stats, used, 96);
OFFSET(kmsgpipe_stats, messages, 100);
OFFSET(kmsgpipe_stats, open, 104);
OFFSET(kmsgpipe_stats, reserved, 108);

VALUE(KMSGPIPE_RETIRED, 1);
VALUE(KMSGPIPE_MAP_MAGIC, 0x67736d6b);
VALUE(KMSGPIPE_MAP_VERSION, 1);
VALUE(KMSGPIPE_MESSAGE_SPACE(1), 32);
VALUE(KMSGPIPE_MESSAGE_SPACE(8), 32);
VALUE(KMSGPIPE_MESSAGE_SPACE(9), 40);

SIZE(kmsgpipe_map, 32);
OFFSET(kmsgpipe_map, magic, 0);
OFFSET(kmsgpipe_map, version, 4);
OFFSET(kmsgpipe_map, data_offset, 8);
OFFSET(kmsgpipe_map, size, 12);
OFFSET(kmsgpipe_map, head, 16);
OFFSET(kmsgpipe_map, tail, 20);
OFFSET(kmsgpipe_map, flags, 24);
OFFSET(kmsgpipe_map, reserved, 28);

SIZE(kmsgpipe_message, 24);
OFFSET(kmsgpipe_message, len, 0);
OFFSET(kmsgpipe_message, reserved, 4);
OFFSET(kmsgpipe_message, sequence, 8);
OFFSET(kmsgpipe_message, ktime_ns, 16);

/* linux/mipsloader.h */
VALUE(MIPSLOADER_IOC_LOAD_FIRMWARE, 0x40404d01);
VALUE(MIPSLOADER_IOC_RESTART, 0x4d02);
VALUE(MIPSLOADER_IOC_POWER_DOWN, 0x4d03);
VALUE(MIPSLOADER_IOC_GET_STATUS, 0x80904d04);

SIZE(mipsloader_firmware, 64);
OFFSET(mipsloader_firmware, name, 0);

VALUE(MIPSLOADER_FIRMWARE_LOADED, 1);
VALUE(MIPSLOADER_ATTACHED, 2);

SIZE(mipsloader_status, 144);
OFFSET(mipsloader_status, state, 0);
OFFSET(mipsloader_status, flags, 4);
OFFSET(mipsloader_status, firmware_size, 8);
OFFSET(mipsloader_status, firmware_crc32, 12);
OFFSET(mipsloader_status, load_attempts, 16);
OFFSET(mipsloader_status, load_successes, 24);
OFFSET(mipsloader_status, load_failures, 32);
OFFSET(mipsloader_status, communication_errors, 40);
OFFSET(mipsloader_status, keystone, 48);
OFFSET(mipsloader_status, name, 80);

static void who_runs(void)
{
	struct utsname kernel;

	CHECK(!uname(&kernel));
	printf("# a program of %zu bits on %s\n", 8 * sizeof(void *), kernel.machine);
	/* The byte strings below are those of the processors that a projector has. */
	CHECK_EQ(__BYTE_ORDER__, __ORDER_LITTLE_ENDIAN__);
}

static void a_header(void)
{
	static const unsigned char bytes[24] = {
		'V', '4', '0', 'D', 0, 0, 0, 0, 0x02, 0, 0, 0x80,
		0x34, 0x12, 0, 0, 24, 0, 0, 0, 0, 0, 0, 0,
	};
	const struct daedalus_v4l2_header header = {
		.magic = DAEDALUS_V4L2_MAGIC,
		.version = DAEDALUS_V4L2_VERSION,
		.type = DAEDALUS_V4L2_PONG,
		.cookie = 0x1234,
		.payload_len = 24,
	};

	CHECK(!memcmp(&header, bytes, sizeof(bytes)));
}

static void a_notify(void)
{
	static const unsigned char bytes[40] = {
		0x08, 0x07, 0x06, 0x05, 0x04, 0x03, 0x02, 0x01,
		0x18, 0x17, 0x16, 0x15, 0x14, 0x13, 0x12, 0x11,
		3, 0, 0, 0, 1, 0, 0, 0, 5, 0, 0, 0, 0, 0, 0, 0,
		0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
	};
	const struct daedalus_v4l2_notify notify = {
		.sequence = 0x0102030405060708,
		.ktime_ns = 0x1112131415161718,
		.subsystem = HY300_SUBSYSTEM_MOTOR,
		.unit = 1,
		.event = HY300_MOTOR_FAULT,
		.value = -2,
	};

	CHECK(!memcmp(&notify, bytes, sizeof(bytes)));
}

static const struct ktap_test tests[] = {
	{ "every size, offset, ioctl and number, by the compiler", who_runs },
	{ "a header's bytes", a_header },
	{ "a NOTIFY's bytes", a_notify },
};

int main(void)
{
	return ktap_run(tests, ARRAY_SIZE(tests));
}
