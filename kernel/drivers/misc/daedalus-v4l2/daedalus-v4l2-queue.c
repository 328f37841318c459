// SPDX-License-Identifier: GPL-2.0
/*
 * Daedalus bridge: the messages that wait for the daemon.
 *
 * A message that finds no place is dropped and counted, whatever waits stays: the head does not
 * change under a reader. The last place is for a PING only, so that a daemon that has fallen
 * behind can still be asked whether it lives.
 */

#include <linux/lockdep.h>

#include "daedalus-v4l2-chardev.h"

/**
 * daedalus_queue_init() - make an empty queue
 * @queue: the queue, all zero
 */
void daedalus_queue_init(struct daedalus_queue *queue)
{
	spin_lock_init(&queue->lock);
}

/**
 * daedalus_queue_push() - add a message at the end
 * @queue: the queue, locked
 * @message: is copied
 *
 * Return: whether there was a place for it; if not, it is counted as dropped.
 */
bool daedalus_queue_push(struct daedalus_queue *queue, const struct daedalus_message *message)
{
	unsigned int places = DAEDALUS_V4L2_QUEUE_SIZE;

	lockdep_assert_held(&queue->lock);
	if (message->header.type != DAEDALUS_V4L2_PING)
		places--;
	if (queue->count >= places) {
		queue->dropped++;
		return false;
	}
	queue->slots[(queue->first + queue->count) % DAEDALUS_V4L2_QUEUE_SIZE] = *message;
	queue->count++;
	return true;
}

/**
 * daedalus_queue_head() - look at the oldest message
 * @queue: the queue, locked
 *
 * Return: the message, which stays where it is; NULL when none waits.
 */
const struct daedalus_message *daedalus_queue_head(struct daedalus_queue *queue)
{
	lockdep_assert_held(&queue->lock);
	return queue->count ? &queue->slots[queue->first] : NULL;
}

/**
 * daedalus_queue_pop() - take the oldest message out
 * @queue: the queue, locked and not empty
 */
void daedalus_queue_pop(struct daedalus_queue *queue)
{
	lockdep_assert_held(&queue->lock);
	queue->first = (queue->first + 1) % DAEDALUS_V4L2_QUEUE_SIZE;
	queue->count--;
}

/**
 * daedalus_queue_flush() - forget the messages
 * @queue: the queue, locked
 */
void daedalus_queue_flush(struct daedalus_queue *queue)
{
	lockdep_assert_held(&queue->lock);
	queue->count = 0;
}
