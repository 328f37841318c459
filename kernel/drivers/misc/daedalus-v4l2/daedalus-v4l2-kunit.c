// SPDX-License-Identifier: GPL-2.0
/*
 * Daedalus bridge: KUnit tests of its framing and its queue.
 */

#include <kunit/test.h>

#include "daedalus-v4l2-framing.c"
#include "daedalus-v4l2-queue.c"

static const struct daedalus_v4l2_header sound = {
	.magic = DAEDALUS_V4L2_MAGIC,
	.type = DAEDALUS_V4L2_PONG,
	.cookie = 7,
	.payload_len = 8,
};

#define SOUND_SIZE	(sizeof(sound) + 8)

static void check_takes_hello_and_pong(struct kunit *test)
{
	struct daedalus_v4l2_header header = sound;

	KUNIT_EXPECT_EQ(test, daedalus_frame_check(&header, SOUND_SIZE), 0);
	header.type = DAEDALUS_V4L2_HELLO;
	KUNIT_EXPECT_EQ(test, daedalus_frame_check(&header, SOUND_SIZE), 0);
	header.payload_len = 0;
	KUNIT_EXPECT_EQ(test, daedalus_frame_check(&header, sizeof(header)), 0);
}

static void check_takes_no_other_type(struct kunit *test)
{
	struct daedalus_v4l2_header header = sound;
	unsigned int number;

	for (number = 0; number < 64; number++) {
		bool pong = number == DAEDALUS_V4L2_PING;
		bool hello = number == DAEDALUS_V4L2_HELLO;

		header.type = number;
		KUNIT_EXPECT_EQ(test, daedalus_frame_check(&header, SOUND_SIZE),
				hello ? 0 : -EINVAL);
		header.type = DAEDALUS_V4L2_RESPONSE | number;
		KUNIT_EXPECT_EQ(test, daedalus_frame_check(&header, SOUND_SIZE),
				pong ? 0 : -EINVAL);
	}
}

static void check_bounds_the_payload(struct kunit *test)
{
	struct daedalus_v4l2_header header = sound;
	size_t most = sizeof(header) + DAEDALUS_V4L2_MAX_PAYLOAD;

	header.payload_len = DAEDALUS_V4L2_MAX_PAYLOAD;
	KUNIT_EXPECT_EQ(test, daedalus_frame_check(&header, most), 0);
	KUNIT_EXPECT_EQ(test, daedalus_frame_check(&header, most - 1), -EINVAL);
	KUNIT_EXPECT_EQ(test, daedalus_frame_check(&header, most + 1), -EINVAL);
	header.payload_len++;
	KUNIT_EXPECT_EQ(test, daedalus_frame_check(&header, most + 1), -EMSGSIZE);
	/* Added to the header's size, this would be less than nothing. */
	header.payload_len = U32_MAX;
	KUNIT_EXPECT_EQ(test, daedalus_frame_check(&header, sizeof(header) - 1), -EMSGSIZE);
}

/* Each error hides those after it. */
static void check_keeps_the_order_of_errors(struct kunit *test)
{
	struct daedalus_v4l2_header header = {
		.magic = 1, .version = 1, .type = 99, .payload_len = U32_MAX, .reserved = 1,
	};

	KUNIT_EXPECT_EQ(test, daedalus_frame_check(&header, SOUND_SIZE), -EBADMSG);
	header.magic = DAEDALUS_V4L2_MAGIC;
	KUNIT_EXPECT_EQ(test, daedalus_frame_check(&header, SOUND_SIZE), -EPROTO);
	header.version = DAEDALUS_V4L2_VERSION;
	KUNIT_EXPECT_EQ(test, daedalus_frame_check(&header, SOUND_SIZE), -EMSGSIZE);
	header.payload_len = 8;
	header.type = DAEDALUS_V4L2_PONG;
	KUNIT_EXPECT_EQ(test, daedalus_frame_check(&header, SOUND_SIZE), -EINVAL);
	header.reserved = 0;
	KUNIT_EXPECT_EQ(test, daedalus_frame_check(&header, SOUND_SIZE), 0);
}

