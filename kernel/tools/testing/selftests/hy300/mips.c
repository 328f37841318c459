// SPDX-License-Identifier: GPL-2.0
/*
 * What the tests of the MIPS co-processor do again and again.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "mips.h"

#define FIRMWARE_DIRECTORY	"/lib/firmware"

static char platform_device[64];
static char misc_directory[64];

static void die(const char *what)
{
	printf("# %s: %s\n", what, strerror(errno));
	exit(1);
}

static void find_device(void)
{
	char path[256], target[256];
	ssize_t len;

	snprintf(path, sizeof(path), "%s/device", device_class);
	len = readlink(path, target, sizeof(target) - 1);
	if (len < 0)
		die(path);
	target[len] = '\0';
	snprintf(platform_device, sizeof(platform_device), "%s", strrchr(target, '/') + 1);
}

void mips_init(int argc, char **argv)
{
	device_init(argc, argv);
	find_device();
	if (device_unit)
		snprintf(misc_directory, sizeof(misc_directory), "/sys/class/misc/mipsloader%d",
			 device_unit);
	else
		strcpy(misc_directory, "/sys/class/misc/mipsloader");
	mkdir(FIRMWARE_DIRECTORY, 0755);
}

static void board_in_order(void)
{
	board_write("mips/mode", "ok");
	board_set("mips/boot_step_ms", 20);
	board_set("mips/answer_ms", 5);
	board_set("mips/fail_boots", 0);
	board_set("mips/lose_next", 0);
	board_set("mips/lose_percent", 0);
	board_set("mips/fail_accesses", 0);
	board_set("mips/spoil_loads", 0);
	board_write("mips/busy_stuck", "N");
	board_write("mips/interrupt_works", "Y");
}

void mips_reset(void)
{
	int ret;

	board_in_order();
	ret = device_write("restart", "1");
	/* What a load that failed half-way has left does not boot. */
	if (ret == -ENOEXEC) {
		free(mips_make_firmware("reset.bin", 4096, mips_expected_crc32()));
		if (!device_write("load_firmware", "reset.bin"))
			ret = device_write("restart", "1");
	}
	if (ret || !mips_becomes("running", 5000) || device_write("keystone", MIPS_STRAIGHT)) {
		errno = -ret;
		die("the processor does not run");
	}
}

int mips_driver_write(const char *file)
{
	return file_write(MIPS_DRIVER, file, platform_device);
}

void mips_attach_again(void)
{
	int ret = mips_driver_write("unbind");

	board_in_order();
	board_set("mips/power_on", 1);
	/* A test that has failed may have left it unbound. */
	if (!ret || ret == -ENODEV)
		ret = mips_driver_write("bind");
	if (ret) {
		errno = -ret;
		die("the driver is not bound again");
	}
}

bool mips_becomes(const char *word, int milliseconds)
{
	long long end = now_ms() + patience(milliseconds);
	const char *state;

	for (;;) {
		state = device_read("state");
		if (state && !strcmp(state, word))
			return true;
		if (now_ms() > end)
			return false;
		usleep(2000);
	}
}

double mips_errors(const char *type)
{
	char series[96];

	snprintf(series, sizeof(series), "hy300_mips_communication_errors_total{type=\"%s\"}",
		 type);
	return device_metric("communication_errors", series);
}

double mips_loads(const char *outcome)
{
	char series[96];

	snprintf(series, sizeof(series), "hy300_mips_firmware_load_%s_total", outcome);
	return device_metric("firmware_status", series);
}

const char *mips_misc_directory(void)
{
	return misc_directory;
}

int mips_open(int flags)
{
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "/dev/%s", strrchr(misc_directory, '/') + 1);
	fd = open(path, flags | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

int mips_ioctl_load(int fd, const char *name)
{
	struct mipsloader_firmware firmware = { };

	snprintf(firmware.name, sizeof(firmware.name), "%s", name);
	return ioctl(fd, MIPSLOADER_IOC_LOAD_FIRMWARE, &firmware) ? -errno : 0;
}

int mips_status(int fd, struct mipsloader_status *status)
{
	return ioctl(fd, MIPSLOADER_IOC_GET_STATUS, status) ? -errno : 0;
}

static uint32_t crc_table[256];

static void make_crc_table(void)
{
	uint32_t i, crc;
	int bit;

	for (i = 0; i < 256; i++) {
		for (crc = i, bit = 0; bit < 8; bit++)
			crc = crc & 1 ? crc >> 1 ^ 0xedb88320 : crc >> 1;
		crc_table[i] = crc;
	}
}

static uint32_t crc_register(const uint8_t *data, size_t size)
{
	uint32_t crc = ~0U;

	if (!crc_table[1])
		make_crc_table();
	while (size--)
		crc = crc >> 8 ^ crc_table[(crc ^ *data++) & 0xff];
	return crc;
}

uint32_t mips_crc32(const uint8_t *data, size_t size)
{
	return ~crc_register(data, size);
}

uint32_t mips_expected_crc32(void)
{
	static const char label[] = "hy300_mips_firmware_expected_info{crc32=\"";
	const char *text = device_read("firmware_status");
	const char *line = text ? strstr(text, label) : NULL;

	if (!line)
		die("no expected CRC in firmware_status");
	return strtoul(line + strlen(label), NULL, 16);
}

uint32_t mips_board_crc32(const char *knob)
{
	char path[32];
	const char *text;

	snprintf(path, sizeof(path), "mips/%s", knob);
	text = file_read(device_board, path);
	if (!text)
		die(path);
	return strtoul(text, NULL, 16);
}

size_t mips_region_size(const char *region)
{
	char series[96];

	snprintf(series, sizeof(series), "hy300_mips_memory_size_bytes{region=\"%s\"}", region);
	return device_metric("memory_stats", series);
}

/*
 * Any content gets any CRC by its last four bytes: the register is run
 * backwards from the CRC over four bytes, and what it then differs in from
 * where the content has brought it is these bytes.
 */
static void force_crc32(uint8_t *data, size_t size, uint32_t crc)
{
	uint32_t start = crc_register(data, size - 4), wanted = ~crc;
	int i, index;

	for (i = 0; i < 4; i++) {
		for (index = 0; crc_table[index] >> 24 != wanted >> 24; index++)
			;
		wanted = (wanted ^ crc_table[index]) << 8 | index;
	}
	wanted ^= start;
	for (i = 0; i < 4; i++)
		data[size - 4 + i] = wanted >> 8 * i;
}

uint8_t *mips_make_firmware(const char *name, size_t size, uint32_t crc)
{
	static uint32_t random = 1;
	uint8_t *data = malloc(size + 4);
	char path[128];
	size_t i;
	int fd;

	for (i = 0; i < size; i++) {
		random = random * 1664525 + 1013904223;
		data[i] = random >> 24;
	}
	if (size >= 4)
		force_crc32(data, size, crc);

	snprintf(path, sizeof(path), FIRMWARE_DIRECTORY "/%s", name);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	if (fd < 0 || write(fd, data, size) != (ssize_t)size)
		die(path);
	close(fd);
	return data;
}

void mips_remove_firmware(const char *name)
{
	char path[128];

	snprintf(path, sizeof(path), FIRMWARE_DIRECTORY "/%s", name);
	unlink(path);
}
