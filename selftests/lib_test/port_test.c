// SPDX-License-Identifier: GPL-2.0-or-later
/* The spooler's half of libprintport, with system calls that are played here. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ports.h"
#include "printport.h"
#include "syscalls.h"

/* The port: what it was asked, and what it answers. */
static struct {
	char path[128];
	int flags;
	unsigned long request;
	unsigned char in[512];
	const void *out;
	size_t out_len;
	int error;
	size_t room;
	char written[64];
	size_t written_len;
} fake;

static int play_open(const char *path, int flags)
{
	snprintf(fake.path, sizeof(fake.path), "%s", path);
	fake.flags = flags;
	if (fake.error) {
		errno = fake.error;
		return -1;
	}
	return open("/dev/null", O_RDWR | O_CLOEXEC);
}

static int play_ioctl(int fd, unsigned long request, void *arg)
{
	size_t size = _IOC_SIZE(request);

	assert_true(fd >= 0);
	fake.request = request;
	if (_IOC_DIR(request) & _IOC_WRITE)
		memcpy(fake.in, arg, size < sizeof(fake.in) ? size : sizeof(fake.in));
	if (fake.out)
		memcpy(arg, fake.out, fake.out_len);
	errno = fake.error;
	return fake.error ? -1 : 0;
}

static ssize_t play_write(int fd, const void *buf, size_t len)
{
	assert_true(fd >= 0);
	if (!fake.room) {
		errno = fake.error;
		return -1;
	}
	if (len > 3)
		len = 3;
	if (len > fake.room)
		len = fake.room;
	memcpy(fake.written + fake.written_len, buf, len);
	fake.written_len += len;
	fake.room -= len;
	return len;
}

static ssize_t play_read(int fd, void *buf, size_t len)
{
	assert_true(fd >= 0 && len >= 2);
	if (fake.error) {
		errno = fake.error;
		return -1;
	}
	memcpy(buf, "hi", 2);
	return 2;
}

static struct printport_port *port;

static int set_up(void **state)
{
	(void)state;
	memset(&fake, 0, sizeof(fake));
	printport_sys.open = play_open;
	printport_sys.ioctl = play_ioctl;
	printport_sys.write = play_write;
	printport_sys.read = play_read;
	assert_int_equal(printport_open_port("printport3", 0, &port), 0);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	assert_int_equal(printport_close_port(port), 0);
	return 0;
}

static void names(void **state)
{
	struct printport_port *other;

	(void)state;
	assert_string_equal(fake.path, "/dev/printport3");
	assert_int_equal(fake.flags, O_RDWR | O_CLOEXEC);
	assert_int_equal(printport_open_port("12", PRINTPORT_OPEN_WRITE_ONLY |
					     PRINTPORT_OPEN_NONBLOCK, &other), 0);
	assert_string_equal(fake.path, "/dev/printport12");
	assert_int_equal(fake.flags, O_WRONLY | O_NONBLOCK | O_CLOEXEC);
	printport_close_port(other);
	assert_int_equal(printport_open_port("/dev/printport/by-name/till",
					     PRINTPORT_OPEN_READ_ONLY, &other), 0);
	assert_string_equal(fake.path, "/dev/printport/by-name/till");
	assert_int_equal(fake.flags, O_RDONLY | O_CLOEXEC);
	printport_close_port(other);
	assert_int_equal(printport_open_port("till", 0, &other), 0);
	assert_string_equal(fake.path, "/dev/printport/by-name/till");
	printport_close_port(other);
	assert_int_equal(printport_open_port("by-id/usb-ACME_X_1", 0, &other), 0);
	assert_string_equal(fake.path, "/dev/printport/by-id/usb-ACME_X_1");
	printport_close_port(other);
	assert_int_equal(printport_open_port("by-id/", 0, &other), -EINVAL);
	assert_int_equal(printport_open_port("by-id/../x", 0, &other), -EINVAL);
	assert_int_equal(printport_open_port("by-name/.", 0, &other), -EINVAL);
	assert_int_equal(printport_open_port("dir/till", 0, &other), -EINVAL);
	assert_int_equal(printport_open_port("-1", 0, &other), -EINVAL);
	assert_int_equal(printport_open_port("1024", 0, &other), -EINVAL);
	assert_int_equal(printport_open_port("", 0, &other), -EINVAL);
	assert_int_equal(printport_open_port("3", 6, &other), -EINVAL);
	assert_int_equal(printport_open_port("3", 8, &other), -EINVAL);
	fake.error = EBUSY;
	assert_int_equal(printport_open_port("3", 0, &other), -EBUSY);
	assert_int_equal(printport_close_port(NULL), 0);
}

