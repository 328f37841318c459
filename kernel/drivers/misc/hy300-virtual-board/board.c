// SPDX-License-Identifier: GPL-2.0
/*
 * Virtual board: a projector without the projector. It plays the hardware
 * that the HY300 drivers talk to. They are bound to devices on the board that
 * the device tree names, or, where it names no board, to devices that this
 * module makes. To them the board is a multi-function device, whose registers
 * its parts find as those of their parent.
 */

#include <linux/debugfs.h>
#include <linux/module.h>
#include <linux/of.h>
#include <linux/of_platform.h>
#include <linux/platform_device.h>
#include <linux/property.h>
#include <linux/regmap.h>

#include "board.h"

/**
 * struct virtual_board - one board
 * @irqs: its interrupt controller
 * @motor: the keystone motor
 * @mips: the MIPS co-processor
 * @hdmi: the HDMI source and what captures it
 */
struct virtual_board {
	struct virtual_irqs *irqs;
	struct virtual_motor *motor;
	struct virtual_mips *mips;
	struct virtual_hdmi *hdmi;
};

static struct dentry *board_debugfs;

/**
 * virtual_board_set_irq() - assert or release an interrupt line
 * @board: the board
 * @line: VIRTUAL_BOARD_IRQ_...
 * @level: asserted
 *
 * Any context.
 */
void virtual_board_set_irq(struct virtual_board *board, unsigned int line, bool level)
{
	virtual_irqs_set(board->irqs, line, level);
}

static int board_add_motor(struct device *dev, struct virtual_board *board,
			   struct dentry *debugfs)
{
	struct virtual_motor_config config = { };
	int ret;

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

	board->motor = virtual_motor_create(dev, &config, debugfs);
	if (IS_ERR(board->motor))
		return PTR_ERR(board->motor);
	return virtual_board_add_gpios(dev, board->motor);
}

/* Registers as a bus shows them: 32 bits wide, accessed in any context. */
static int board_add_regmap(struct device *dev, const char *name, void *model,
			    unsigned int last,
			    int (*read)(void *model, unsigned int reg, unsigned int *value),
			    int (*write)(void *model, unsigned int reg, unsigned int value))
{
	const struct regmap_config config = {
		.name = name,
		.reg_bits = 32,
		.val_bits = 32,
		.reg_stride = 4,
		.max_register = last,
		.reg_read = read,
		.reg_write = write,
		.fast_io = true,
	};

	return PTR_ERR_OR_ZERO(devm_regmap_init(dev, NULL, model, &config));
}

static int board_add_mips(struct device *dev, struct virtual_board *board,
			  struct dentry *debugfs)
{
	board->mips = virtual_mips_create(board, dev, debugfs);
	if (IS_ERR(board->mips))
		return PTR_ERR(board->mips);
	return board_add_regmap(dev, "mips", board->mips, 0xffc, virtual_mips_read,
				virtual_mips_write);
}

static int board_add_hdmi(struct device *dev, struct virtual_board *board,
			  struct dentry *debugfs)
{
	int ret;

	board->hdmi = virtual_hdmi_create(board, dev, debugfs);
	if (IS_ERR(board->hdmi))
		return PTR_ERR(board->hdmi);
	ret = board_add_regmap(dev, "tvtop", board->hdmi, 0xfc, virtual_hdmi_tvtop_read,
			       virtual_hdmi_tvtop_write);
	if (ret)
		return ret;
	return board_add_regmap(dev, "tvcap", board->hdmi, 0xffc, virtual_hdmi_tvcap_read,
				virtual_hdmi_tvcap_write);
}

static void board_remove_debugfs(void *data)
{
	debugfs_remove_recursive(data);
}

static int board_probe(struct platform_device *pdev)
{
	struct device *dev = &pdev->dev;
	struct virtual_board *board;
	struct dentry *debugfs;
	int ret;

	board = devm_kzalloc(dev, sizeof(*board), GFP_KERNEL);
	if (!board)
		return -ENOMEM;
	board->irqs = virtual_irqs_create(dev);
	if (IS_ERR(board->irqs))
		return PTR_ERR(board->irqs);

	debugfs = debugfs_create_dir(dev_name(dev), board_debugfs);
	ret = board_add_motor(dev, board, debugfs);
	if (!ret)
		ret = board_add_mips(dev, board, debugfs);
	if (!ret)
		ret = board_add_hdmi(dev, board, debugfs);
	if (ret) {
		debugfs_remove_recursive(debugfs);
		return ret;
	}
	/* After the models were made, so that their knobs go before they do. */
	ret = devm_add_action_or_reset(dev, board_remove_debugfs, debugfs);
	if (ret)
		return ret;

	if (dev->of_node)
		return devm_of_platform_populate(dev);
	return virtual_board_add_own_devices(dev, board->irqs, board->mips);
}

static const struct of_device_id board_of_match[] = {
	{ .compatible = "hy300,virtual-board" },
	{ }
};
MODULE_DEVICE_TABLE(of, board_of_match);

static struct platform_driver board_driver = {
	.probe = board_probe,
	.driver = {
		.name = VIRTUAL_BOARD_NAME,
		.of_match_table = board_of_match,
	},
};

static int __init board_init(void)
{
	struct device_node *node;
	int ret;

	board_debugfs = debugfs_create_dir(VIRTUAL_BOARD_NAME, NULL);
	ret = platform_driver_register(&board_driver);
	if (ret)
		goto remove_debugfs;

	node = of_find_compatible_node(NULL, NULL, "hy300,virtual-board");
	of_node_put(node);
	if (!node) {
		ret = virtual_board_make_own();
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
	virtual_board_remove_own();
	platform_driver_unregister(&board_driver);
	debugfs_remove_recursive(board_debugfs);
}
module_exit(board_exit);

MODULE_DESCRIPTION("Virtual HY300 projector board");
MODULE_LICENSE("GPL");
