// SPDX-License-Identifier: GPL-2.0
/*
 * What procfs, sysfs, debugfs and the ioctls show is one truth, also under readers and writers.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "device.h"
#include "kmsgpipe.h"
#include "ktap.h"

#define WRITERS		3
#define READERS		3
#define MESSAGES	1500

static char message[KMSGPIPE_MAX_MESSAGE];

static void all_files_are_there_with_their_modes(void)
{
	static const struct {
		const char *path;
		const char *mode;
	} files[] = {
		{ "/proc/kmsgpipe", "444" },
		{ PIPE_CLASS "/max_buf_size", "644" },
		{ PIPE_CLASS "/cleanup_enabled", "644" },
		{ PIPE_CLASS "/cleanup_interval_ms", "644" },
		{ PIPE_CLASS "/cleanup_age_ms", "644" },
		{ PIPE_CLASS "/trigger_cleanup", "200" },
		{ PIPE_DEBUGFS "/stats", "444" },
		{ PIPE_DEBUGFS "/log", "444" },
	};
	char command[128];
	unsigned int i;

	pipe_reset();
	for (i = 0; i < ARRAY_SIZE(files); i++) {
		snprintf(command, sizeof(command), "[ \"$(stat -c %%a %s)\" = %s ]", files[i].path,
			 files[i].mode);
		if (system(command))
			ktap_fail(__FILE__, __LINE__, "%s has another mode than %s", files[i].path,
				  files[i].mode);
	}
}

static void they_agree_at_rest(void)
{
	int fd = pipe_fresh(O_RDWR), other = pipe_open(O_RDONLY), same = dup(fd);
	struct kmsgpipe_stats stats;
	unsigned int size;

	CHECK(same >= 0);
	CHECK(!pipe_set("max_buf_size", "16384"));
	CHECK_EQ(write(fd, message, 100), 100);
	CHECK_EQ(write(fd, message, 33), 33);
	CHECK_EQ(read(fd, message, sizeof(message)), 100);
	CHECK(!ioctl(fd, KMSGPIPE_IOC_GET_SIZE, &size));
	CHECK(!ioctl(fd, KMSGPIPE_IOC_STATS, &stats));
	CHECK_EQ(size, 16384);
	CHECK_EQ(stats.size, 16384);
	CHECK_EQ(pipe_attribute("max_buf_size"), 16384);
	CHECK_EQ(pipe_proc("size"), 16384);
	CHECK_EQ(stats.used, KMSGPIPE_MESSAGE_SPACE(33));
	CHECK_EQ(pipe_proc("used"), stats.used);
	CHECK_EQ(pipe_proc("free"), 16384 - stats.used);
	CHECK_EQ(pipe_proc("messages"), 1);
	CHECK_EQ(pipe_debugfs("messages"), 1);
	CHECK_EQ(pipe_debugfs("reads"), stats.reads);
	CHECK_EQ(pipe_debugfs("writes"), stats.writes);
	CHECK_EQ(pipe_debugfs("read_bytes"), stats.read_bytes);
	CHECK_EQ(pipe_debugfs("write_bytes"), stats.write_bytes);
	CHECK_EQ(pipe_debugfs("consumed"), stats.consumed);
	CHECK_EQ(pipe_debugfs("cleared"), stats.cleared);
	CHECK_EQ(pipe_debugfs("cleaned"), stats.cleaned);
	CHECK_EQ(pipe_debugfs("ioctls"), stats.ioctls);
	CHECK_EQ(pipe_debugfs("errors"), stats.errors);
	CHECK_EQ(pipe_debugfs("cleanups"), stats.cleanups);
	/* What dup() shares is one. */
	CHECK_EQ(stats.open, 2);
	CHECK_EQ(pipe_proc("open"), 2);
	close(other);
	CHECK_EQ(pipe_proc("open"), 1);
	close(fd);
	CHECK_EQ(pipe_proc("open"), 1);
	close(same);
	CHECK_EQ(pipe_proc("open"), 0);
}

static void the_last_clean_up_is_shown(void)
{
	int fd;
	struct kmsgpipe_stats stats;
	const char *text;
	char line[80];

	/* A module that was just loaded has not cleaned up yet: its first run is due in 10 s. */
	pipe_reset();
	CHECK(!system("rmmod kmsgpipe && modprobe kmsgpipe"));
	text = file_read("/proc", "kmsgpipe");
	CHECK(text && strstr(text, "last_cleanup_seconds: never\n"));
	CHECK_EQ(pipe_attribute("cleanup_enabled"), 1);
	CHECK_EQ(pipe_attribute("cleanup_interval_ms"), 10000);
	CHECK_EQ(pipe_attribute("cleanup_age_ms"), 60000);

	fd = pipe_fresh(O_RDWR);
	CHECK_EQ(write(fd, "1", 1), 1);
	CHECK(!pipe_set("cleanup_age_ms", "0"));
	CHECK(!pipe_set("trigger_cleanup", "1"));
	stats = pipe_stats();
	CHECK(stats.last_cleanup_ns / 1000000 <= (unsigned long long)now_ms());
	CHECK(stats.last_cleanup_ns / 1000000 + 60000 > (unsigned long long)now_ms());
	snprintf(line, sizeof(line), "last_cleanup_seconds: %llu.%06llu\nlast_cleanup_dropped: 1",
		 stats.last_cleanup_ns / 1000000000, stats.last_cleanup_ns / 1000 % 1000000);
	text = file_read("/proc", "kmsgpipe");
	CHECK(text && strstr(text, line));
	close(fd);
}

