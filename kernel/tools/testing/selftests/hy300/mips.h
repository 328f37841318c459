/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the tests of the MIPS co-processor do again and again: firmware files
 * with the CRC that the driver expects, waiting for a state, the node.
 */
#ifndef MIPS_H
#define MIPS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <linux/hy300.h>
#include <linux/mipsloader.h>

#include "device.h"

#define MIPS_DRIVER	"/sys/bus/platform/drivers/hy300-mips"
#define MIPS_STRAIGHT	"0 0 0 0 0 0 0 0"

/* From the command line, as device_init(); the board as it should be, the processor running. */
void mips_init(int argc, char **argv);
void mips_reset(void);

/* The board's device and the driver: bind or unbind, 0 or -errno. */
int mips_driver_write(const char *file);
/* Bound again to a processor that U-Boot has started. */
void mips_attach_again(void);

/* Waits until state is the word; false after the time. */
bool mips_becomes(const char *word, int milliseconds);

double mips_errors(const char *type);
double mips_loads(const char *outcome);

/* /dev/mipsloader of this processor, -errno when it cannot be opened; its directory in sysfs */
int mips_open(int flags);
const char *mips_misc_directory(void);
int mips_ioctl_load(int fd, const char *name);
int mips_status(int fd, struct mipsloader_status *status);

uint32_t mips_crc32(const uint8_t *data, size_t size);
uint32_t mips_expected_crc32(void);
/* What the board says: memory_crc32 or booted_crc32 */
uint32_t mips_board_crc32(const char *knob);
/* Size of a region of the processor's memory */
size_t mips_region_size(const char *region);
/* Writes a firmware of that CRC and gives what is in it, to be freed. */
uint8_t *mips_make_firmware(const char *name, size_t size, uint32_t crc);
void mips_remove_firmware(const char *name);

#endif /* MIPS_H */
