// SPDX-License-Identifier: GPL-2.0
/*
 * Keystone motor of the HY300 projector: steps, moves, homing and what ends
 * them. Moves run in the background; nothing relies on the limit switch's
 * interrupt, which never fires on the boards seen so far.
 */

#include <linux/bitmap.h>
#include <linux/bitops.h>
#include <linux/delay.h>
#include <linux/device.h>
#include <linux/gpio/consumer.h>
#include <linux/lockdep.h>

#include "hy300-keystone-motor.h"

/* A contact that has not come to rest after this many readings keeps its last one. */
#define HY300_DEBOUNCE_LIMIT	64
#define HY300_DEBOUNCE_US	20

/*
 * Wakes the readers of what has changed since the last call, under the lock so
 * that the transitions come in order; `moving` last, see hy300_motor_end().
 */
static void hy300_motor_notify(struct hy300_motor *motor)
{
	const struct {
		enum hy300_motor_state state;
		int now;
	} states[] = {
		{ HY300_MOTOR_POSITION, motor->position },
		{ HY300_MOTOR_TARGET, motor->target },
		{ HY300_MOTOR_HOMED, motor->homed },
		{ HY300_MOTOR_FAULT, motor->fault },
		{ HY300_MOTOR_MOVING, motor->moving },
	};
	int i;

	lockdep_assert_held(&motor->lock);
	for (i = 0; i < ARRAY_SIZE(states); i++) {
		if (motor->notified[states[i].state] == states[i].now)
			continue;
		motor->notified[states[i].state] = states[i].now;
		hy300_notify(&motor->sub, states[i].state, states[i].now);
	}
}

/* The first order makes the coils' lines outputs. */
static int hy300_motor_take_coils(struct hy300_motor *motor)
{
	int i, ret;

	for (i = 0; i < HY300_MOTOR_PHASES && !motor->coils_taken; i++) {
		ret = gpiod_direction_output(motor->phases[i], 0);
		if (ret)
			return ret;
	}
	motor->coils_taken = true;
	return 0;
}

static int hy300_motor_write_coils(struct hy300_motor *motor, u8 pattern)
{
	DECLARE_BITMAP(values, HY300_MOTOR_PHASES);
	int ret;

	lockdep_assert_held(&motor->lock);
	ret = hy300_motor_take_coils(motor);
	if (ret)
		return ret;
	values[0] = pattern;
	ret = gpiod_set_array_value_cansleep(HY300_MOTOR_PHASES, motor->phases, NULL, values);
	if (ret)
		return ret;
	motor->count.phase_transitions += hweight8(motor->coils ^ pattern);
	motor->coils = pattern;
	return 0;
}

/* The first reading makes the switch's line an input, and is no change. */
static int hy300_motor_take_limit(struct hy300_motor *motor)
{
	int ret;

	if (motor->limit_taken)
		return 0;
	ret = gpiod_direction_input(motor->limit);
	if (!ret)
		ret = gpiod_get_value_cansleep(motor->limit);
	if (ret < 0)
		return ret;
	motor->limit_closed = ret;
	motor->limit_taken = true;
	return 0;
}

/**
 * hy300_motor_sample_limit() - read the limit switch until it is at rest
 * @motor: the motor, locked
 *
 * Return: 1 when closed, 0 when open, a negative error of the GPIO.
 */
int hy300_motor_sample_limit(struct hy300_motor *motor)
{
	unsigned int equal = 1, i;
	int value, last;

	lockdep_assert_held(&motor->lock);
	last = hy300_motor_take_limit(motor);
	if (last)
		return last;
	last = gpiod_get_value_cansleep(motor->limit);
	for (i = 0; last >= 0 && equal < motor->debounce_samples && i < HY300_DEBOUNCE_LIMIT; i++) {
		udelay(HY300_DEBOUNCE_US);
		value = gpiod_get_value_cansleep(motor->limit);
		equal = value == last ? equal + 1 : 1;
		last = value;
	}
	if (last < 0)
		return last;
	if (motor->limit_closed != last) {
		motor->limit_closed = last;
		motor->count.limit_triggers += last;
		hy300_notify(&motor->sub, HY300_MOTOR_LIMIT, last);
	}
	return last;
}

static void hy300_motor_fail(struct hy300_motor *motor, enum hy300_motor_fault fault)
{
	lockdep_assert_held(&motor->lock);
	dev_warn(motor->dev, "%s at position %d; write to fault to clear it, then home\n",
		 hy300_motor_fault_words[fault], motor->position);
	if (motor->task == HY300_TASK_HOME)
		motor->homing = HY300_HOMING_FAILED;
	else
		motor->homing = HY300_HOMING_UNHOMED;
	motor->fault = fault;
	motor->homed = false;
	motor->task = HY300_TASK_NONE;
}

