// SPDX-License-Identifier: GPL-2.0
/*
 * Keystone motor of the HY300 projector: its attributes in
 * /sys/class/hy300/motor, see Documentation/ABI/testing/sysfs-class-hy300-motor.
 */

#include <linux/device.h>
#include <linux/kstrtox.h>
#include <linux/sysfs.h>

#include "hy300-keystone-motor.h"

const char * const hy300_motor_fault_words[HY300_FAULT_COUNT] = {
	[HY300_FAULT_NONE] = "none",
	[HY300_FAULT_LIMIT_STUCK] = "limit_switch_stuck",
	[HY300_FAULT_HOMING_TIMEOUT] = "homing_timeout",
	[HY300_FAULT_LIMIT_UNEXPECTED] = "limit_switch_unexpected",
	[HY300_FAULT_STEP] = "step_error",
};

const char * const hy300_motor_homing_words[HY300_HOMING_COUNT] = {
	[HY300_HOMING_UNHOMED] = "unhomed",
	[HY300_HOMING_SEEKING] = "seeking",
	[HY300_HOMING_BACKING_OFF] = "backing_off",
	[HY300_HOMING_HOMED] = "homed",
	[HY300_HOMING_FAILED] = "failed",
};

/* A consistent copy of what the attributes show, so that none of them holds the lock for long. */
struct hy300_motor_snapshot {
	bool moving;
	bool homed;
	enum hy300_motor_fault fault;
	enum hy300_motor_homing homing;
	int position;
	int target;
	u8 coils;
	struct hy300_motor_counters count;
};

static struct hy300_motor_snapshot hy300_motor_snapshot(struct device *dev)
{
	struct hy300_motor *motor = dev_get_drvdata(dev);
	struct hy300_motor_snapshot now;

	mutex_lock(&motor->lock);
	now.moving = motor->moving;
	now.homed = motor->homed;
	now.fault = motor->fault;
	now.homing = motor->homing;
	now.position = motor->position;
	now.target = motor->target;
	now.coils = motor->coils;
	now.count = motor->count;
	mutex_unlock(&motor->lock);
	return now;
}

/* The switch now; while the motor moves, as the last step saw it. */
static int hy300_motor_limit_now(struct device *dev)
{
	struct hy300_motor *motor = dev_get_drvdata(dev);
	int ret;

	mutex_lock(&motor->lock);
	ret = motor->moving ? motor->limit_closed : hy300_motor_sample_limit(motor);
	mutex_unlock(&motor->lock);
	return ret;
}

static ssize_t position_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%d\n", hy300_motor_snapshot(dev).position);
}
static DEVICE_ATTR_RO(position);

static ssize_t target_position_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%d\n", hy300_motor_snapshot(dev).target);
}

static ssize_t target_position_store(struct device *dev, struct device_attribute *attr,
				     const char *buf, size_t count)
{
	int target, ret;

	ret = kstrtoint(buf, 10, &target);
	if (!ret)
		ret = hy300_motor_move(dev_get_drvdata(dev), target);
	return ret ? ret : count;
}
static DEVICE_ATTR_RW(target_position);

static ssize_t moving_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%d\n", hy300_motor_snapshot(dev).moving);
}
static DEVICE_ATTR_RO(moving);

static ssize_t homed_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%d\n", hy300_motor_snapshot(dev).homed);
}
static DEVICE_ATTR_RO(homed);

static ssize_t limit_switch_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	int closed = hy300_motor_limit_now(dev);

	return closed < 0 ? closed : sysfs_emit(buf, "%d\n", closed);
}
static DEVICE_ATTR_RO(limit_switch);

static ssize_t fault_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%s\n", hy300_motor_fault_words[hy300_motor_snapshot(dev).fault]);
}

static ssize_t fault_store(struct device *dev, struct device_attribute *attr,
			   const char *buf, size_t count)
{
	hy300_motor_clear_fault(dev_get_drvdata(dev));
	return count;
}
static DEVICE_ATTR_RW(fault);

/* The orders that take no argument are given by writing 1. */
static int hy300_motor_order(const char *buf)
{
	bool yes;
	int ret = kstrtobool(buf, &yes);

	if (ret)
		return ret;
	return yes ? 0 : -EINVAL;
}

static ssize_t home_store(struct device *dev, struct device_attribute *attr,
			  const char *buf, size_t count)
{
	int ret = hy300_motor_order(buf);

	if (!ret)
		ret = hy300_motor_home(dev_get_drvdata(dev));
	return ret ? ret : count;
}
static DEVICE_ATTR_WO(home);