static void expect_header(struct kunit *test, const struct daedalus_message *message, u32 type,
			  u32 cookie, u32 payload_len)
{
	KUNIT_EXPECT_EQ(test, message->header.magic, 0x44303456);
	KUNIT_EXPECT_EQ(test, message->header.version, 0);
	KUNIT_EXPECT_EQ(test, message->header.type, type);
	KUNIT_EXPECT_EQ(test, message->header.cookie, cookie);
	KUNIT_EXPECT_EQ(test, message->header.payload_len, payload_len);
	KUNIT_EXPECT_EQ(test, message->header.reserved, 0);
	KUNIT_EXPECT_EQ(test, daedalus_frame_size(message), 24 + payload_len);
}

static void frames_carry_what_was_given(struct kunit *test)
{
	const struct hy300_transition transition = {
		.ktime_ns = 1ULL << 40,
		.subsystem = HY300_SUBSYSTEM_MOTOR,
		.unit = 1,
		.event = HY300_MOTOR_POSITION,
		.value = -12,
	};
	struct daedalus_message message;

	memset(&message, 0xff, sizeof(message));
	daedalus_frame_hello(&message, 0xffffffff, 1ULL << 33, 1ULL << 41);
	expect_header(test, &message, 0x80000001, 0xffffffff, 24);
	KUNIT_EXPECT_EQ(test, message.hello.sequence, 1ULL << 33);
	KUNIT_EXPECT_EQ(test, message.hello.ktime_ns, 1ULL << 41);
	KUNIT_EXPECT_EQ(test, message.hello.queue_size, 64);
	KUNIT_EXPECT_EQ(test, message.hello.reserved, 0);

	memset(&message, 0xff, sizeof(message));
	daedalus_frame_notify(&message, &transition, 1ULL << 34);
	expect_header(test, &message, 3, 0, 40);
	KUNIT_EXPECT_EQ(test, message.notify.sequence, 1ULL << 34);
	KUNIT_EXPECT_EQ(test, message.notify.ktime_ns, 1ULL << 40);
	KUNIT_EXPECT_EQ(test, message.notify.subsystem, 3);
	KUNIT_EXPECT_EQ(test, message.notify.unit, 1);
	KUNIT_EXPECT_EQ(test, message.notify.event, 0);
	KUNIT_EXPECT_EQ(test, message.notify.reserved, 0);
	KUNIT_EXPECT_EQ(test, message.notify.value, -12);

	memset(&message, 0xff, sizeof(message));
	daedalus_frame_ping(&message);
	expect_header(test, &message, 2, 0x1234, 24);
	KUNIT_EXPECT_EQ(test, memcmp(message.ping, "DAEDALUS-V4L2-PING-PL\0\0\0", 24), 0);
}

static bool push(struct daedalus_queue *queue, u32 type, u32 cookie)
{
	struct daedalus_message message;
	bool pushed;

	daedalus_frame(&message, type, cookie, 0);
	spin_lock_irq(&queue->lock);
	pushed = daedalus_queue_push(queue, &message);
	spin_unlock_irq(&queue->lock);
	return pushed;
}

/* The cookie of the oldest message, which is taken out; -1 when there is none */
static s64 pop(struct daedalus_queue *queue)
{
	const struct daedalus_message *head;
	s64 cookie = -1;

	spin_lock_irq(&queue->lock);
	head = daedalus_queue_head(queue);
	if (head) {
		cookie = head->header.cookie;
		daedalus_queue_pop(queue);
	}
	spin_unlock_irq(&queue->lock);
	return cookie;
}

static struct daedalus_queue *new_queue(struct kunit *test)
{
	struct daedalus_queue *queue = kunit_kzalloc(test, sizeof(*queue), GFP_KERNEL);

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, queue);
	daedalus_queue_init(queue);
	return queue;
}