static void jobs(void **state)
{
	struct printport_job_query answer = {
		.result = { .id = 5, .state = PRINTPORT_JOB_FAILED, .error = EIO },
	};
	struct printport_job_start *start = (void *)fake.in, started = { .id = 5 };
	struct printport_job_query *query = (void *)fake.in;
	struct printport_job_result result;
	uint32_t id = 0;

	(void)state;
	fake.out = &started;
	fake.out_len = 4;
	assert_int_equal(printport_start_doc(port, "letter", NULL, &id), 0);
	assert_int_equal(id, 5);
	assert_true(fake.request == PRINTPORT_IOC_START_JOB);
	assert_string_equal(start->name, "letter");
	assert_string_equal(start->user, "");

	fake.out = &answer;
	fake.out_len = sizeof(answer);
	assert_int_equal(printport_end_doc(port, PRINTPORT_WAIT_DELIVERED, 77, &result), 0);
	assert_true(fake.request == PRINTPORT_IOC_END_JOB);
	assert_int_equal(query->id, 0);
	assert_int_equal(query->wait, PRINTPORT_WAIT_DELIVERED);
	assert_int_equal(query->timeout_ms, 77);
	assert_int_equal(result.error, EIO);
	/* The result is there also where the wait failed. */
	fake.error = ETIMEDOUT;
	memset(&result, 0, sizeof(result));
	assert_int_equal(printport_get_job(port, 5, PRINTPORT_WAIT_PRINTED, 0, &result),
			 -ETIMEDOUT);
	assert_true(fake.request == PRINTPORT_IOC_GET_JOB);
	assert_int_equal(query->id, 5);
	assert_int_equal(result.id, 5);
	fake.error = ENOENT;
	assert_int_equal(printport_abort_doc(port, 9, NULL), -ENOENT);
	assert_true(fake.request == PRINTPORT_IOC_ABORT_JOB);
	assert_int_equal(query->id, 9);
}

static void long_names_are_cut(void **state)
{
	struct printport_job_start *start = (void *)fake.in;
	char name[400];

	(void)state;
	memset(name, 'x', sizeof(name));
	name[sizeof(name) - 1] = '\0';
	assert_int_equal(printport_start_doc(port, name, name, NULL), 0);
	assert_int_equal(strlen(start->name), PRINTPORT_JOB_NAME_LEN - 1);
	assert_int_equal(strlen(start->user), PRINTPORT_JOB_USER_LEN - 1);
	/* Not within a character. */
	memcpy(name + PRINTPORT_JOB_NAME_LEN - 2, "\xc3\xa4", 2);
	assert_int_equal(printport_start_doc(port, name, NULL, NULL), 0);
	assert_int_equal(strlen(start->name), PRINTPORT_JOB_NAME_LEN - 2);
}

static void writes_all(void **state)
{
	size_t written = 99;

	(void)state;
	fake.room = 100;
	assert_int_equal(printport_write(port, "hello world", 11, &written), 0);
	assert_int_equal(written, 11);
	assert_memory_equal(fake.written, "hello world", 11);
	fake.room = 4;
	fake.error = EAGAIN;
	assert_int_equal(printport_write(port, "hello", 5, &written), -EAGAIN);
	assert_int_equal(written, 4);
	assert_int_equal(printport_write(port, "", 0, NULL), 0);
}

static void reads(void **state)
{
	char buf[8];

	(void)state;
	assert_int_equal(printport_read(port, buf, sizeof(buf)), 2);
	fake.error = EINVAL;
	assert_int_equal(printport_read(port, buf, sizeof(buf)), -EINVAL);
}

static void device_id(void **state)
{
	unsigned char raw[] = { 0, 12, 'M', 'F', 'G', ':', 'A', 'C', 'M', 'E', ';', 0 };
	unsigned char liar[] = { 0xff, 0xff, 'x' }, none[] = { 0, 1 };
	char buf[16];

	(void)state;
	fake.out = raw;
	fake.out_len = sizeof(raw);
	assert_int_equal(printport_get_device_id(port, buf, sizeof(buf)), 10);
	assert_string_equal(buf, "MFG:ACME;");
	assert_int_equal(printport_get_device_id(port, buf, 4), 10);
	assert_string_equal(buf, "MFG");
	fake.out = liar;
	fake.out_len = 3;
	assert_int_equal(printport_get_device_id(port, buf, sizeof(buf)), 4094);
	assert_string_equal(buf, "x");
	fake.out = none;
	fake.out_len = 2;
	assert_int_equal(printport_get_device_id(port, buf, sizeof(buf)), -EIO);
	fake.error = EIO;
	assert_int_equal(printport_get_device_id(port, buf, sizeof(buf)), -EIO);
}