static int lines_of(const char *text)
{
	int lines = 1;

	/* The last line feed is cut off. */
	for (; *text; text++)
		lines += *text == '\n';
	return lines;
}

static void the_log_has_the_last_ten(void)
{
	int fd = pipe_fresh(O_RDWR | O_NONBLOCK), i;
	const char *text, *line;
	char expected[64];

	for (i = 1; i <= 9; i++)
		CHECK_EQ(write(fd, message, i), i);
	CHECK(read(fd, message, 0) == 0 && read(fd, message, sizeof(message)) == 1);
	text = file_read(PIPE_DEBUGFS, "log");
	CHECK(text);
	CHECK_EQ(lines_of(text), 10);
	line = text;
	for (i = 1; i <= 9; i++) {
		snprintf(expected, sizeof(expected), " kmsgpipe_show_t[%d] write: %d\n", getpid(),
			 i);
		line = strstr(line, expected);
		if (!line)
			ktap_fail(__FILE__, __LINE__, "no \"%s\" in \"%s\"", expected, text);
	}
	snprintf(expected, sizeof(expected), " kmsgpipe_show_t[%d] read: 1", getpid());
	CHECK(strstr(line, expected));

	/* What is refused is there with its error; waiting in vain is not. */
	CHECK(read(fd, message, 1) < 0 && errno == EMSGSIZE);
	CHECK_EQ(ioctl(fd, KMSGPIPE_IOC_CLEAR), 8);
	CHECK(read(fd, message, sizeof(message)) < 0 && errno == EAGAIN);
	CHECK(!pipe_set("trigger_cleanup", "1"));
	close(fd);
	text = file_read(PIPE_DEBUGFS, "log");
	CHECK_EQ(lines_of(text), 10);
	line = strstr(text, " read: -90\n");
	CHECK(line && strstr(line, " ioctl clear: 8\n"));
	CHECK(strstr(line, " clean-up: 0\n"));
	CHECK(strstr(line, " close: 0"));
	CHECK(!strstr(text, " read: -11"));
}

/* Readers and writers, who count for themselves what they do. */
struct worker {
	pthread_t thread;
	unsigned int number;
	unsigned long long messages;
	unsigned long long bytes;
	bool failed;
};

static atomic_uint left;
static atomic_bool writing;

static void *worker_write(void *data)
{
	struct worker *worker = data;
	char text[KMSGPIPE_MAX_MESSAGE];
	int fd = pipe_open(O_WRONLY);
	unsigned int i;

	for (i = 0; i < MESSAGES; i++) {
		size_t len = 8 + (i * 61 + worker->number * 17) % 1500;

		pipe_pattern(text, len, worker->number + i);
		memcpy(text, &worker->number, 4);
		memcpy(text + 4, &i, 4);
		if (write(fd, text, len) != (ssize_t)len) {
			worker->failed = true;
			break;
		}
		worker->messages++;
		worker->bytes += len;
	}
	close(fd);
	return NULL;
}

static void *worker_read(void *data)
{
	struct worker *worker = data;
	char text[KMSGPIPE_MAX_MESSAGE], expected[KMSGPIPE_MAX_MESSAGE];
	int fd = pipe_open(O_RDONLY | O_NONBLOCK);
	struct pollfd poller = { .fd = fd, .events = POLLIN };
	unsigned int number, i, last[WRITERS] = { 0 };

	while (left) {
		ssize_t len = read(fd, text, sizeof(text));

		if (len < 0) {
			worker->failed |= errno != EAGAIN;
			poll(&poller, 1, 50);
			continue;
		}
		memcpy(&number, text, 4);
		memcpy(&i, text + 4, 4);
		pipe_pattern(expected, len, number + i);
		/* Whole, and in the order of its writer. */
		if (number >= WRITERS || memcmp(text + 8, expected + 8, len - 8) ||
		    (i && i <= last[number]))
			worker->failed = true;
		else
			last[number] = i;
		worker->messages++;
		worker->bytes += len;
		left--;
	}
	close(fd);
	return NULL;
}