static void queue_keeps_a_place_for_ping(struct kunit *test)
{
	struct daedalus_queue *queue = new_queue(test);
	unsigned int i;

	KUNIT_EXPECT_EQ(test, pop(queue), -1LL);
	for (i = 0; i < 63; i++)
		KUNIT_EXPECT_TRUE(test, push(queue, DAEDALUS_V4L2_NOTIFY, i));
	KUNIT_EXPECT_FALSE(test, push(queue, DAEDALUS_V4L2_NOTIFY, 100));
	KUNIT_EXPECT_FALSE(test, push(queue, DAEDALUS_V4L2_HELLO_RESPONSE, 100));
	KUNIT_EXPECT_TRUE(test, push(queue, DAEDALUS_V4L2_PING, 63));
	KUNIT_EXPECT_FALSE(test, push(queue, DAEDALUS_V4L2_PING, 100));
	KUNIT_EXPECT_EQ(test, queue->dropped, 3);
	for (i = 0; i < 64; i++)
		KUNIT_EXPECT_EQ(test, pop(queue), (s64)i);
	KUNIT_EXPECT_EQ(test, pop(queue), -1LL);
}

static void queue_keeps_the_order_all_around(struct kunit *test)
{
	struct daedalus_queue *queue = new_queue(test);
	unsigned int in = 0, out = 0;

	while (in < 1000) {
		KUNIT_EXPECT_TRUE(test, push(queue, DAEDALUS_V4L2_NOTIFY, in));
		in++;
		if (in % 3 && in - out < 60)
			continue;
		KUNIT_EXPECT_EQ(test, pop(queue), (s64)out);
		out++;
	}
	for (; out < in; out++)
		KUNIT_EXPECT_EQ(test, pop(queue), (s64)out);
	KUNIT_EXPECT_EQ(test, pop(queue), -1LL);
	KUNIT_EXPECT_EQ(test, queue->dropped, 0);
}

static void queue_is_flushed(struct kunit *test)
{
	struct daedalus_queue *queue = new_queue(test);
	unsigned int i;

	for (i = 0; i < 40; i++)
		push(queue, DAEDALUS_V4L2_NOTIFY, i);
	KUNIT_EXPECT_EQ(test, pop(queue), (s64)0);
	spin_lock_irq(&queue->lock);
	daedalus_queue_flush(queue);
	spin_unlock_irq(&queue->lock);
	KUNIT_EXPECT_EQ(test, pop(queue), -1LL);
	for (i = 0; i < 63; i++)
		KUNIT_EXPECT_TRUE(test, push(queue, DAEDALUS_V4L2_NOTIFY, 1000 + i));
	KUNIT_EXPECT_EQ(test, pop(queue), (s64)1000);
	KUNIT_EXPECT_EQ(test, queue->dropped, 0);
}

static struct kunit_case daedalus_framing_cases[] = {
	KUNIT_CASE(check_takes_hello_and_pong),
	KUNIT_CASE(check_takes_no_other_type),
	KUNIT_CASE(check_bounds_the_payload),
	KUNIT_CASE(check_keeps_the_order_of_errors),
	KUNIT_CASE(frames_carry_what_was_given),
	{ }
};

static struct kunit_case daedalus_queue_cases[] = {
	KUNIT_CASE(queue_keeps_a_place_for_ping),
	KUNIT_CASE(queue_keeps_the_order_all_around),
	KUNIT_CASE(queue_is_flushed),
	{ }
};

static struct kunit_suite daedalus_framing_suite = {
	.name = "daedalus-v4l2-framing",
	.test_cases = daedalus_framing_cases,
};

static struct kunit_suite daedalus_queue_suite = {
	.name = "daedalus-v4l2-queue",
	.test_cases = daedalus_queue_cases,
};

kunit_test_suites(&daedalus_framing_suite, &daedalus_queue_suite);

MODULE_DESCRIPTION("KUnit tests of the daedalus bridge");
MODULE_LICENSE("GPL");
