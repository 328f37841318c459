// SPDX-License-Identifier: GPL-2.0
/*
 * Virtual board: a projector without the projector. It plays the hardware
 * that the HY300 drivers talk to; they are bound to it by the device tree, or,
 * where there is none that names a board, by devices that this module makes.
 */

#include <linux/debugfs.h>
#include <linux/gpio/driver.h>
#include <linux/gpio/machine.h>
#include <linux/module.h>
#include <linux/of.h>
#include <linux/platform_device.h>
#include <linux/property.h>
#include <linux/hy300-compat.h>

#include "board.h"

#define BOARD_NAME "hy300-virtual-board"

/* HY300's half-steps, for the board that makes itself */
static const u8 hy300_phase_table[] = { 0x9, 0x8, 0xc, 0x4, 0x6, 0x2, 0x3, 0x1 };

/**
 * struct virtual_board - one board
 * @chip: the GPIO controller that the motor hangs on
 * @motor: the motor
 */
struct virtual_board {
	struct gpio_chip chip;
	struct virtual_motor *motor;
};

static struct dentry *board_debugfs;
static struct platform_device *own_board;

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
	struct virtual_board *board = gpiochip_get_data(chip);

	if (line == VIRTUAL_BOARD_LIMIT)
		return virtual_motor_limit_level(board->motor);
	return virtual_motor_coils(board->motor) >> line & 1;
}

static hy300_gpio_set_t board_set(struct gpio_chip *chip, unsigned int line, int value)
{
	struct virtual_board *board = gpiochip_get_data(chip);

	virtual_motor_set_coils(board->motor, value ? BIT(line) : 0, BIT(line));
	return HY300_GPIO_SET_DONE;
}

/* All coils change at once, as they do behind a register. */
static hy300_gpio_set_t board_set_multiple(struct gpio_chip *chip, unsigned long *mask,
					   unsigned long *bits)
{
	struct virtual_board *board = gpiochip_get_data(chip);

	virtual_motor_set_coils(board->motor, *bits, *mask);
	return HY300_GPIO_SET_DONE;
}

static int board_direction_output(struct gpio_chip *chip, unsigned int line, int value)
{
	if (line == VIRTUAL_BOARD_LIMIT)
		return -EINVAL;
	board_set(chip, line, value);
	return 0;
}

static void board_remove_debugfs(void *data)
{
	debugfs_remove_recursive(data);
}

static int board_probe(struct platform_device *pdev)
{
	struct device *dev = &pdev->dev;
	struct virtual_motor_config config = { };
	struct virtual_board *board;
	struct dentry *debugfs;
	int ret;

	board = devm_kzalloc(dev, sizeof(*board), GFP_KERNEL);
	if (!board)
		return -ENOMEM;

	ret = device_property_count_u8(dev, "hy300,phase-table");
	if (ret < 1 || ret > ARRAY_SIZE(config.table))
		return dev_err_probe(dev, ret < 0 ? ret : -EINVAL,
				     "hy300,phase-table is unusable\n");
	config.table_length = ret;
	ret = device_property_read_u8_array(dev, "hy300,phase-table", config.table,
					    config.table_length);
	if (ret)
		return ret;
	config.limit_active_low = device_property_read_bool(dev, "hy300,limit-active-low");

	debugfs = debugfs_create_dir(dev_name(dev), board_debugfs);
	board->motor = virtual_motor_create(dev, &config, debugfs);
	if (!board->motor) {
		debugfs_remove_recursive(debugfs);
		return -ENOMEM;
	}
	/* After the motor was allocated, so that its knobs go before it does. */
	ret = devm_add_action_or_reset(dev, board_remove_debugfs, debugfs);
	if (ret)
		return ret;

	board->chip.label = dev_name(dev);
	board->chip.parent = dev;
	board->chip.owner = THIS_MODULE;
	board->chip.base = -1;
	board->chip.ngpio = VIRTUAL_BOARD_LINES;
	board->chip.get_direction = board_get_direction;
	board->chip.direction_input = board_direction_input;
	board->chip.direction_output = board_direction_output;
	board->chip.get = board_get;
	board->chip.set = board_set;
	board->chip.set_multiple = board_set_multiple;
	return devm_gpiochip_add_data(dev, &board->chip, board);
}

