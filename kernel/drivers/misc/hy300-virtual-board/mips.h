/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Virtual board: the MIPS co-processor, as its behaviour and its knobs share it.
 */
#ifndef _HY300_VIRTUAL_MIPS_H
#define _HY300_VIRTUAL_MIPS_H

#include <linux/spinlock.h>
#include <linux/types.h>
#include <linux/workqueue.h>

#include "board.h"

#define VIRTUAL_MIPS_CORNERS	8

/* Regions of its memory that it looks into */
#define VIRTUAL_MIPS_FIRMWARE	1
#define VIRTUAL_MIPS_DEBUG	2

enum virtual_mips_mode {
	VIRTUAL_MIPS_OK,
	VIRTUAL_MIPS_SLOW,
	VIRTUAL_MIPS_SILENT,
	VIRTUAL_MIPS_DEAD,
};

/**
 * struct virtual_mips - the co-processor
 * @board: whose interrupt line it has
 * @memory: its memory, NULL when the board has none
 * @start: physical address of @memory
 * @size: bytes of @memory
 * @layout: offset and size of each of its six regions
 * @needs_share: it does not boot before it knows its shared memory
 * @boot: goes through the states of a boot
 * @answer: executes a command
 * @lock: protects the rest
 * @mode: how it works or fails
 * @word: number of its state
 * @held: it is held in reset
 * @busy: a command has not been executed
 * @event: something has happened, and the interrupt is not acknowledged
 * @command: the command that is being executed
 * @step: states that the boot has gone through
 * @stuck: this boot does not get beyond the first state
 * @share_address: as written to its register
 * @share_size: as written to its register
 * @boot_address: as written to its register
 * @keystone: corners as the last keystone command found them in memory
 * @booted_crc32: CRC of the firmware at the beginning of the last boot
 * @boot_step_ms: time until the first state of a boot, and between two
 * @answer_ms: time until a command is executed
 * @crc_length: how many bytes of the firmware region the CRCs are of
 * @fail_boots: boots that are to fail
 * @lose_next: commands that are to be lost
 * @lose_percent: share of the commands that are lost by chance
 * @fail_accesses: accesses of registers that are to fail
 * @spoil_loads: loads whose first byte the memory is not to keep
 * @busy_stuck: the busy bit is set whatever happens
 * @interrupt_works: as it says
 * @boots: resets that ended
 * @commands: commands written, lost ones included
 * @lost: commands that were lost
 * @corrections: keystone commands executed
 */
struct virtual_mips {
	struct virtual_board *board;
	void *memory;
	phys_addr_t start;
	size_t size;
	u32 layout[2 * VIRTUAL_MIPS_REGIONS];
	bool needs_share;
	struct delayed_work boot;
	struct delayed_work answer;

	spinlock_t lock; /* for what is below */
	enum virtual_mips_mode mode;
	u32 word;
	bool held;
	bool busy;
	bool event;
	u32 command;
	unsigned int step;
	bool stuck;
	u32 share_address;
	u32 share_size;
	u32 boot_address;
	s32 keystone[VIRTUAL_MIPS_CORNERS];
	u32 booted_crc32;

	u32 boot_step_ms;
	u32 answer_ms;
	u32 crc_length;
	u32 fail_boots;
	u32 lose_next;
	u32 lose_percent;
	u32 fail_accesses;
	u32 spoil_loads;
	bool busy_stuck;
	bool interrupt_works;

	u64 boots;
	u64 commands;
	u64 lost;
	u64 corrections;
};

int virtual_mips_get_memory(struct virtual_mips *mips, struct device *dev);
void *virtual_mips_region(const struct virtual_mips *mips, unsigned int number);
u32 virtual_mips_crc32(const struct virtual_mips *mips);
void virtual_mips_set_word(struct virtual_mips *mips, u32 word);
void virtual_mips_power_on(struct virtual_mips *mips);
void virtual_mips_add_knobs(struct virtual_mips *mips, struct device *dev, struct dentry *debugfs);

#endif /* _HY300_VIRTUAL_MIPS_H */
