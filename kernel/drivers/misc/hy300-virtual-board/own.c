// SPDX-License-Identifier: GPL-2.0
/*
 * Virtual board: the board that makes itself, and the devices on it, where no
 * device tree names one: a laptop's projector.
 */

#include <linux/dma-mapping.h>
#include <linux/err.h>
#include <linux/gpio/machine.h>
#include <linux/ioport.h>
#include <linux/platform_device.h>
#include <linux/property.h>

#include "board.h"

/* HY300's half-steps */
static const u8 own_phase_table[] = { 0x9, 0x8, 0xc, 0x4, 0x6, 0x2, 0x3, 0x1 };

static struct gpiod_lookup_table own_motor_gpios = {
	.dev_id = "hy300-keystone-motor",
	.table = {
		GPIO_LOOKUP_IDX(VIRTUAL_BOARD_NAME, 0, "phase", 0, GPIO_ACTIVE_HIGH),
		GPIO_LOOKUP_IDX(VIRTUAL_BOARD_NAME, 1, "phase", 1, GPIO_ACTIVE_HIGH),
		GPIO_LOOKUP_IDX(VIRTUAL_BOARD_NAME, 2, "phase", 2, GPIO_ACTIVE_HIGH),
		GPIO_LOOKUP_IDX(VIRTUAL_BOARD_NAME, 3, "phase", 3, GPIO_ACTIVE_HIGH),
		GPIO_LOOKUP(VIRTUAL_BOARD_NAME, VIRTUAL_BOARD_LIMIT, "limit", GPIO_ACTIVE_LOW),
		{ }
	},
};

static const struct property_entry own_board_properties[] = {
	PROPERTY_ENTRY_U8_ARRAY("hy300,phase-table", own_phase_table),
	PROPERTY_ENTRY_BOOL("hy300,limit-active-low"),
	{ }
};

static const struct property_entry own_motor_properties[] = {
	PROPERTY_ENTRY_U8_ARRAY("hy300,phase-table", own_phase_table),
	{ }
};

static const struct property_entry own_mips_properties[] = {
	PROPERTY_ENTRY_U32_ARRAY("hy300,memory-layout", virtual_mips_own_layout),
	{ }
};

static struct platform_device *own_board;
static struct fwnode_handle *own_board_node;

static void own_device_unregister(void *data)
{
	platform_device_unregister(data);
}

static void own_gpios_remove(void *data)
{
	gpiod_remove_lookup_table(data);
}

static int own_device_add(struct device *board, struct platform_device_info info)
{
	struct platform_device *pdev;

	info.parent = board;
	info.id = PLATFORM_DEVID_NONE;
	info.dma_mask = DMA_BIT_MASK(32);
	pdev = platform_device_register_full(&info);
	if (IS_ERR(pdev))
		return PTR_ERR(pdev);
	return devm_add_action_or_reset(board, own_device_unregister, pdev);
}

/**
 * virtual_board_add_own_devices() - what the device tree would have put on the board
 * @dev: the board, which owns them
 * @irqs: its interrupt controller
 * @mips: its MIPS co-processor
 *
 * Return: 0 or a negative error.
 */
int virtual_board_add_own_devices(struct device *dev, struct virtual_irqs *irqs,
				  const struct virtual_mips *mips)
{
	const struct resource mips_resources[] = {
		virtual_mips_memory(mips),
		DEFINE_RES_IRQ(virtual_irqs_map(irqs, VIRTUAL_BOARD_IRQ_MIPS)),
	};
	const struct resource tvcap_irq =
		DEFINE_RES_IRQ(virtual_irqs_map(irqs, VIRTUAL_BOARD_IRQ_TVCAP));
	int ret;

	gpiod_add_lookup_table(&own_motor_gpios);
	ret = devm_add_action_or_reset(dev, own_gpios_remove, &own_motor_gpios);
	if (ret)
		return ret;
	ret = own_device_add(dev, (struct platform_device_info){
		.name = "hy300-keystone-motor",
		.properties = own_motor_properties,
	});
	if (ret)
		return ret;
	ret = own_device_add(dev, (struct platform_device_info){
		.name = "hy300-mips",
		.res = mips_resources,
		.num_res = ARRAY_SIZE(mips_resources),
		.properties = own_mips_properties,
	});
	if (ret)
		return ret;
	return own_device_add(dev, (struct platform_device_info){
		.name = "sunxi-tvcap",
		.res = &tvcap_irq,
		.num_res = 1,
	});
}

/**
 * virtual_board_make_own() - make the board's device
 *
 * The board's GPIO chip takes over the board's firmware node, so the node must
 * not be one that the device manages: it would be released twice.
 *
 * Return: 0 or a negative error.
 */
int virtual_board_make_own(void)
{
	struct platform_device_info info = {
		.name = VIRTUAL_BOARD_NAME,
		.id = PLATFORM_DEVID_NONE,
	};

	own_board_node = fwnode_create_software_node(own_board_properties, NULL);
	if (IS_ERR(own_board_node))
		return PTR_ERR(own_board_node);
	info.fwnode = own_board_node;
	own_board = platform_device_register_full(&info);
	if (IS_ERR(own_board)) {
		int ret = PTR_ERR(own_board);

		own_board = NULL;
		fwnode_remove_software_node(own_board_node);
		return ret;
	}
	return 0;
}

/**
 * virtual_board_remove_own() - remove the board that virtual_board_make_own() made, if it did
 */
void virtual_board_remove_own(void)
{
	if (!own_board)
		return;
	platform_device_unregister(own_board);
	fwnode_remove_software_node(own_board_node);
}
