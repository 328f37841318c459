// SPDX-License-Identifier: GPL-2.0
/*
 * Takes the names that other kernels for the same projectors have in use: the class hy300, the
 * driver sunxi-mipsloader and the node /dev/mipsloader.
 */
#include <linux/device.h>
#include <linux/fs.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/platform_device.h>

static struct class taken_class = { .name = "hy300" };
static struct platform_driver taken_driver = { .driver = { .name = "sunxi-mipsloader" } };
static const struct file_operations taken_fops = { .owner = THIS_MODULE };
static struct miscdevice taken_node = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "mipsloader",
	.fops = &taken_fops,
};

static int __init taken_init(void)
{
	int err = class_register(&taken_class);

	if (err)
		return err;
	err = platform_driver_register(&taken_driver);
	if (err)
		goto unregister_class;
	err = misc_register(&taken_node);
	if (err)
		goto unregister_driver;
	return 0;

unregister_driver:
	platform_driver_unregister(&taken_driver);
unregister_class:
	class_unregister(&taken_class);
	return err;
}
module_init(taken_init);

static void __exit taken_exit(void)
{
	misc_deregister(&taken_node);
	platform_driver_unregister(&taken_driver);
	class_unregister(&taken_class);
}
module_exit(taken_exit);

MODULE_DESCRIPTION("Takes names that the HY300 drivers would have");
MODULE_LICENSE("GPL");
