/* SPDX-License-Identifier: GPL-2.0 */
/*
 * MIPS co-processor of the Allwinner H713: what the driver's files share.
 */
#ifndef _SUNXI_MIPSLOADER_H
#define _SUNXI_MIPSLOADER_H

#include <linux/atomic.h>
#include <linux/kref.h>
#include <linux/miscdevice.h>
#include <linux/mutex.h>
#include <linux/types.h>
#include <linux/workqueue.h>

#include <linux/hy300.h>
#include <uapi/linux/mipsloader.h>

#include "sunxi-mipsloader-logic.h"

struct clk;
struct platform_device;
struct regmap;
struct reset_control;

/* Indices into the tables of a variant and into the counters of accesses */
enum sunxi_mips_register {
	SUNXI_MIPS_CMD,
	SUNXI_MIPS_STATUS,
	SUNXI_MIPS_DATA,
	SUNXI_MIPS_CONTROL,
	SUNXI_MIPS_SHARE_ADDRESS,
	SUNXI_MIPS_SHARE_SIZE,
	SUNXI_MIPS_BOOT_ADDRESS,
	SUNXI_MIPS_REGISTERS
};

/* Offset of a register that a variant does not have */
#define SUNXI_MIPS_NONE		0xffff

enum sunxi_mips_error {
	SUNXI_MIPS_ERROR_REGISTER,
	SUNXI_MIPS_ERROR_BOOT,
	SUNXI_MIPS_ERROR_BUSY,
	SUNXI_MIPS_ERROR_KEYSTONE,
	SUNXI_MIPS_ERROR_POWER_DOWN,
	SUNXI_MIPS_ERROR_VERIFY,
	SUNXI_MIPS_ERRORS
};

enum sunxi_mips_order {
	SUNXI_MIPS_RESTART,
	SUNXI_MIPS_POWER_DOWN,
	SUNXI_MIPS_KEYSTONE,
	SUNXI_MIPS_ORDERS
};

/**
 * struct sunxi_mips_variant - how the processor is wired and spoken to on a board
 * @identity: how its registers are known where they are not those of a virtual board
 * @offsets: of the registers, SUNXI_MIPS_NONE for those that are not there
 * @control_reset: bit of CONTROL that holds the processor in reset
 * @status_busy: bit of STATUS that is set while a command is executed
 * @status_event: bit of STATUS that is set with the interrupt, cleared by writing 1
 * @state_mask: bits of DATA that hold the state's number
 * @command_power_down: for CMD
 * @command_keystone: for CMD
 * @reset_ms: how long the reset is held
 * @boot_ms: how long a boot may take
 * @boot_attempts: resets until the processor is given up
 * @command_ms: how long a command may take
 * @power_down_ms: how long powering down takes
 * @firmware_crc32: CRC of the board's firmware, 0 when it is not known
 * @layout: the regions of its memory
 */
struct sunxi_mips_variant {
	struct hy300_identity identity;
	u16 offsets[SUNXI_MIPS_REGISTERS];
	u32 control_reset;
	u32 status_busy;
	u32 status_event;
	u32 state_mask;
	u32 command_power_down;
	u32 command_keystone;
	unsigned int reset_ms;
	unsigned int boot_ms;
	unsigned int boot_attempts;
	unsigned int command_ms;
	unsigned int power_down_ms;
	u32 firmware_crc32;
	struct sunxi_mips_region layout[SUNXI_MIPS_REGIONS];
};

/**
 * struct sunxi_mips_counters - what has happened since the driver was bound
 * @accesses: of each register, failed ones included
 * @errors: of each type
 * @orders: begun, of each type
 * @interrupts: that were the processor's
 * @load_attempts: loads begun
 * @load_successes: loads that ended well
 * @load_failures: loads that failed
 */
struct sunxi_mips_counters {
	atomic64_t accesses[SUNXI_MIPS_REGISTERS];
	atomic64_t errors[SUNXI_MIPS_ERRORS];
	atomic64_t orders[SUNXI_MIPS_ORDERS];
	atomic64_t interrupts;
	u64 load_attempts;
	u64 load_successes;
	u64 load_failures;
};

