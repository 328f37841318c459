// SPDX-License-Identifier: GPL-2.0
/*
 * Registers of a projector's subsystems: who may have them. The only file that writes any.
 *
 * The drivers know their registers from descriptions that no device has confirmed. At those
 * addresses the H713 has others, such as the fabric of the display's buses: a write there blanks
 * the picture, a read can hang the machine. So registers are to be had
 * - from a board that offers them to its parts, as the virtual one does, or
 * - where the driver says that they were verified on a device, and a read finds that device.
 * Nothing else opens them, and nothing is mapped, read or written before that is known.
 */

#include <linux/device.h>
#include <linux/err.h>
#include <linux/module.h>
#include <linux/platform_device.h>
#include <linux/regmap.h>
#include <linux/hy300.h>

/**
 * hy300_part_of_board - whether a device's parent is a board that has the registers of its parts
 * @dev: the device
 */
bool hy300_part_of_board(struct device *dev)
{
	return dev->parent && dev_get_regmap(dev->parent, NULL);
}
EXPORT_SYMBOL_GPL(hy300_part_of_board);

static int hy300_identify(struct device *dev, const char *name, struct regmap *map,
			  const struct hy300_identity *identity)
{
	unsigned int value;
	int ret = regmap_read(map, identity->offset, &value);

	if (ret)
		return dev_err_probe(dev, ret, "%s cannot be identified\n", name);
	if (value != identity->value)
		return dev_err_probe(dev, -ENODEV,
				     "%s is another device's (%#x at %#x, not %#x), left alone\n",
				     name, value, identity->offset, identity->value);
	return 0;
}

static struct regmap *hy300_map(struct platform_device *pdev, const char *name,
				const struct hy300_identity *identity)
{
	const struct regmap_config config = {
		.name = name,
		.reg_bits = 32,
		.val_bits = 32,
		.reg_stride = 4,
		.fast_io = true,
	};
	struct device *dev = &pdev->dev;
	struct regmap *map;
	void __iomem *base;
	int ret;

	if (!identity->verified) {
		dev_err(dev, "no device is known to have these registers (%s), left alone\n", name);
		return ERR_PTR(-ENODEV);
	}
	base = devm_platform_ioremap_resource_byname(pdev, name);
	map = IS_ERR(base) ? ERR_CAST(base) : devm_regmap_init_mmio(dev, base, &config);
	if (IS_ERR(map)) {
		dev_err_probe(dev, PTR_ERR(map), "no registers %s\n", name);
		return map;
	}
	ret = hy300_identify(dev, name, map, identity);
	return ret ? ERR_PTR(ret) : map;
}

/**
 * devm_hy300_registers - get a device's registers
 * @pdev: the device
 * @name: their name, at the parent and in reg-names
 * @identity: how they are known where they are not the parent's
 *
 * To be called before anything else of the device is touched: its clocks, resets and interrupts,
 * too, may be somebody else's.
 *
 * Return: the registers, for hy300_read() and hy300_write(), or an ERR_PTR that was said; -ENODEV
 * when they are not for this driver.
 */
struct regmap *devm_hy300_registers(struct platform_device *pdev, const char *name,
				    const struct hy300_identity *identity)
{
	struct regmap *map = NULL;

	if (hy300_part_of_board(&pdev->dev))
		map = dev_get_regmap(pdev->dev.parent, name);
	return map ? map : hy300_map(pdev, name, identity);
}
EXPORT_SYMBOL_GPL(devm_hy300_registers);

/**
 * hy300_read - read a register
 * @registers: from devm_hy300_registers()
 * @offset: the register's
 * @value: where its value goes; untouched by a failure
 *
 * Return: 0 or a negative error.
 */
int hy300_read(struct regmap *registers, u32 offset, u32 *value)
{
	unsigned int content;
	int ret = regmap_read(registers, offset, &content);

	if (!ret)
		*value = content;
	return ret;
}
EXPORT_SYMBOL_GPL(hy300_read);

/**
 * hy300_write - write a register
 * @registers: from devm_hy300_registers()
 * @offset: the register's
 * @value: its new value
 *
 * Return: 0 or a negative error.
 */
int hy300_write(struct regmap *registers, u32 offset, u32 value)
{
	return regmap_write(registers, offset, value);
}
EXPORT_SYMBOL_GPL(hy300_write);
