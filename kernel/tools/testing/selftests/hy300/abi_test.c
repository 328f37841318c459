// SPDX-License-Identifier: GPL-2.0
/*
 * The drivers' headers for user space: sizes, offsets, ioctls and numbers, which must be the same
 * for 32-bit and 64-bit programs and never change. The compiler checks all of it; a structure with
 * a hole does not compile. What runs shows that the bytes lie as the documents say.
 */
#include <stddef.h>
#include <sys/utsname.h>

#pragma GCC diagnostic push
#pragma GCC diagnostic error "-Wpadded"
#include <linux/daedalus-v4l2.h>
#include <linux/hy300.h>
#pragma GCC diagnostic pop

#include "ktap.h"

#define VALUE(_constant, _value)						\
	_Static_assert((_constant) == (_value), #_constant)
#define SIZE(_struct, _bytes)							\
	_Static_assert(sizeof(struct _struct) == (_bytes), #_struct)
#define FIELD(_struct, _field, _offset, _bytes)					\
	_Static_assert(offsetof(struct _struct, _field) == (_offset) &&		\
		       sizeof(((struct _struct *)0)->_field) == (_bytes),	\
		       #_struct "." #_field)

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
FIELD(daedalus_v4l2_header, magic, 0, 4);
FIELD(daedalus_v4l2_header, version, 4, 4);
FIELD(daedalus_v4l2_header, type, 8, 4);
FIELD(daedalus_v4l2_header, cookie, 12, 4);
FIELD(daedalus_v4l2_header, payload_len, 16, 4);
FIELD(daedalus_v4l2_header, reserved, 20, 4);

SIZE(daedalus_v4l2_hello, 24);
FIELD(daedalus_v4l2_hello, sequence, 0, 8);
FIELD(daedalus_v4l2_hello, ktime_ns, 8, 8);
FIELD(daedalus_v4l2_hello, queue_size, 16, 4);
FIELD(daedalus_v4l2_hello, reserved, 20, 4);

SIZE(daedalus_v4l2_notify, 40);
FIELD(daedalus_v4l2_notify, sequence, 0, 8);
FIELD(daedalus_v4l2_notify, ktime_ns, 8, 8);
FIELD(daedalus_v4l2_notify, subsystem, 16, 4);
FIELD(daedalus_v4l2_notify, unit, 20, 4);
FIELD(daedalus_v4l2_notify, event, 24, 4);
FIELD(daedalus_v4l2_notify, reserved, 28, 4);
FIELD(daedalus_v4l2_notify, value, 32, 8);

/* linux/hy300.h */
VALUE(HY300_SUBSYSTEM_MIPS, 1);
VALUE(HY300_SUBSYSTEM_TVCAP, 2);
VALUE(HY300_SUBSYSTEM_MOTOR, 3);

VALUE(HY300_MIPS_STATE, 0);
VALUE(HY300_MIPS_FIRMWARE_LOADED, 1);
VALUE(HY300_MIPS_KEYSTONE, 2);

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
	static const unsigned char bytes[24] =
		"V40D" "\0\0\0\0" "\x02\0\0\x80" "\x34\x12\0\0" "\x18\0\0\0" "\0\0\0";
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
	static const unsigned char bytes[40] =
		"\x08\x07\x06\x05\x04\x03\x02\x01" "\x18\x17\x16\x15\x14\x13\x12\x11"
		"\x03\0\0\0" "\x01\0\0\0" "\x05\0\0\0" "\0\0\0\0"
		"\xfe\xff\xff\xff\xff\xff\xff\xff";
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
