// SPDX-License-Identifier: GPL-2.0
/*
 * Virtual board: the GPIO controller that the motor's coils and its limit
 * switch hang on.
 */

#include <linux/device.h>
#include <linux/gpio/driver.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/hy300-compat.h>

#include "board.h"

static int board_get_direction(struct gpio_chip *chip, unsigned int line)
{
	return line == VIRTUAL_BOARD_LIMIT ? GPIO_LINE_DIRECTION_IN : GPIO_LINE_DIRECTION_OUT;
}

static int board_direction_input(struct gpio_chip *chip, unsigned int line)
{
	return line == VIRTUAL_BOARD_LIMIT ? 0 : -EINVAL;
}

static int board_get(struct gpio_chip *chip, unsigned int line)
{
	struct virtual_motor *motor = gpiochip_get_data(chip);

	if (line == VIRTUAL_BOARD_LIMIT)
		return virtual_motor_limit_level(motor);
	return virtual_motor_coils(motor) >> line & 1;
}

static hy300_gpio_set_t board_set(struct gpio_chip *chip, unsigned int line, int value)
{
	virtual_motor_set_coils(gpiochip_get_data(chip), value ? BIT(line) : 0, BIT(line));
	return HY300_GPIO_SET_DONE;
}

/* All coils change at once, as they do behind a register. */
static hy300_gpio_set_t board_set_multiple(struct gpio_chip *chip, unsigned long *mask,
					   unsigned long *bits)
{
	virtual_motor_set_coils(gpiochip_get_data(chip), *bits, *mask);
	return HY300_GPIO_SET_DONE;
}

static int board_direction_output(struct gpio_chip *chip, unsigned int line, int value)
{
	if (line == VIRTUAL_BOARD_LIMIT)
		return -EINVAL;
	board_set(chip, line, value);
	return 0;
}

/**
 * virtual_board_add_gpios() - make the GPIO controller
 * @dev: the board, which owns it
 * @motor: what hangs on it
 *
 * Return: 0 or a negative error.
 */
int virtual_board_add_gpios(struct device *dev, struct virtual_motor *motor)
{
	struct gpio_chip *chip = devm_kzalloc(dev, sizeof(*chip), GFP_KERNEL);

	if (!chip)
		return -ENOMEM;
	chip->label = dev_name(dev);
	chip->parent = dev;
	chip->owner = THIS_MODULE;
	chip->base = -1;
	chip->ngpio = VIRTUAL_BOARD_LINES;
	chip->get_direction = board_get_direction;
	chip->direction_input = board_direction_input;
	chip->direction_output = board_direction_output;
	chip->get = board_get;
	chip->set = board_set;
	chip->set_multiple = board_set_multiple;
	return devm_gpiochip_add_data(dev, chip, motor);
}
