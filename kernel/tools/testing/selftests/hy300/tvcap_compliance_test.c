// SPDX-License-Identifier: GPL-2.0
/*
 * The HDMI input under the tools of v4l-utils: v4l2-compliance with streaming,
 * and v4l2-ctl while the source is unplugged and plugged again.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "device.h"
#include "ktap.h"
#include "tvcap.h"

/* Runs a command on the node, prints its last lines, and gives its exit status. */
static int run(const char *command, const char *show)
{
	char line[512];
	FILE *output;
	int status;

	output = popen(command, "r");
	CHECK(output);
	while (fgets(line, sizeof(line), output)) {
		if (strstr(line, show) || strstr(line, "fail:") || strstr(line, "FAIL"))
			printf("# %s", line);
	}
	status = pclose(output);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/*
 * A slow source, because the tool takes for granted that read() is back before the first frame is
 * there, which on a busy machine is not so at 60 Hz.
 */
static void compliance_with_streaming(void)
{
	char command[128];
	int fd;

	tvcap_reset();
	fd = tvcap_open(O_RDWR);
	CHECK(fd >= 0);
	tvcap_negotiate(fd, "1280x720@3");
	close(fd);
	tvcap_count();
	snprintf(command, sizeof(command), "v4l2-compliance -d /dev/%s -s4 2>&1",
		 device_read("video_node"));
	CHECK_EQ(run(command, "Total for"), 0);
	CHECK(tvcap_adds_up());
}

static void three_hundred_frames_while_the_source_comes_and_goes(void)
{
	char command[160];
	pid_t child;
	int fd, i, status;

	tvcap_reset();
	fd = tvcap_open(O_RDWR);
	CHECK(fd >= 0);
	tvcap_negotiate(fd, "640x480@60");
	close(fd);
	tvcap_count();
	snprintf(command, sizeof(command),
		 "v4l2-ctl -d /dev/%s --stream-mmap --stream-count=300 2>&1",
		 device_read("video_node"));
	child = fork();
	CHECK(child >= 0);
	if (!child)
		_exit(run(command, "fps"));
	for (i = 0; i < 4; i++) {
		usleep(400000);
		board_set("hdmi_plugged", 0);
		CHECK(tvcap_says("hdmi_connected", "0"));
		usleep(200000);
		board_set("hdmi_plugged", 1);
	}
	CHECK_EQ(waitpid(child, &status, 0), child);
	CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	CHECK_STR(device_read("streaming"), "0");
	CHECK(tvcap_adds_up());
}

static void the_hardware_was_treated_well(void)
{
	CHECK_EQ(board_number("hdmi_violations"), 0);
}

static const struct ktap_test tests[] = {
	{ "v4l2-compliance with streaming has no failure", compliance_with_streaming },
	{ "300 frames while the source comes and goes",
	  three_hundred_frames_while_the_source_comes_and_goes },
	{ "the hardware was treated well", the_hardware_was_treated_well },
};

int main(int argc, char **argv)
{
	device_init(argc, argv);
	return ktap_run(tests, ARRAY_SIZE(tests));
}