static void printer_data(void **state)
{
	struct printport_query *query = (void *)fake.in;
	struct printport_query answer = { .answer_len = 300 };
	char buf[10], key[PRINTPORT_QUERY_MAX + 2];

	(void)state;
	fake.out = &answer;
	fake.out_len = sizeof(answer);
	assert_int_equal(printport_get_printer_data(port, "pages", buf, sizeof(buf), 5), 300);
	assert_int_equal(query->question_len, 5);
	assert_int_equal(query->answer_len, sizeof(buf));
	assert_int_equal(query->timeout_ms, 5);
	assert_int_equal(printport_get_printer_data(port, "", buf, sizeof(buf), 0), -EINVAL);
	memset(key, 'k', sizeof(key));
	key[sizeof(key) - 1] = '\0';
	assert_int_equal(printport_get_printer_data(port, key, buf, 1, 0), -EINVAL);
	fake.error = EOPNOTSUPP;
	assert_int_equal(printport_get_printer_data(port, "x", buf, 1, 0), -EOPNOTSUPP);
}

static void others(void **state)
{
	struct printport_status status;
	struct printport_limits limits = { .open_ms = 1 };
	struct printport_info info;

	(void)state;
	assert_int_equal(printport_get_status(port, &status), 0);
	assert_true(fake.request == PRINTPORT_IOC_GET_STATUS);
	assert_int_equal(printport_get_info(port, &info), 0);
	assert_true(fake.request == PRINTPORT_IOC_GET_INFO);
	assert_int_equal(printport_set_limits(port, &limits), 0);
	assert_true(fake.request == PRINTPORT_IOC_SET_LIMITS);
	assert_int_equal(((struct printport_limits *)fake.in)->open_ms, 1);
	assert_int_equal(printport_get_limits(port, &limits), 0);
	assert_true(fake.request == PRINTPORT_IOC_GET_LIMITS);
	fake.error = EOPNOTSUPP;
	assert_int_equal(printport_reset(port), -EOPNOTSUPP);
	assert_true(fake.request == PRINTPORT_IOC_RESET);
	assert_true(printport_port_fd(port) >= 0);
}

static void reasons(void **state)
{
	char text[PRINTPORT_REASONS_TEXT], small[8];
	uint64_t bits = 99, bit;

	(void)state;
	assert_int_equal(printport_reasons_format(0, text, sizeof(text)), 4);
	assert_string_equal(text, "none");
	for (bit = 1; bit & PRINTPORT_REASON_ALL; bit <<= 1) {
		assert_non_null(printport_reason_name(bit));
		assert_int_equal(printport_reasons_parse(printport_reason_name(bit), &bits), 0);
		assert_true(bits == bit);
	}
	assert_null(printport_reason_name(0));
	assert_null(printport_reason_name(3));
	assert_null(printport_reason_name(bit));
	assert_in_range(printport_reasons_format(~0ULL, text, sizeof(text)), 100,
			sizeof(text) - 1);
	assert_int_equal(printport_reasons_parse(text, &bits), 0);
	assert_true(bits == PRINTPORT_REASON_ALL);
	assert_int_equal(printport_reasons_format(3, small, sizeof(small)), 21);
	assert_string_equal(small, "media-e");
	assert_int_equal(printport_reasons_format(3, NULL, 0), 21);
	assert_int_equal(printport_reasons_parse(" ,offline,\tpaused\n", &bits), 0);
	assert_true(bits == (PRINTPORT_REASON_OFFLINE | PRINTPORT_REASON_PAUSED));
	assert_int_equal(printport_reasons_parse("offline nonsense", &bits), -EINVAL);
	assert_int_equal(printport_reasons_parse("off", &bits), -EINVAL);
	assert_true(bits == (PRINTPORT_REASON_OFFLINE | PRINTPORT_REASON_PAUSED));
	assert_int_equal(printport_reasons_parse("none", &bits), 0);
	assert_true(bits == 0);
	assert_int_equal(printport_reasons_parse("", &bits), 0);
}

static void device_id_values(void **state)
{
	static const char id[] = " MFG:ACME;mdl:Laser 3;;X;CMD:PJL,PCL;E:";
	char value[16];

	(void)state;
	assert_true(printport_device_id_value(id, "mfg", value, sizeof(value)));
	assert_string_equal(value, "ACME");
	assert_true(printport_device_id_value(id, "MDL", value, sizeof(value)));
	assert_string_equal(value, "Laser 3");
	assert_true(printport_device_id_value(id, "CMD", value, 4));
	assert_string_equal(value, "PJL");
	assert_true(printport_device_id_value(id, "E", value, sizeof(value)));
	assert_string_equal(value, "");
	assert_false(printport_device_id_value(id, "X", value, sizeof(value)));
	assert_false(printport_device_id_value(id, "MF", value, sizeof(value)));
	assert_false(printport_device_id_value("", "MFG", value, sizeof(value)));
}