static const struct of_device_id board_of_match[] = {
	{ .compatible = "hy300,virtual-board" },
	{ }
};
MODULE_DEVICE_TABLE(of, board_of_match);

static struct platform_driver board_driver = {
	.probe = board_probe,
	.driver = {
		.name = BOARD_NAME,
		.of_match_table = board_of_match,
	},
};

static struct gpiod_lookup_table own_motor_gpios = {
	.dev_id = "hy300-keystone-motor",
	.table = {
		GPIO_LOOKUP_IDX(BOARD_NAME, 0, "phase", 0, GPIO_ACTIVE_HIGH),
		GPIO_LOOKUP_IDX(BOARD_NAME, 1, "phase", 1, GPIO_ACTIVE_HIGH),
		GPIO_LOOKUP_IDX(BOARD_NAME, 2, "phase", 2, GPIO_ACTIVE_HIGH),
		GPIO_LOOKUP_IDX(BOARD_NAME, 3, "phase", 3, GPIO_ACTIVE_HIGH),
		GPIO_LOOKUP(BOARD_NAME, VIRTUAL_BOARD_LIMIT, "limit", GPIO_ACTIVE_LOW),
		{ }
	},
};

static const struct property_entry own_board_properties[] = {
	PROPERTY_ENTRY_U8_ARRAY("hy300,phase-table", hy300_phase_table),
	PROPERTY_ENTRY_BOOL("hy300,limit-active-low"),
	{ }
};

static const struct property_entry own_motor_properties[] = {
	PROPERTY_ENTRY_U8_ARRAY("hy300,phase-table", hy300_phase_table),
	{ }
};

static struct platform_device *own_motor;
static struct fwnode_handle *own_board_node;

/*
 * The board's GPIO chip takes over the board's firmware node, so the node must
 * not be one that the device manages: it would be released twice.
 */
static int make_board_device(void)
{
	struct platform_device_info info = {
		.name = BOARD_NAME,
		.id = PLATFORM_DEVID_NONE,
	};

	own_board_node = fwnode_create_software_node(own_board_properties, NULL);
	if (IS_ERR(own_board_node))
		return PTR_ERR(own_board_node);
	info.fwnode = own_board_node;
	own_board = platform_device_register_full(&info);
	if (IS_ERR(own_board)) {
		fwnode_remove_software_node(own_board_node);
		return PTR_ERR(own_board);
	}
	return 0;
}

static void remove_board_device(void)
{
	platform_device_unregister(own_board);
	fwnode_remove_software_node(own_board_node);
}

/* A laptop's projector: the board and the motor on it. */
static int make_own_board(void)
{
	const struct platform_device_info motor_info = {
		.name = "hy300-keystone-motor",
		.id = PLATFORM_DEVID_NONE,
		.properties = own_motor_properties,
	};
	int ret = make_board_device();

	if (ret)
		return ret;
	gpiod_add_lookup_table(&own_motor_gpios);
	own_motor = platform_device_register_full(&motor_info);
	if (IS_ERR(own_motor)) {
		gpiod_remove_lookup_table(&own_motor_gpios);
		remove_board_device();
		return PTR_ERR(own_motor);
	}
	return 0;
}

static void remove_own_board(void)
{
	platform_device_unregister(own_motor);
	gpiod_remove_lookup_table(&own_motor_gpios);
	remove_board_device();
}

static int __init board_init(void)
{
	struct device_node *node;
	int ret;

	board_debugfs = debugfs_create_dir(BOARD_NAME, NULL);
	ret = platform_driver_register(&board_driver);
	if (ret)
		goto remove_debugfs;

	node = of_find_compatible_node(NULL, NULL, "hy300,virtual-board");
	of_node_put(node);
	if (!node) {
		ret = make_own_board();
		if (ret)
			goto unregister;
	}
	return 0;

unregister:
	platform_driver_unregister(&board_driver);
remove_debugfs:
	debugfs_remove_recursive(board_debugfs);
	return ret;
}
module_init(board_init);

static void __exit board_exit(void)
{
	if (own_motor)
		remove_own_board();
	platform_driver_unregister(&board_driver);
	debugfs_remove_recursive(board_debugfs);
}
module_exit(board_exit);

MODULE_DESCRIPTION("Virtual HY300 projector board");
MODULE_LICENSE("GPL");