static ssize_t stop_store(struct device *dev, struct device_attribute *attr,
			  const char *buf, size_t count)
{
	int ret = hy300_motor_order(buf);

	if (ret)
		return ret;
	hy300_motor_stop(dev_get_drvdata(dev));
	return count;
}
static DEVICE_ATTR_WO(stop);

static ssize_t max_position_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	struct hy300_motor *motor = dev_get_drvdata(dev);

	return sysfs_emit(buf, "%u\n", motor->max_position);
}
static DEVICE_ATTR_RO(max_position);

/* Metric attributes: Prometheus text, each family in one of them. */

static struct hy300_page hy300_motor_page(struct device *dev, char *buf)
{
	const struct hy300_motor *motor = dev_get_drvdata(dev);

	return (struct hy300_page){ .buf = buf, .sub = &motor->sub };
}

/* An attribute that holds one counter and nothing else. */
#define HY300_MOTOR_COUNTER(_attribute, _counter, _help)				\
static ssize_t _attribute##_show(struct device *dev, struct device_attribute *attr,	\
				 char *buf)						\
{											\
	struct hy300_motor_snapshot now = hy300_motor_snapshot(dev);				\
	struct hy300_page page = hy300_motor_page(dev, buf);				\
											\
	hy300_page_single(&page, "hy300_motor_" #_attribute, "counter", _help,		\
			   now.count._counter);					\
	return page.len;								\
}											\
static DEVICE_ATTR_RO(_attribute)

HY300_MOTOR_COUNTER(movements_total, movements, "Moves begun, homing included.");
HY300_MOTOR_COUNTER(homing_attempts_total, homing_attempts, "Homings begun.");
HY300_MOTOR_COUNTER(homing_successes_total, homing_successes,
		    "Homings that found position 0.");
HY300_MOTOR_COUNTER(step_errors_total, step_errors, "Steps that failed on a GPIO.");

static ssize_t position_changes_total_show(struct device *dev, struct device_attribute *attr,
					   char *buf)
{
	struct hy300_motor_snapshot now = hy300_motor_snapshot(dev);
	struct hy300_page page = hy300_motor_page(dev, buf);

	hy300_page_single(&page, "hy300_motor_position_changes_total", "counter",
			  "Moves that ended at a new position.", now.count.position_changes);
	hy300_page_changes(&page, "hy300_motor_state_changes_total");
	return page.len;
}
static DEVICE_ATTR_RO(position_changes_total);

static ssize_t steps_total_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	const struct hy300_motor *motor = dev_get_drvdata(dev);
	struct hy300_motor_snapshot now = hy300_motor_snapshot(dev);
	struct hy300_page page = hy300_motor_page(dev, buf);

	hy300_page_single(&page, "hy300_motor_steps_total", "counter",
			  "Steps made in both directions.", now.count.steps);
	hy300_page_family(&page, "hy300_motor_step_interval_seconds", "gauge",
			  "Time that one step takes.");
	hy300_page_seconds(&page, "hy300_motor_step_interval_seconds",
			   ((u64)motor->phase_delay_us + motor->step_delay_us) * NSEC_PER_USEC);
	return page.len;
}
static DEVICE_ATTR_RO(steps_total);

static ssize_t gpio_phase_transitions_total_show(struct device *dev,
						 struct device_attribute *attr, char *buf)
{
	struct hy300_motor_snapshot now = hy300_motor_snapshot(dev);
	struct hy300_page page = hy300_motor_page(dev, buf);
	char line[8];
	int i;

	hy300_page_single(&page, "hy300_motor_gpio_phase_transitions_total", "counter",
			  "Level changes of the phase lines.", now.count.phase_transitions);
	hy300_page_family(&page, "hy300_motor_gpio_state", "gauge",
			  "Level of a phase line, 1 when its coil is driven.");
	for (i = 0; i < HY300_MOTOR_PHASES; i++) {
		snprintf(line, sizeof(line), "phase%d", i);
		hy300_page_label(&page, "hy300_motor_gpio_state", "line", line,
				 now.coils >> i & 1);
	}
	return page.len;
}
static DEVICE_ATTR_RO(gpio_phase_transitions_total);