static void hy300_motor_fail_step(struct hy300_motor *motor, int error)
{
	dev_err(motor->dev, "GPIO error %d\n", error);
	motor->count.step_errors++;
	hy300_motor_fail(motor, HY300_FAULT_STEP);
}

/*
 * One step: next pattern, wait, look at the switch, wait. Called with the lock
 * held and drops it while waiting, so that attributes stay readable and a new
 * order comes through.
 *
 * Return: whether the switch is closed, or a negative error after which the
 * motor is at fault.
 */
static int hy300_motor_step(struct hy300_motor *motor, int direction)
{
	unsigned int next = hy300_motor_next_phase(motor->phase, motor->table_length, direction);
	int ret;

	lockdep_assert_held(&motor->lock);
	ret = hy300_motor_write_coils(motor, motor->table[next]);
	if (ret) {
		hy300_motor_fail_step(motor, ret);
		return ret;
	}
	motor->phase = next;
	motor->position += direction;
	motor->count.steps++;
	hy300_motor_notify(motor);
	mutex_unlock(&motor->lock);

	fsleep(motor->phase_delay_us);

	mutex_lock(&motor->lock);
	ret = hy300_motor_sample_limit(motor);
	if (ret < 0)
		hy300_motor_fail_step(motor, ret);
	mutex_unlock(&motor->lock);

	fsleep(motor->step_delay_us);
	mutex_lock(&motor->lock);
	return ret;
}

static bool hy300_motor_interrupted(struct hy300_motor *motor, enum hy300_motor_task task)
{
	lockdep_assert_held(&motor->lock);
	return motor->stop || motor->closing || motor->task != task;
}

/* Move to the target, which may change meanwhile. */
static void hy300_motor_run_move(struct hy300_motor *motor)
{
	int closed = hy300_motor_sample_limit(motor);

	if (closed < 0) {
		hy300_motor_fail_step(motor, closed);
		return;
	}
	while (!hy300_motor_interrupted(motor, HY300_TASK_MOVE)) {
		if (closed > 0) {
			hy300_motor_fail(motor, HY300_FAULT_LIMIT_UNEXPECTED);
			return;
		}
		if (motor->position == motor->target) {
			motor->task = HY300_TASK_NONE;
			return;
		}
		closed = hy300_motor_step(motor, motor->position < motor->target ?
					  HY300_CLOCKWISE : HY300_COUNTERCLOCKWISE);
	}
}

/*
 * Steps in one direction until the switch is in the wanted state. A budget of
 * 0 only looks.
 *
 * Return: 1 when it is, 0 when the budget is spent, negative when the homing
 * is over for another reason.
 */
static int hy300_motor_step_until(struct hy300_motor *motor, int direction,
				  bool closed, u32 budget)
{
	int ret = hy300_motor_sample_limit(motor);

	if (ret < 0) {
		hy300_motor_fail_step(motor, ret);
		return ret;
	}
	while (ret != closed) {
		if (hy300_motor_interrupted(motor, HY300_TASK_HOME))
			return -EINTR;
		if (!budget--)
			return 0;
		ret = hy300_motor_step(motor, direction);
		if (ret < 0)
			return ret;
	}
	return 1;
}

/*
 * Homing: counter-clockwise to the switch, then clockwise off it. Position 0
 * is clear of the switch by a margin, so that no move within the limits closes
 * it; a switch that stays closed is thereby told from one that works.
 */
static void hy300_motor_run_home(struct hy300_motor *motor)
{
	u32 margin = motor->margin_steps;
	int ret;

	motor->homing = HY300_HOMING_SEEKING;
	ret = hy300_motor_step_until(motor, HY300_COUNTERCLOCKWISE, true, motor->homing_steps);
	if (ret == 0)
		hy300_motor_fail(motor, HY300_FAULT_HOMING_TIMEOUT);
	if (ret <= 0)
		return;

	motor->homing = HY300_HOMING_BACKING_OFF;
	motor->position = 0;
	ret = hy300_motor_step_until(motor, HY300_CLOCKWISE, false, motor->backoff_steps);
	while (ret > 0 && margin--) {
		if (hy300_motor_interrupted(motor, HY300_TASK_HOME))
			return;
		ret = hy300_motor_step(motor, HY300_CLOCKWISE);
		if (ret >= 0)
			ret = !ret;
	}
	if (ret == 0)
		hy300_motor_fail(motor, HY300_FAULT_LIMIT_STUCK);
	if (ret <= 0)
		return;

	motor->position = 0;
	motor->target = 0;
	motor->homed = true;
	motor->homing = HY300_HOMING_HOMED;
	motor->count.homing_successes++;
	motor->task = HY300_TASK_NONE;
}

