// SPDX-License-Identifier: GPL-2.0
/*
 * Virtual board: the keystone motor. A rotor that follows the coils as the
 * real one does, half a step at a time, and a limit switch below position 0
 * that can be made to fail. Steered through debugfs:
 *
 *   rotor		where the rotor is, in steps; write to turn it by hand
 *   coils		pattern on the phase lines
 *   steps		half-steps that the rotor has made
 *   lost_steps		patterns that it could not follow
 *   switch_mode	ok, stuck_open, stuck_closed or bouncing
 *   switch_closed	the contact as it is now
 *   switch_at		the contact is closed at and below this rotor position
 *   fail_reads		so many of the next readings of the switch fail
 */

#include <linux/debugfs.h>
#include <linux/device.h>
#include <linux/err.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#include "board.h"

/* Where the mechanics end, and where a projector comes from the factory. */
#define ROTOR_LOWEST	(-24)
#define ROTOR_HIGHEST	1200
#define ROTOR_INITIAL	300

/* Readings that a bouncing contact takes to come to rest. */
#define BOUNCES		9

enum switch_mode { SWITCH_OK, SWITCH_STUCK_OPEN, SWITCH_STUCK_CLOSED, SWITCH_BOUNCING };

static const char * const switch_modes[] = {
	[SWITCH_OK] = "ok",
	[SWITCH_STUCK_OPEN] = "stuck_open",
	[SWITCH_STUCK_CLOSED] = "stuck_closed",
	[SWITCH_BOUNCING] = "bouncing",
};

/**
 * struct virtual_motor - the motor's mechanics
 * @config: its wiring
 * @lock: protects the rest
 * @coils: pattern on the phase lines
 * @rotor: position in half-steps; modulo the table's length, its angle
 * @steps: half-steps made
 * @lost_steps: patterns that the rotor could not follow
 * @mode: how the switch works or fails
 * @switch_at: the switch is closed at and below this position
 * @contact: the contact at the last reading
 * @bounces: readings until a bouncing contact is at rest
 * @fail_reads: readings that are to fail
 */
struct virtual_motor {
	struct virtual_motor_config config;
	spinlock_t lock;	/* protects the rest */
	u8 coils;
	int rotor;
	u64 steps;
	u64 lost_steps;
	enum switch_mode mode;
	int switch_at;
	bool contact;
	unsigned int bounces;
	u32 fail_reads;
};

static int angle_of(const struct virtual_motor *motor, u8 pattern)
{
	int i;

	for (i = 0; i < motor->config.table_length; i++) {
		if (motor->config.table[i] == pattern)
			return i;
	}
	return -1;
}

/* The magnet pulls the rotor to the pattern's angle if that is a half-step away, else it stays. */
static void follow(struct virtual_motor *motor)
{
	int length = motor->config.table_length;
	int angle, turn;

	if (!motor->coils)
		return;
	angle = angle_of(motor, motor->coils);
	turn = (angle - motor->rotor % length + 2 * length) % length;
	if (turn == length - 1)
		turn = -1;
	if (angle < 0 || turn > 1 || motor->rotor + turn < ROTOR_LOWEST ||
	    motor->rotor + turn > ROTOR_HIGHEST) {
		motor->lost_steps++;
	} else if (turn) {
		motor->rotor += turn;
		motor->steps++;
	}
}

/**
 * virtual_motor_set_coils() - drive phase lines
 * @motor: the motor
 * @pattern: levels, bit n for phase n
 * @mask: the lines that are driven by this
 */
void virtual_motor_set_coils(struct virtual_motor *motor, u8 pattern, u8 mask)
{
	unsigned long flags;

	spin_lock_irqsave(&motor->lock, flags);
	motor->coils = (motor->coils & ~mask) | (pattern & mask);
	follow(motor);
	spin_unlock_irqrestore(&motor->lock, flags);
}

/**
 * virtual_motor_coils() - levels of the phase lines
 * @motor: the motor
 *
 * Return: bit n for phase n.
 */
u8 virtual_motor_coils(struct virtual_motor *motor)
{
	return READ_ONCE(motor->coils);
}

static bool contact_at_rest(const struct virtual_motor *motor)
{
	switch (motor->mode) {
	case SWITCH_STUCK_OPEN:
		return false;
	case SWITCH_STUCK_CLOSED:
		return true;
	default:
		return motor->rotor <= motor->switch_at;
	}
}

/**
 * virtual_motor_limit_level() - the limit switch as its line shows it
 * @motor: the motor
 *
 * Return: the line's level, -EIO when a reading is to fail.
 */
