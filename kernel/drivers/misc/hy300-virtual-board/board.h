/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Virtual board: what its parts share.
 */
#ifndef _HY300_VIRTUAL_BOARD_H
#define _HY300_VIRTUAL_BOARD_H

#include <linux/types.h>

struct dentry;
struct device;
struct gpio_chip;
struct resource;
struct virtual_board;
struct virtual_hdmi;
struct virtual_irqs;
struct virtual_mips;
struct virtual_motor;

#define VIRTUAL_BOARD_NAME	"hy300-virtual-board"

/* Lines of the board's GPIO controller; those below it are the coils */
#define VIRTUAL_BOARD_LIMIT	4
#define VIRTUAL_BOARD_LINES	5

/* Lines of the board's interrupt controller */
#define VIRTUAL_BOARD_IRQ_MIPS	0
#define VIRTUAL_BOARD_IRQ_TVCAP	1
#define VIRTUAL_BOARD_IRQS	2

/* Regions of the MIPS co-processor's memory */
#define VIRTUAL_MIPS_REGIONS	6

/**
 * struct virtual_motor_config - the wiring of one motor
 * @table: clockwise coil patterns as the rotor is built
 * @table_length: entries in @table
 * @limit_active_low: the closed switch pulls its line low
 */
struct virtual_motor_config {
	u8 table[16];
	unsigned int table_length;
	bool limit_active_low;
};

struct virtual_motor *virtual_motor_create(struct device *dev,
					   const struct virtual_motor_config *config,
					   struct dentry *debugfs);
void virtual_motor_set_coils(struct virtual_motor *motor, u8 pattern, u8 mask);
u8 virtual_motor_coils(struct virtual_motor *motor);
int virtual_motor_limit_level(struct virtual_motor *motor);

struct virtual_mips *virtual_mips_create(struct virtual_board *board, struct device *dev,
					 struct dentry *debugfs);
struct resource virtual_mips_memory(const struct virtual_mips *mips);
int virtual_mips_read(void *mips, unsigned int reg, unsigned int *value);
int virtual_mips_write(void *mips, unsigned int reg, unsigned int value);

struct virtual_hdmi *virtual_hdmi_create(struct virtual_board *board, struct device *dev,
					 struct dentry *debugfs);
int virtual_hdmi_tvtop_read(void *hdmi, unsigned int reg, unsigned int *value);
int virtual_hdmi_tvtop_write(void *hdmi, unsigned int reg, unsigned int value);
int virtual_hdmi_tvcap_read(void *hdmi, unsigned int reg, unsigned int *value);
int virtual_hdmi_tvcap_write(void *hdmi, unsigned int reg, unsigned int value);

void virtual_board_set_irq(struct virtual_board *board, unsigned int line, bool level);

struct virtual_irqs *virtual_irqs_create(struct device *dev);
void virtual_irqs_set(struct virtual_irqs *irqs, unsigned int line, bool level);
unsigned int virtual_irqs_map(struct virtual_irqs *irqs, unsigned int line);

/* Knobs: how often something is to happen, how long it is to take, how much of it */
#define VIRTUAL_BOARD_MAX_TIMES		1000000
#define VIRTUAL_BOARD_MAX_MS		60000
#define VIRTUAL_BOARD_MAX_PERCENT	100

void virtual_board_add_knob(struct device *dev, const char *name, struct dentry *debugfs,
			    u32 *value, u32 most);

int virtual_board_add_gpios(struct device *dev, struct virtual_motor *motor);

extern const u32 virtual_mips_own_layout[2 * VIRTUAL_MIPS_REGIONS];

int virtual_board_add_own_devices(struct device *dev, struct virtual_irqs *irqs,
				  const struct virtual_mips *mips);
int virtual_board_make_own(void);
void virtual_board_remove_own(void);

#endif /* _HY300_VIRTUAL_BOARD_H */
