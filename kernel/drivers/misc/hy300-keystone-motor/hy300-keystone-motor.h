/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Keystone motor of the HY300 projector: state shared by the driver's files.
 */
#ifndef _HY300_KEYSTONE_MOTOR_H
#define _HY300_KEYSTONE_MOTOR_H

#include <linux/mutex.h>
#include <linux/types.h>
#include <linux/workqueue.h>

#include <linux/hy300.h>

#include "hy300-keystone-motor-sequence.h"

#define HY300_MOTOR_MAX_TABLE	16

/* Indices into hy300_motor_homing_words[] */
enum hy300_motor_homing {
	HY300_HOMING_UNHOMED,
	HY300_HOMING_SEEKING,
	HY300_HOMING_BACKING_OFF,
	HY300_HOMING_HOMED,
	HY300_HOMING_FAILED,
	HY300_HOMING_COUNT
};

enum hy300_motor_task {
	HY300_TASK_NONE,
	HY300_TASK_MOVE,
	HY300_TASK_HOME,
};

/**
 * struct hy300_motor_counters - what has happened since the driver was bound
 * @movements: moves begun, homing included
 * @position_changes: moves that ended at a new position
 * @steps: steps made
 * @homing_attempts: homings begun
 * @homing_successes: homings that found position 0
 * @phase_transitions: level changes of phase lines
 * @limit_triggers: changes of the limit switch from open to closed
 * @step_errors: steps that failed on a GPIO
 */
struct hy300_motor_counters {
	u64 movements;
	u64 position_changes;
	u64 steps;
	u64 homing_attempts;
	u64 homing_successes;
	u64 phase_transitions;
	u64 limit_triggers;
	u64 step_errors;
};

/**
 * struct hy300_motor - one motor
 * @dev: the platform device
 * @sub: its place in /sys/class/hy300
 * @phases: the coils' lines
 * @limit: the limit switch, active when closed
 * @may_home: homing is safe: the switch is where the device tree says
 * @table: coil patterns, clockwise; bit n drives phase n (device tree)
 * @table_length: entries in @table
 * @phase_delay_us: how long a pattern is held before the switch is sampled
 * @step_delay_us: rest of a step
 * @max_position: highest position in steps
 * @homing_steps: most steps towards the switch
 * @backoff_steps: most steps off the closed switch
 * @margin_steps: further steps between the opened switch and position 0
 * @debounce_samples: equal readings that make a switch state
 * @queue: runs @work
 * @work: makes the steps
 * @lock: protects everything below
 * @task: what @work is doing
 * @stop: @work is to end at the next step
 * @closing: no more moves, the device is going
 * @moving: @work is queued or runs
 * @homed: @position counts from the switch
 * @coils_taken: the coils' lines are outputs
 * @limit_taken: the switch's line is an input
 * @limit_closed: last debounced reading
 * @fault: why the motor refuses to move
 * @homing: where homing stands
 * @position: steps from position 0; until homed, from where the motor stood
 * @target: where @position is going
 * @start: @position at the beginning of the move
 * @phase: index into @table; survives from move to move, since the rotor does
 * @coils: pattern on the lines now
 * @count: counters
 * @notified: states as their readers were told them last
 */
struct hy300_motor {
	struct device *dev;
	struct hy300_subsystem sub;
	struct gpio_desc *phases[HY300_MOTOR_PHASES];
	struct gpio_desc *limit;
	bool may_home;

	u8 table[HY300_MOTOR_MAX_TABLE];
	unsigned int table_length;
	u32 phase_delay_us;
	u32 step_delay_us;
	u32 max_position;
	u32 homing_steps;
	u32 backoff_steps;
	u32 margin_steps;
	u32 debounce_samples;

	struct workqueue_struct *queue;
	struct work_struct work;

	struct mutex lock;	/* protects everything below */
	enum hy300_motor_task task;
	bool stop;
	bool closing;
	bool moving;
	bool homed;
	bool coils_taken;
	bool limit_taken;
	bool limit_closed;
	enum hy300_motor_fault fault;
	enum hy300_motor_homing homing;
	int position;
	int target;
	int start;
	unsigned int phase;
	u8 coils;
	struct hy300_motor_counters count;
	int notified[HY300_MOTOR_STATES];
};

extern const char * const hy300_motor_fault_words[HY300_FAULT_COUNT];
extern const char * const hy300_motor_homing_words[HY300_HOMING_COUNT];

void hy300_motor_register(struct hy300_motor *motor);
void hy300_motor_work(struct work_struct *work);
int hy300_motor_move(struct hy300_motor *motor, int target);
int hy300_motor_home(struct hy300_motor *motor);
void hy300_motor_stop(struct hy300_motor *motor);
void hy300_motor_clear_fault(struct hy300_motor *motor);
int hy300_motor_sample_limit(struct hy300_motor *motor);

#endif /* _HY300_KEYSTONE_MOTOR_H */