/**
 * struct sunxi_mips - one processor
 * @ref: held by the binding and by every open descriptor
 * @dev: the platform device
 * @variant: how it is spoken to
 * @misc: its character device
 * @misc_index: number in the name of @misc
 * @misc_name: name of @misc
 * @sub: its place in /sys/class/hy300
 * @regmap: its registers
 * @clk: its clock, NULL when none is described
 * @reset: its reset, NULL when none is described
 * @memory: physical address of its memory
 * @memory_size: bytes of it
 * @share: physical address of the memory that it shares with Linux
 * @share_size: bytes of it, 0 when there is none
 * @layout: regions of its memory
 * @firmware_region: the region of the firmware, mapped
 * @debug_region: the region that keystone corners are handed over in, mapped
 * @default_name: the firmware's name in the device tree
 * @expected_crc32: CRC that a firmware must have, unless it is 0
 * @resume: it ran when the machine went to sleep
 * @closing: the device is going: no order begins, and none waits any longer
 * @sampler: follows the state
 * @order: held while an order is carried out: they come one after the other
 * @wanted: corners that were set last; protected by @order
 * @lock: protects everything below and puts its changes in order
 * @asleep: the machine sleeps: nobody looks at the state
 * @count: counters
 * @state: the processor's state as its readers were told
 * @firmware_loaded: whether it has a firmware, as its readers were told
 * @loaded: the driver has loaded a firmware
 * @spoiled: a load that failed has left half a firmware
 * @attached: it was running when the driver was bound, and nothing was loaded
 * @reset_by_us: it has been reset since the driver was bound: U-Boot's run is over
 * @unanswered: a command has got no answer yet
 * @firmware_size: bytes of the firmware that the driver has loaded
 * @firmware_crc32: its CRC
 * @firmware_name: its name
 * @corners: keystone correction
 * @corrections: how often it was set
 */
struct sunxi_mips {
	struct kref ref;
	struct device *dev;
	const struct sunxi_mips_variant *variant;
	struct miscdevice misc;
	int misc_index;
	char misc_name[24];
	struct hy300_subsystem sub;

	struct regmap *regmap;
	struct clk *clk;
	struct reset_control *reset;
	phys_addr_t memory;
	resource_size_t memory_size;
	phys_addr_t share;
	resource_size_t share_size;
	struct sunxi_mips_region layout[SUNXI_MIPS_REGIONS];
	void *firmware_region;
	void *debug_region;
	char default_name[MIPSLOADER_NAME_SIZE];
	u32 expected_crc32;

	bool resume;
	bool closing;
	struct delayed_work sampler;
	struct mutex order; /* outermost; never taken under lock */
	s32 wanted[SUNXI_MIPS_CORNERS];

	struct mutex lock; /* for what is below */
	bool asleep;
	struct sunxi_mips_counters count;
	enum hy300_mips_word state;
	bool firmware_loaded;
	bool loaded;
	bool spoiled;
	bool attached;
	bool reset_by_us;
	bool unanswered;
	u32 firmware_size;
	u32 firmware_crc32;
	char firmware_name[MIPSLOADER_NAME_SIZE];
	s32 corners[SUNXI_MIPS_CORNERS];
	u64 corrections;
};

extern const char * const sunxi_mips_words[HY300_MIPS_WORDS];
extern const char * const sunxi_mips_registers[SUNXI_MIPS_REGISTERS];
extern const char * const sunxi_mips_errors[SUNXI_MIPS_ERRORS];
extern const char * const sunxi_mips_orders[SUNXI_MIPS_ORDERS];
extern const struct attribute_group sunxi_mips_metrics_group;

/* resources */
int sunxi_mips_describe(struct sunxi_mips *mips, struct platform_device *pdev);
int sunxi_mips_supply(struct sunxi_mips *mips);

/* registers */
int sunxi_mips_read(struct sunxi_mips *mips, enum sunxi_mips_register reg, u32 *value);
int sunxi_mips_write(struct sunxi_mips *mips, enum sunxi_mips_register reg, u32 value);
void sunxi_mips_error(struct sunxi_mips *mips, enum sunxi_mips_error type);
bool sunxi_mips_event(struct sunxi_mips *mips);
void sunxi_mips_check_share(struct sunxi_mips *mips);
int sunxi_mips_announce_share(struct sunxi_mips *mips);

/* state */
void sunxi_mips_attach(struct sunxi_mips *mips);
enum hy300_mips_word sunxi_mips_sample(struct sunxi_mips *mips);
void sunxi_mips_update(struct sunxi_mips *mips);
void sunxi_mips_follow(struct sunxi_mips *mips, unsigned int milliseconds);
void sunxi_mips_sampler(struct work_struct *work);

/* orders: they take mips->order, except for those that say that it is held */
int sunxi_mips_begin_order(struct sunxi_mips *mips);
int sunxi_mips_hold(struct sunxi_mips *mips);
int sunxi_mips_restart(struct sunxi_mips *mips);
int sunxi_mips_power_down(struct sunxi_mips *mips);
int sunxi_mips_set_keystone(struct sunxi_mips *mips, const s32 *corners);

/* firmware */
int sunxi_mips_load(struct sunxi_mips *mips, const char *name);

/* character device and class device */
int sunxi_mips_create_node(struct sunxi_mips *mips);
void sunxi_mips_put(struct sunxi_mips *mips);
void sunxi_mips_show_in_class(struct sunxi_mips *mips);

#endif /* _SUNXI_MIPSLOADER_H */