int virtual_motor_limit_level(struct virtual_motor *motor)
{
	unsigned long flags;
	bool closed;

	spin_lock_irqsave(&motor->lock, flags);
	if (motor->fail_reads) {
		motor->fail_reads--;
		spin_unlock_irqrestore(&motor->lock, flags);
		return -EIO;
	}
	closed = contact_at_rest(motor);
	if (closed != motor->contact && motor->mode == SWITCH_BOUNCING)
		motor->bounces = BOUNCES;
	motor->contact = closed;
	if (motor->bounces)
		closed ^= motor->bounces-- & 1;
	spin_unlock_irqrestore(&motor->lock, flags);
	return closed != motor->config.limit_active_low;
}

static int switch_closed_show(struct seq_file *file, void *unused)
{
	struct virtual_motor *motor = file->private;

	seq_printf(file, "%d\n", contact_at_rest(motor));
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(switch_closed);

static int switch_mode_show(struct seq_file *file, void *unused)
{
	struct virtual_motor *motor = file->private;

	seq_printf(file, "%s\n", switch_modes[motor->mode]);
	return 0;
}

static int switch_mode_open(struct inode *inode, struct file *file)
{
	return single_open(file, switch_mode_show, inode->i_private);
}

static ssize_t switch_mode_write(struct file *file, const char __user *user, size_t count,
				 loff_t *offset)
{
	struct virtual_motor *motor = ((struct seq_file *)file->private_data)->private;
	char word[16] = "";
	int mode;

	if (count >= sizeof(word))
		return -EINVAL;
	if (copy_from_user(word, user, count))
		return -EFAULT;
	mode = sysfs_match_string(switch_modes, word);
	if (mode < 0)
		return mode;
	spin_lock_irq(&motor->lock);
	motor->mode = mode;
	spin_unlock_irq(&motor->lock);
	return count;
}

static const struct file_operations switch_mode_fops = {
	.owner = THIS_MODULE,
	.open = switch_mode_open,
	.read = seq_read,
	.write = switch_mode_write,
	.llseek = seq_lseek,
	.release = single_release,
};

/* Whole numbers below zero, which debugfs's own helpers do not know. */
static int set_position(struct virtual_motor *motor, int *field, s64 position)
{
	if (position < ROTOR_LOWEST || position > ROTOR_HIGHEST)
		return -ERANGE;
	spin_lock_irq(&motor->lock);
	*field = position;
	spin_unlock_irq(&motor->lock);
	return 0;
}

static int rotor_get(void *data, u64 *value)
{
	struct virtual_motor *motor = data;

	*value = (s64)READ_ONCE(motor->rotor);
	return 0;
}

static int rotor_set(void *data, u64 value)
{
	struct virtual_motor *motor = data;

	return set_position(motor, &motor->rotor, value);
}
DEFINE_DEBUGFS_ATTRIBUTE_SIGNED(rotor_fops, rotor_get, rotor_set, "%lld\n");

static int switch_at_get(void *data, u64 *value)
{
	struct virtual_motor *motor = data;

	*value = (s64)READ_ONCE(motor->switch_at);
	return 0;
}

static int switch_at_set(void *data, u64 value)
{
	struct virtual_motor *motor = data;

	return set_position(motor, &motor->switch_at, value);
}
DEFINE_DEBUGFS_ATTRIBUTE_SIGNED(switch_at_fops, switch_at_get, switch_at_set, "%lld\n");

/**
 * virtual_motor_create() - a motor and its knobs
 * @dev: the board
 * @config: its wiring
 * @debugfs: directory for the knobs, which the caller removes
 *
 * Return: the motor, which lives as long as @dev is bound, or an ERR_PTR.
 */
struct virtual_motor *virtual_motor_create(struct device *dev,
					   const struct virtual_motor_config *config,
					   struct dentry *debugfs)
{
	struct virtual_motor *motor = devm_kzalloc(dev, sizeof(*motor), GFP_KERNEL);

	if (!motor)
		return ERR_PTR(-ENOMEM);
	motor->config = *config;
	spin_lock_init(&motor->lock);
	motor->rotor = ROTOR_INITIAL;

	debugfs_create_file_unsafe("rotor", 0600, debugfs, motor, &rotor_fops);
	debugfs_create_file_unsafe("switch_at", 0600, debugfs, motor, &switch_at_fops);
	debugfs_create_file("switch_mode", 0600, debugfs, motor, &switch_mode_fops);
	debugfs_create_file("switch_closed", 0400, debugfs, motor, &switch_closed_fops);
	debugfs_create_x8("coils", 0400, debugfs, &motor->coils);
	debugfs_create_u64("steps", 0400, debugfs, &motor->steps);
	debugfs_create_u64("lost_steps", 0400, debugfs, &motor->lost_steps);
	virtual_board_add_knob(dev, "fail_reads", debugfs, &motor->fail_reads,
			       VIRTUAL_BOARD_MAX_TIMES);
	return motor;
}