/* --- sysfs -------------------------------------------------------------- */

static char class_dir[] = "/tmp/port_test.XXXXXX";

static void put(const char *name, const char *attribute, const char *value)
{
	char path[256];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", class_dir, name);
	mkdir(path, 0755);
	snprintf(path, sizeof(path), "%s/%s/%s", class_dir, name, attribute);
	file = fopen(path, "w");
	assert_non_null(file);
	fputs(value, file);
	fclose(file);
}

static void enumerates(void **state)
{
	struct printport_entry *list, entry;

	(void)state;
	printport_class_dir = "/nonexistent";
	assert_int_equal(printport_enum_ports(&list), -ENOENT);
	assert_null(list);
	assert_non_null(mkdtemp(class_dir));
	printport_class_dir = class_dir;
	assert_int_equal(printport_enum_ports(&list), 0);
	assert_null(list);
	put("printport10", "transport", "usb\n");
	put("printport2", "state", "open\n");
	put("printport2", "reasons", "offline paused\n");
	put("printport2", "monitor", "pjl\n");
	put("printport3", "reasons", "a-reason-of-the-future\n");
	put("printport-sim0", "state", "x\n");
	put("other", "state", "x\n");
	assert_int_equal(printport_enum_ports(&list), 3);
	assert_int_equal(list[0].index, 2);
	assert_string_equal(list[0].node, "/dev/printport2");
	assert_string_equal(list[0].state, "open");
	assert_string_equal(list[0].monitor, "pjl");
	assert_true(list[0].reasons == (PRINTPORT_REASON_OFFLINE | PRINTPORT_REASON_PAUSED));
	assert_true(list[1].reasons == PRINTPORT_REASON_OTHER);
	assert_string_equal(list[2].name, "printport10");
	assert_string_equal(list[2].transport, "usb");
	assert_string_equal(list[2].state, "");
	free(list);
	assert_int_equal(printport_get_entry("/dev/printport10", &entry), 0);
	assert_int_equal(entry.index, 10);
	assert_int_equal(printport_get_entry("4", &entry), -ENOENT);
	assert_int_equal(printport_get_entry("../x", &entry), -EINVAL);
}

static void link_to(const char *target, const char *dir, const char *name)
{
	char path[256];

	snprintf(path, sizeof(path), "%s/printport/%s/%s", class_dir, dir, name);
	assert_int_equal(symlink(target, path), 0);
}

/* The links of udev, in a directory that stands for /dev. */
static void links(void **state)
{
	struct printport_entry entry;
	char path[256];

	(void)state;
	printport_dev_dir = class_dir;
	put("printport", "x", "");
	put("printport/by-id", "x", "");
	put("printport/by-name", "x", "");
	link_to("../../printport10", "by-id", "usb-ACME_X_1");
	link_to("../../printport2", "by-name", "till");
	link_to("../../other", "by-name", "other");
	link_to("../../printport9", "by-name", "gone");
	assert_int_equal(printport_get_entry("by-id/usb-ACME_X_1", &entry), 0);
	assert_int_equal(entry.index, 10);
	assert_int_equal(printport_get_entry("till", &entry), 0);
	assert_int_equal(entry.index, 2);
	snprintf(path, sizeof(path), "%s/printport/by-name/till", class_dir);
	assert_int_equal(printport_get_entry(path, &entry), 0);
	assert_int_equal(entry.index, 2);
	assert_int_equal(printport_get_entry("by-name/other", &entry), -EINVAL);
	assert_int_equal(printport_get_entry("gone", &entry), -ENOENT);
	assert_int_equal(printport_get_entry("by-path/x", &entry), -ENOENT);
	assert_int_equal(printport_get_entry("3x", &entry), -ENOENT);
	assert_int_equal(printport_get_entry("1024", &entry), -EINVAL);
	assert_int_equal(printport_get_entry("", &entry), -EINVAL);
	printport_dev_dir = "/dev";
}

static int remove_class(void **state)
{
	char command[64];

	(void)state;
	snprintf(command, sizeof(command), "rm -rf %s", class_dir);
	return system(command);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		CASE(names),
		CASE(jobs),
		CASE(long_names_are_cut),
		CASE(writes_all),
		CASE(reads),
		CASE(device_id),
		CASE(printer_data),
		CASE(others),
		cmocka_unit_test(reasons),
		cmocka_unit_test(device_id_values),
		cmocka_unit_test(enumerates),
		cmocka_unit_test_teardown(links, remove_class),
	};
	int count = sizeof(tests) / sizeof(tests[0]);
	int failed = cmocka_run_group_tests(tests, NULL, NULL);

	printf("port_test: %d passed, %d failed\n", count - failed, failed);
	return failed ? 1 : 0;
}