/*
 * The end of a move. Whoever reads moving as 0 must find everything else
 * final, so all of it changes under one lock and `moving` is notified last.
 */
static void hy300_motor_end(struct hy300_motor *motor)
{
	int ret;

	lockdep_assert_held(&motor->lock);
	ret = hy300_motor_write_coils(motor, 0);
	if (ret)
		hy300_motor_fail_step(motor, ret);
	if (motor->task == HY300_TASK_HOME || motor->homing == HY300_HOMING_SEEKING ||
	    motor->homing == HY300_HOMING_BACKING_OFF)
		motor->homing = HY300_HOMING_UNHOMED;
	if (motor->position != motor->start)
		motor->count.position_changes++;
	motor->task = HY300_TASK_NONE;
	motor->target = motor->position;
	motor->stop = false;
	motor->moving = false;
}

/**
 * hy300_motor_work() - make the steps of what was ordered
 * @work: the motor's work
 */
void hy300_motor_work(struct work_struct *work)
{
	struct hy300_motor *motor = container_of(work, struct hy300_motor, work);

	mutex_lock(&motor->lock);
	while (motor->task != HY300_TASK_NONE && !motor->stop && !motor->closing) {
		if (motor->task == HY300_TASK_HOME)
			hy300_motor_run_home(motor);
		else
			hy300_motor_run_move(motor);
	}
	hy300_motor_end(motor);
	hy300_motor_notify(motor);
	mutex_unlock(&motor->lock);
}

/* Begins a task, or turns the running one into it. */
static void hy300_motor_begin(struct hy300_motor *motor, enum hy300_motor_task task, int target)
{
	lockdep_assert_held(&motor->lock);
	motor->count.movements++;
	motor->task = task;
	motor->target = target;
	motor->stop = false;
	if (motor->moving)
		return;
	motor->moving = true;
	motor->start = motor->position;
	queue_work(motor->queue, &motor->work);
}

/**
 * hy300_motor_move() - begin a move in the background
 * @motor: the motor
 * @target: position in steps
 *
 * A move that is under way goes to the new target instead. When this returns
 * 0, `moving` is 1 until the move has ended, or the motor was there already.
 *
 * Return: 0, -ERANGE out of 0 to max_position, -EIO with a fault, -EAGAIN not
 * homed, -ENODEV when the device is going.
 */
int hy300_motor_move(struct hy300_motor *motor, int target)
{
	int ret = 0;

	if (target < 0 || target > motor->max_position)
		return -ERANGE;

	mutex_lock(&motor->lock);
	if (motor->closing)
		ret = -ENODEV;
	else if (motor->fault)
		ret = -EIO;
	else if (!motor->homed)
		ret = -EAGAIN;
	else if (motor->moving || target != motor->position)
		hy300_motor_begin(motor, HY300_TASK_MOVE, target);
	hy300_motor_notify(motor);
	mutex_unlock(&motor->lock);
	return ret;
}

/**
 * hy300_motor_home() - begin a homing in the background
 * @motor: the motor
 *
 * Return: 0, -EOPNOTSUPP where it would be unsafe, -EIO with a fault, -EBUSY
 * while homing, -ENODEV when the device is going.
 */
int hy300_motor_home(struct hy300_motor *motor)
{
	int ret = 0;

	if (!motor->may_home)
		return -EOPNOTSUPP;

	mutex_lock(&motor->lock);
	if (motor->closing) {
		ret = -ENODEV;
	} else if (motor->fault) {
		ret = -EIO;
	} else if (motor->task == HY300_TASK_HOME && !motor->stop) {
		ret = -EBUSY;
	} else {
		motor->count.homing_attempts++;
		motor->homed = false;
		motor->homing = HY300_HOMING_SEEKING;
		hy300_motor_begin(motor, HY300_TASK_HOME, 0);
	}
	hy300_motor_notify(motor);
	mutex_unlock(&motor->lock);
	return ret;
}

/**
 * hy300_motor_stop() - end the move at the next step
 * @motor: the motor; one that rests stays as it is
 */
void hy300_motor_stop(struct hy300_motor *motor)
{
	mutex_lock(&motor->lock);
	motor->stop = motor->moving;
	mutex_unlock(&motor->lock);
}

/**
 * hy300_motor_clear_fault() - let the motor be homed again
 * @motor: the motor
 */
void hy300_motor_clear_fault(struct hy300_motor *motor)
{
	mutex_lock(&motor->lock);
	if (motor->fault != HY300_FAULT_NONE && !motor->moving) {
		motor->fault = HY300_FAULT_NONE;
		motor->homing = HY300_HOMING_UNHOMED;
	}
	hy300_motor_notify(motor);
	mutex_unlock(&motor->lock);
}
