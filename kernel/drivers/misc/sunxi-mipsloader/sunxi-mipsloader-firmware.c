// SPDX-License-Identifier: GPL-2.0
/*
 * MIPS co-processor of the Allwinner H713: loads a firmware.
 *
 * U-Boot has usually started the processor, so loading is the exception: the
 * file is checked while the processor goes on, and only one that will do stops
 * it. The processor is held in reset then until it is restarted.
 */

#include <linux/crc32.h>
#include <linux/device.h>
#include <linux/firmware.h>
#include <linux/string.h>

#include "sunxi-mipsloader.h"

static int sunxi_mips_check(struct sunxi_mips *mips, const struct firmware *firmware,
			    const char *name, u32 crc)
{
	u32 room = mips->layout[SUNXI_MIPS_FIRMWARE].size;

	if (!firmware->size) {
		dev_err(mips->dev, "%s is empty\n", name);
		return -EINVAL;
	}
	if (firmware->size > room) {
		dev_err(mips->dev, "%s has %zu bytes, its memory %u\n", name, firmware->size,
			room);
		return -EFBIG;
	}
	if (mips->expected_crc32 && crc != mips->expected_crc32) {
		dev_err(mips->dev, "%s has the CRC %08x, not %08x\n", name, crc,
			mips->expected_crc32);
		return -EBADMSG;
	}
	return 0;
}

/* Copies into the held processor's memory and looks whether it has arrived. */
static int sunxi_mips_copy(struct sunxi_mips *mips, const struct firmware *firmware)
{
	u32 control;
	int ret;

	ret = sunxi_mips_hold(mips);
	if (ret)
		return ret;
	mutex_lock(&mips->lock);
	mips->loaded = false;
	mips->attached = false;
	mips->spoiled = true;
	sunxi_mips_update(mips);
	mutex_unlock(&mips->lock);

	memcpy(mips->firmware_region, firmware->data, firmware->size);
	/* In memory before the next access of a register */
	mb();
	ret = sunxi_mips_read(mips, SUNXI_MIPS_CONTROL, &control);
	if (ret)
		return ret;
	/* Read again only after that access */
	mb();
	if (!(control & mips->variant->control_reset) ||
	    memcmp(mips->firmware_region, firmware->data, firmware->size)) {
		sunxi_mips_error(mips, SUNXI_MIPS_ERROR_VERIFY);
		dev_err(mips->dev, "the memory does not hold what was copied\n");
		return -EIO;
	}
	return 0;
}

static int sunxi_mips_load_file(struct sunxi_mips *mips, const char *name)
{
	const struct firmware *firmware;
	u32 crc;
	int ret;

	lockdep_assert_held(&mips->order);
	if (!name || !sunxi_mips_plain_name(name)) {
		dev_err_ratelimited(mips->dev,
				    "not a plain name of a firmware: letters, digits and ._+- only\n");
		return -EINVAL;
	}
	/*
	 * Directly: a helper in user space could keep the driver waiting for a minute. For the
	 * node's device: the loader leaves a managed resource on it, which on a platform device
	 * that is being unbound would come too late to be released.
	 */
	ret = request_firmware_direct(&firmware, name, mips->misc.this_device);
	if (ret) {
		dev_err(mips->dev, "the firmware %s cannot be read (%d)\n", name, ret);
		return ret;
	}
	crc = crc32_le(~0, firmware->data, firmware->size) ^ ~0;
	ret = sunxi_mips_check(mips, firmware, name, crc);
	if (!ret && READ_ONCE(mips->closing))
		ret = -ENODEV;
	if (!ret)
		ret = sunxi_mips_copy(mips, firmware);
	if (!ret) {
		mutex_lock(&mips->lock);
		mips->loaded = true;
		mips->spoiled = false;
		mips->firmware_size = firmware->size;
		mips->firmware_crc32 = crc;
		strscpy(mips->firmware_name, name, sizeof(mips->firmware_name));
		sunxi_mips_update(mips);
		mutex_unlock(&mips->lock);
		dev_info(mips->dev, "loaded %s, %zu bytes, CRC %08x\n", name, firmware->size, crc);
	}
	release_firmware(firmware);
	return ret;
}

/**
 * sunxi_mips_load() - load a firmware and hold the processor until it is restarted
 * @mips: the processor
 * @name: of the file; "" for the one of the device tree, NULL for one that was none
 *
 * Return: 0; -EINVAL the name is not plain or the file empty, -EFBIG, -EBADMSG
 * another CRC than expected: the processor goes on as it was; -EIO the memory
 * or a register failed: it is held; -ENODEV the device is going; -ERESTARTSYS;
 * -ENOENT and the other errors of request_firmware().
 */
int sunxi_mips_load(struct sunxi_mips *mips, const char *name)
{
	int ret = sunxi_mips_begin_order(mips);

	if (ret)
		return ret;
	mutex_lock(&mips->lock);
	mips->count.load_attempts++;
	mutex_unlock(&mips->lock);

	ret = sunxi_mips_load_file(mips, name && !*name ? mips->default_name : name);

	mutex_lock(&mips->lock);
	if (ret)
		mips->count.load_failures++;
	else
		mips->count.load_successes++;
	mutex_unlock(&mips->lock);
	mutex_unlock(&mips->order);
	return ret;
}