/* One read of each file, whose lines must fit together. */
static void look(void)
{
	unsigned long long reads, writes, consumed, cleared, cleaned, messages, read_bytes,
		write_bytes;
	unsigned int size, used, unused, held, open;
	const char *text = file_read(PIPE_DEBUGFS, "stats");
	int found;

	CHECK(text);
	found = sscanf(text, "reads: %llu\nwrites: %llu\nread_bytes: %llu\nwrite_bytes: %llu\n"
		       "consumed: %llu\ncleared: %llu\ncleaned: %llu\nmessages: %llu\n",
		       &reads, &writes, &read_bytes, &write_bytes, &consumed, &cleared, &cleaned,
		       &messages);
	CHECK_EQ(found, 8);
	CHECK_EQ(writes, reads + consumed + cleared + cleaned + messages);
	text = file_read("/proc", "kmsgpipe");
	CHECK(text);
	found = sscanf(text, "size: %u\nused: %u\nfree: %u\nmessages: %u\nopen: %u\n", &size,
		       &used, &unused, &held, &open);
	CHECK_EQ(found, 5);
	CHECK_EQ(used + unused, size);
	CHECK(used >= held * KMSGPIPE_MESSAGE_SPACE(8));
	CHECK(used <= held * KMSGPIPE_MESSAGE_SPACE(1508));
	CHECK(open <= READERS + WRITERS);
	CHECK(size == 8192 || size == 16384 || size == 32768);
}

static void *look_until_written(void *looks)
{
	static const char * const sizes[] = { "8192", "16384", "32768" };
	unsigned int count = 0;

	while (writing) {
		/* The size changes under them, or is refused when the messages do not fit. */
		pipe_set("max_buf_size", sizes[count % ARRAY_SIZE(sizes)]);
		pipe_set("trigger_cleanup", "1");
		count++;
		usleep(1000);
	}
	*(unsigned int *)looks = count;
	return NULL;
}

static void they_agree_under_readers_and_writers(void)
{
	static struct worker writers[WRITERS], readers[READERS];
	unsigned long long written = 0, taken = 0, written_bytes = 0, taken_bytes = 0;
	struct kmsgpipe_stats before, after;
	unsigned int i, looks = 0, changes = 0;
	pthread_t changer;
	bool failed = false;

	pipe_reset();
	CHECK(!pipe_set("max_buf_size", "8192"));
	before = pipe_stats();
	left = WRITERS * MESSAGES;
	writing = true;
	memset(writers, 0, sizeof(writers));
	memset(readers, 0, sizeof(readers));
	CHECK(!pthread_create(&changer, NULL, look_until_written, &changes));
	for (i = 0; i < READERS; i++)
		CHECK(!pthread_create(&readers[i].thread, NULL, worker_read, &readers[i]));
	for (i = 0; i < WRITERS; i++) {
		writers[i].number = i;
		CHECK(!pthread_create(&writers[i].thread, NULL, worker_write, &writers[i]));
	}
	while (left) {
		look();
		looks++;
	}
	writing = false;
	pthread_join(changer, NULL);
	for (i = 0; i < READERS; i++) {
		pthread_join(readers[i].thread, NULL);
		taken += readers[i].messages;
		taken_bytes += readers[i].bytes;
		failed |= readers[i].failed;
	}
	for (i = 0; i < WRITERS; i++) {
		pthread_join(writers[i].thread, NULL);
		written += writers[i].messages;
		written_bytes += writers[i].bytes;
		failed |= writers[i].failed;
	}
	printf("# looked %u times, changed %u times\n", looks, changes);
	CHECK(!failed);
	CHECK(looks > 10 && changes > 10);
	after = pipe_stats();
	CHECK_EQ(written, WRITERS * MESSAGES);
	CHECK_EQ(taken, written);
	CHECK_EQ(taken_bytes, written_bytes);
	CHECK_EQ(after.writes - before.writes, written);
	CHECK_EQ(after.reads - before.reads, taken);
	CHECK_EQ(after.write_bytes - before.write_bytes, written_bytes);
	CHECK_EQ(after.read_bytes - before.read_bytes, taken_bytes);
	CHECK_EQ(after.cleaned, before.cleaned);
	CHECK_EQ(after.messages, 0);
	CHECK_EQ(after.used, 0);
	CHECK_EQ(after.cleanups - before.cleanups, changes);
	CHECK_EQ(pipe_proc("messages"), 0);
	CHECK_EQ(pipe_proc("open"), 0);
	CHECK_EQ(pipe_proc("size"), pipe_attribute("max_buf_size"));
}

static const struct ktap_test tests[] = {
	{ "all files are there with their modes", all_files_are_there_with_their_modes },
	{ "they agree at rest", they_agree_at_rest },
	{ "the last clean-up is shown", the_last_clean_up_is_shown },
	{ "the log has the last ten operations", the_log_has_the_last_ten },
	{ "they agree under readers and writers", they_agree_under_readers_and_writers },
};

int main(void)
{
	return ktap_run(tests, ARRAY_SIZE(tests));
}
