// SPDX-License-Identifier: GPL-2.0
/*
 * MIPS co-processor of the Allwinner H713: its state, as its registers tell
 * it, and who is told of the changes.
 */

#include <linux/device.h>
#include <linux/jiffies.h>

#include "sunxi-mipsloader.h"

/*
 * How often the state is looked at. The interrupt is not relied upon: its
 * meaning is a guess, and boards exist on which others never fire.
 */
#define SAMPLE_MS	500

const char * const sunxi_mips_words[HY300_MIPS_WORDS] = {
	[HY300_MIPS_OFF] = "off",
	[HY300_MIPS_INITIAL] = "initial",
	[HY300_MIPS_SLEEP] = "sleep",
	[HY300_MIPS_IDLE] = "idle",
	[HY300_MIPS_TRANSITION_UP] = "transition_up",
	[HY300_MIPS_RUNNING] = "running",
	[HY300_MIPS_UNKNOWN] = "unknown",
	[HY300_MIPS_UNRESPONSIVE] = "unresponsive",
};

/* U-Boot's firmware is known to be there only by its running. */
static bool sunxi_mips_has_firmware(const struct sunxi_mips *mips)
{
	return mips->loaded || (!mips->spoiled && mips->state == HY300_MIPS_RUNNING);
}

/**
 * sunxi_mips_update() - derive what depends on the state, and tell of it
 * @mips: the processor, locked; its state or its firmware has changed
 */
void sunxi_mips_update(struct sunxi_mips *mips)
{
	bool loaded = sunxi_mips_has_firmware(mips);

	lockdep_assert_held(&mips->lock);
	if (mips->firmware_loaded == loaded)
		return;
	mips->firmware_loaded = loaded;
	hy300_notify(&mips->sub, HY300_MIPS_FIRMWARE_LOADED, loaded);
}

static enum hy300_mips_word sunxi_mips_word(struct sunxi_mips *mips)
{
	const struct sunxi_mips_variant *variant = mips->variant;
	u32 status, number;

	lockdep_assert_held(&mips->lock);
	if (mips->unanswered && !sunxi_mips_read(mips, SUNXI_MIPS_STATUS, &status) &&
	    !(status & variant->status_busy))
		mips->unanswered = false;
	if (sunxi_mips_read(mips, SUNXI_MIPS_DATA, &number))
		return HY300_MIPS_UNKNOWN;

	number &= variant->state_mask;
	if (number > HY300_MIPS_RUNNING)
		return HY300_MIPS_UNKNOWN;
	if (mips->unanswered && number != HY300_MIPS_OFF)
		return HY300_MIPS_UNRESPONSIVE;
	return number;
}

/**
 * sunxi_mips_attach() - take the processor as it is found; there are no readers yet
 * @mips: the processor
 */
void sunxi_mips_attach(struct sunxi_mips *mips)
{
	mutex_lock(&mips->lock);
	mips->state = sunxi_mips_word(mips);
	mips->attached = mips->state != HY300_MIPS_OFF && mips->state != HY300_MIPS_UNKNOWN;
	mips->firmware_loaded = sunxi_mips_has_firmware(mips);
	mutex_unlock(&mips->lock);
	if (!mips->attached) {
		dev_info(mips->dev, "the processor is %s\n", sunxi_mips_words[mips->state]);
		return;
	}
	dev_info(mips->dev, "attached to a processor that is %s\n", sunxi_mips_words[mips->state]);
	sunxi_mips_check_share(mips);
}

/**
 * sunxi_mips_sample() - read the state, and tell of its change
 * @mips: the processor
 *
 * The register is read under the lock, so that no older reading can follow a
 * newer one, and not at all once the device is going.
 *
 * Return: the state.
 */
enum hy300_mips_word sunxi_mips_sample(struct sunxi_mips *mips)
{
	enum hy300_mips_word word;

	mutex_lock(&mips->lock);
	word = READ_ONCE(mips->closing) ? mips->state : sunxi_mips_word(mips);
	if (word != mips->state) {
		mips->state = word;
		hy300_notify(&mips->sub, HY300_MIPS_STATE, word);
		sunxi_mips_update(mips);
	}
	mutex_unlock(&mips->lock);
	return word;
}

/**
 * sunxi_mips_follow() - look at the state after a while, unless the device goes or sleeps
 * @mips: the processor
 * @milliseconds: the while, which begins anew if it had begun
 */
void sunxi_mips_follow(struct sunxi_mips *mips, unsigned int milliseconds)
{
	mutex_lock(&mips->lock);
	if (!mips->closing && !mips->asleep)
		mod_delayed_work(system_power_efficient_wq, &mips->sampler,
				 msecs_to_jiffies(milliseconds));
	mutex_unlock(&mips->lock);
}

/**
 * sunxi_mips_sampler() - follow the state
 * @work: the processor's sampler
 */
void sunxi_mips_sampler(struct work_struct *work)
{
	struct sunxi_mips *mips = container_of(to_delayed_work(work), struct sunxi_mips, sampler);

	sunxi_mips_sample(mips);
	sunxi_mips_follow(mips, SAMPLE_MS);
}
