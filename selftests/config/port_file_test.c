// SPDX-License-Identifier: GPL-2.0-or-later
/* Changing a file of /etc/printport: the rest of it stays. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "port_file.h"
#include "summary.h"

static const struct {
	const char *before;
	enum port_key key;
	const char *value;
	const char *after;
} changes[] = {
	{ "", PORT_NAME, "a", "[port]\nname = a\n" },
	{ "[match]\nid = x\n", PORT_NAME, "a", "[match]\nid = x\n\n[port]\nname = a\n" },
	{ "[match]\nid = x", PORT_NAME, "a", "[match]\nid = x\n\n[port]\nname = a\n" },
	{ "[port]\nname = a\n", PORT_NAME, "b", "[port]\nname = b\n" },
	{ "[port]\nname = a", PORT_NAME, "b", "[port]\nname = b\n" },
	{ "[port]\n", PORT_NAME, "b", "[port]\nname = b\n" },
	{ "[port]", PORT_NAME, "b", "[port]\nname = b\n" },
	{ "[ port ]\t\nname=a\n", PORT_NAME, "b", "[ port ]\t\nname = b\n" },
	{ "# 1\n[port] \n# 2\nname = a\n# 3\n\n# 4\n", PORT_NAME, "b",
	  "# 1\n[port] \n# 2\nname = b\n# 3\n\n# 4\n" },
	{ "[port]\nprobe = yes\n\n[match]\nid = x\n", PORT_NAME, "b",
	  "[port]\nprobe = yes\nname = b\n\n[match]\nid = x\n" },
	{ "[port]\n# name = c\n\t name\t= a\r\nprobe = no\n", PORT_NAME, "b",
	  "[port]\n# name = c\nname = b\nprobe = no\n" },
	{ "[port]\nnames = 1\nname = a\n", PORT_NAME, NULL, "[port]\nnames = 1\n" },
	{ "[port]\nname = a\nprobe = no\n", PORT_NAME, NULL, "[port]\nprobe = no\n" },
	{ "[port]\nprobe = no\n", PORT_NAME, NULL, "[port]\nprobe = no\n" },
	{ "[match]\nname = a\n[port]\nprobe = no\n", PORT_NAME, NULL,
	  "[match]\nname = a\n[port]\nprobe = no\n" },
	{ "", PORT_NAME, NULL, "" },
};

static void change_text(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
		struct port_change change = { changes[i].key, changes[i].value };
		char *after = port_text_change(changes[i].before, &change);

		assert_non_null(after);
		assert_string_equal(after, changes[i].after);
		free(after);
	}
}

/* --- files ------------------------------------------------------------------------ */

static char dir[] = "/tmp/port_file_test.XXXXXX";
static char path[100], link_path[100];

static void check_file(const char *expected)
{
	char text[1000] = "";
	FILE *file = fopen(path, "r");

	assert_non_null(file);
	text[fread(text, 1, sizeof(text) - 1, file)] = '\0';
	fclose(file);
	assert_string_equal(text, expected);
}

static void write_file(const char *text)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	fputs(text, file);
	assert_int_equal(fclose(file), 0);
}

/* Nothing but the file, the link to it and the lock, which nobody else can hold. */
static void check_nothing_else(void)
{
	char command[300];

	snprintf(command, sizeof(command),
		 "test -z \"$(find '%s' -type f ! -name x.conf "
		 "! \\( -name .lock -perm 600 \\))\"", dir);
	assert_int_equal(system(command), 0);
}

static void change_file(void **state)
{
	const struct port_change both[] = { { PORT_NAME, "a" }, { PORT_OPEN_MS, "7" } };
	const struct port_change gone = { PORT_NAME, NULL };
	char why[300];
	struct stat st;

	(void)state;
	assert_non_null(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/new/x.conf", dir);
	snprintf(link_path, sizeof(link_path), "%s/link.conf", dir);
	assert_int_equal(port_file_change(path, "id = x", both, 2, why, sizeof(why)), 0);
	check_file("# See printport.conf(5).\n[match]\nid = x\n\n[port]\nname = a\n"
		   "open-ms = 7\n");
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0644);

	/* The file behind a link, and its mode. */
	assert_int_equal(chmod(path, 0640), 0);
	assert_int_equal(symlink(path, link_path), 0);
	assert_int_equal(port_file_change(link_path, "", &gone, 1, why, sizeof(why)), 0);
	check_file("# See printport.conf(5).\n[match]\nid = x\n\n[port]\nopen-ms = 7\n");
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0640);
	assert_int_equal(lstat(link_path, &st), 0);
	assert_true(S_ISLNK(st.st_mode));
	check_nothing_else();
}

/* Wholly or not at all. */
static void change_wrong_file(void **state)
{
	static const char wrong[] = "[match]\nid = x\n[port]\ncolour = red\n";
	const struct port_change change = { PORT_NAME, "a" };
	const struct port_change bad[] = { { PORT_OPEN_MS, "7" }, { PORT_NAME, "../x" } };
	char why[300], expected[200];

	(void)state;
	write_file(wrong);
	assert_int_equal(port_file_change(path, "", &change, 1, why, sizeof(why)), -EINVAL);
	snprintf(expected, sizeof(expected), "%s:4: there is no key colour", path);
	assert_non_null(strstr(why, expected));
	check_file(wrong);

	write_file("[match]\nid = x\n");
	assert_int_equal(port_file_change(path, "", bad, 2, why, sizeof(why)), -EINVAL);
	check_file("[match]\nid = x\n");
	check_nothing_else();

	unlink(path);
	assert_int_equal(mkdir(path, 0700), 0);
	assert_int_equal(port_file_change(path, "", &change, 1, why, sizeof(why)), -ENOTSUP);
	assert_non_null(strstr(why, "not a regular file"));
}

static int clean_up(void **state)
{
	char command[100];

	(void)state;
	snprintf(command, sizeof(command), "rm -rf '%s'", dir);
	return system(command);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(change_text),
		cmocka_unit_test(change_file),
		cmocka_unit_test_teardown(change_wrong_file, clean_up),
	};

	return run_and_sum_up("port_file", tests);
}