static ssize_t limit_switch_triggers_total_show(struct device *dev,
						struct device_attribute *attr, char *buf)
{
	int closed = hy300_motor_limit_now(dev);
	struct hy300_motor_snapshot now = hy300_motor_snapshot(dev);
	struct hy300_page page = hy300_motor_page(dev, buf);

	hy300_page_single(&page, "hy300_motor_limit_switch_triggers_total", "counter",
			  "Times the limit switch went from open to closed.",
			  now.count.limit_triggers);
	/* A switch that cannot be read has no value. */
	if (closed >= 0)
		hy300_page_single(&page, "hy300_motor_limit_switch", "gauge",
				  "Whether the limit switch is closed.", closed);
	return page.len;
}
static DEVICE_ATTR_RO(limit_switch_triggers_total);

static ssize_t current_position_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	const struct hy300_motor *motor = dev_get_drvdata(dev);
	struct hy300_motor_snapshot now = hy300_motor_snapshot(dev);
	struct hy300_page page = hy300_motor_page(dev, buf);

	hy300_page_single(&page, "hy300_motor_position_steps", "gauge",
			  "Position in steps from where homing ends.", now.position);
	hy300_page_single(&page, "hy300_motor_target_steps", "gauge",
			  "Position that the motor goes to, or rests at.", now.target);
	hy300_page_single(&page, "hy300_motor_max_position_steps", "gauge",
			  "Highest position that the motor may go to.", motor->max_position);
	hy300_page_single(&page, "hy300_motor_moving", "gauge",
			  "Whether a move or a homing is under way.", now.moving);
	return page.len;
}
static DEVICE_ATTR_RO(current_position);

static ssize_t homed_status_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	struct hy300_motor_snapshot now = hy300_motor_snapshot(dev);
	struct hy300_page page = hy300_motor_page(dev, buf);

	hy300_page_single(&page, "hy300_motor_homed", "gauge",
			  "Whether the position counts from the limit switch.", now.homed);
	hy300_page_state_set(&page, "hy300_motor_homing_state",
			     "State of homing, 1 for the current state.", "state",
			     hy300_motor_homing_words, HY300_HOMING_COUNT, now.homing);
	hy300_page_state_set(&page, "hy300_motor_fault",
			     "Why the motor refuses to move, 1 for the current reason.",
			     "reason",
			     hy300_motor_fault_words, HY300_FAULT_COUNT, now.fault);
	return page.len;
}
static DEVICE_ATTR_RO(homed_status);

static struct attribute *hy300_motor_attrs[] = {
	&dev_attr_position.attr,
	&dev_attr_target_position.attr,
	&dev_attr_moving.attr,
	&dev_attr_homed.attr,
	&dev_attr_limit_switch.attr,
	&dev_attr_fault.attr,
	&dev_attr_home.attr,
	&dev_attr_stop.attr,
	&dev_attr_max_position.attr,
	&dev_attr_movements_total.attr,
	&dev_attr_steps_total.attr,
	&dev_attr_homing_attempts_total.attr,
	&dev_attr_homing_successes_total.attr,
	&dev_attr_position_changes_total.attr,
	&dev_attr_gpio_phase_transitions_total.attr,
	&dev_attr_limit_switch_triggers_total.attr,
	&dev_attr_step_errors_total.attr,
	&dev_attr_current_position.attr,
	&dev_attr_homed_status.attr,
	NULL
};
ATTRIBUTE_GROUPS(hy300_motor);

static const char * const hy300_motor_states[HY300_MOTOR_STATES] = {
	[HY300_MOTOR_POSITION] = "position",
	[HY300_MOTOR_TARGET] = "target_position",
	[HY300_MOTOR_MOVING] = "moving",
	[HY300_MOTOR_HOMED] = "homed",
	[HY300_MOTOR_LIMIT] = "limit_switch",
	[HY300_MOTOR_FAULT] = "fault",
};

static struct hy300_kind hy300_motor_kind = {
	.name = "motor",
	.number = HY300_SUBSYSTEM_MOTOR,
	.indices = IDA_INIT(hy300_motor_kind.indices),
};

/**
 * hy300_motor_register() - show the motor in /sys/class/hy300
 * @motor: the motor
 */
void hy300_motor_register(struct hy300_motor *motor)
{
	motor->sub.kind = &hy300_motor_kind;
	motor->sub.groups = hy300_motor_groups;
	motor->sub.states = hy300_motor_states;
	motor->sub.nr_states = HY300_MOTOR_STATES;
	devm_hy300_register(motor->dev, &motor->sub, motor);
}
