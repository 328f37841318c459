// SPDX-License-Identifier: GPL-2.0
/*
 * Keystone motor of the HY300 projector: a four-phase stepper that tilts the
 * lens, and a limit switch that tells where it begins. Binds to the platform
 * device and reads its description.
 *
 * Binding changes nothing: the lines stay as they are until somebody asks, see
 * hy300_motor_take_coils(). A description may be of another board, where they
 * switch a lamp and its fan.
 */

#include <linux/gpio/consumer.h>
#include <linux/mod_devicetable.h>
#include <linux/module.h>
#include <linux/platform_device.h>
#include <linux/pm.h>
#include <linux/property.h>
#include <linux/string.h>

#include "hy300-keystone-motor.h"

static void hy300_motor_close(void *data)
{
	struct hy300_motor *motor = data;

	mutex_lock(&motor->lock);
	motor->closing = true;
	mutex_unlock(&motor->lock);
	flush_work(&motor->work);
}

static void hy300_motor_destroy_queue(void *data)
{
	destroy_workqueue(data);
}

static u32 hy300_motor_property(struct device *dev, const char *name, u32 otherwise)
{
	u32 value;

	return device_property_read_u32(dev, name, &value) ? otherwise : value;
}

/*
 * Homing drives the motor until its switch closes. Without one, or against a switch of another
 * kind, it drives it into its stop: so only a virtual board's motor is homed by default, and any
 * other one where the device tree says that it may be.
 */
static int hy300_motor_read_homing(struct hy300_motor *motor)
{
	const char *home = hy300_part_of_board(motor->dev) ? "down" : "none";

	device_property_read_string(motor->dev, "hy300,home", &home);
	motor->may_home = !strcmp(home, "down");
	if (!motor->may_home && strcmp(home, "none"))
		return dev_err_probe(motor->dev, -EINVAL,
				     "hy300,home is \"%s\", not none or down\n", home);
	return 0;
}

static int hy300_motor_read_properties(struct hy300_motor *motor)
{
	struct device *dev = motor->dev;
	int bad, ret;

	ret = device_property_count_u8(dev, "hy300,phase-table");
	if (ret < 0)
		return dev_err_probe(dev, ret, "hy300,phase-table is missing\n");
	if (ret < HY300_MOTOR_PHASES || ret > HY300_MOTOR_MAX_TABLE)
		return dev_err_probe(dev, -EINVAL,
				     "hy300,phase-table has %d entries, not %d to %d\n", ret,
				     HY300_MOTOR_PHASES, HY300_MOTOR_MAX_TABLE);
	motor->table_length = ret;
	ret = device_property_read_u8_array(dev, "hy300,phase-table", motor->table,
					    motor->table_length);
	if (ret)
		return dev_err_probe(dev, ret, "hy300,phase-table cannot be read\n");
	bad = hy300_motor_bad_pattern(motor->table, motor->table_length);
	if (bad >= 0)
		return dev_err_probe(dev, -EINVAL,
				     "hy300,phase-table entry %d is %#x, not 0x1 to 0xf\n",
				     bad, motor->table[bad]);

	motor->phase_delay_us = hy300_motor_property(dev, "hy300,phase-delay-us", 1000);
	motor->step_delay_us = hy300_motor_property(dev, "hy300,step-delay-us", 2000);
	motor->max_position = hy300_motor_property(dev, "hy300,max-position", 1000);
	motor->homing_steps = hy300_motor_property(dev, "hy300,homing-steps", 1000);
	motor->backoff_steps = hy300_motor_property(dev, "hy300,backoff-steps", 64);
	motor->margin_steps = hy300_motor_property(dev, "hy300,margin-steps", 4);
	motor->debounce_samples = hy300_motor_property(dev, "hy300,debounce-samples", 3);
	if (motor->max_position > INT_MAX)
		return dev_err_probe(dev, -EINVAL, "hy300,max-position %u is too large\n",
				     motor->max_position);
	return hy300_motor_read_homing(motor);
}

/*
 * One by one: devm_gpiod_get_array() loses the first line if memory runs out (6.1), and its short
 * cut for a whole array drives line 3 for the last of lines 0, 1, 2 and 4.
 */
static int hy300_motor_get_phases(struct hy300_motor *motor)
{
	int i, count = gpiod_count(motor->dev, "phase");

	if (count < 0)
		return dev_err_probe(motor->dev, count, "no phase-gpios\n");
	if (count != HY300_MOTOR_PHASES)
		return dev_err_probe(motor->dev, -EINVAL, "%d phase-gpios, not %d\n", count,
				     HY300_MOTOR_PHASES);
	for (i = 0; i < count; i++) {
		motor->phases[i] = devm_gpiod_get_index(motor->dev, "phase", i, GPIOD_ASIS);
		if (IS_ERR(motor->phases[i]))
			return dev_err_probe(motor->dev, PTR_ERR(motor->phases[i]),
					     "no phase-gpios\n");
	}
	return 0;
}

static int hy300_motor_probe(struct platform_device *pdev)
{
	struct device *dev = &pdev->dev;
	struct hy300_motor *motor;
	int ret;

	motor = devm_kzalloc(dev, sizeof(*motor), GFP_KERNEL);
	if (!motor)
		return -ENOMEM;
	motor->dev = dev;
	mutex_init(&motor->lock);
	INIT_WORK(&motor->work, hy300_motor_work);
	platform_set_drvdata(pdev, motor);

	ret = hy300_motor_read_properties(motor);
	if (ret)
		return ret;

	ret = hy300_motor_get_phases(motor);
	if (ret)
		return ret;
	motor->limit = devm_gpiod_get(dev, "limit", GPIOD_ASIS);
	if (IS_ERR(motor->limit))
		return dev_err_probe(dev, PTR_ERR(motor->limit), "no limit-gpios\n");

	motor->queue = alloc_ordered_workqueue("%s", 0, dev_name(dev));
	if (!motor->queue)
		return -ENOMEM;
	ret = devm_add_action_or_reset(dev, hy300_motor_destroy_queue, motor->queue);
	if (ret)
		return ret;

	/* In this order: at the end the move is over before its attributes go. */
	hy300_motor_register(motor);
	return devm_add_action_or_reset(dev, hy300_motor_close, motor);
}

static void hy300_motor_shutdown(struct platform_device *pdev)
{
	hy300_motor_close(platform_get_drvdata(pdev));
}

static int hy300_motor_suspend(struct device *dev)
{
	struct hy300_motor *motor = dev_get_drvdata(dev);

	hy300_motor_stop(motor);
	flush_work(&motor->work);
	return 0;
}

static DEFINE_SIMPLE_DEV_PM_OPS(hy300_motor_pm, hy300_motor_suspend, NULL);

static const struct of_device_id hy300_motor_of_match[] = {
	{ .compatible = "hy300,keystone-motor" },
	{ }
};
MODULE_DEVICE_TABLE(of, hy300_motor_of_match);

static struct platform_driver hy300_motor_driver = {
	.probe = hy300_motor_probe,
	.shutdown = hy300_motor_shutdown,
	.driver = {
		.name = "hy300-keystone-motor",
		.of_match_table = hy300_motor_of_match,
		.pm = pm_sleep_ptr(&hy300_motor_pm),
	},
};
module_platform_driver(hy300_motor_driver);

MODULE_DESCRIPTION("Keystone motor of the HY300 projector");
MODULE_ALIAS("platform:hy300-keystone-motor");
MODULE_LICENSE("GPL");
