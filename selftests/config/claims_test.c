// SPDX-License-Identifier: GPL-2.0-or-later
/* Which port has which name, when several want the same. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "claims.h"
#include "summary.h"

static char dir[] = "/tmp/claims_test.XXXXXX";
static char class_dir[100], state_dir[100];

static void plug(const char *port)
{
	char path[200];

	snprintf(path, sizeof(path), "%s/%s", class_dir, port);
	assert_int_equal(mkdir(path, 0755), 0);
}

static void unplug(const char *port)
{
	char path[200];

	snprintf(path, sizeof(path), "%s/%s", class_dir, port);
	assert_int_equal(rmdir(path), 0);
}

static int set_up(void **state)
{
	(void)state;
	strcpy(strrchr(dir, '.'), ".XXXXXX");
	if (!mkdtemp(dir))
		return -1;
	snprintf(class_dir, sizeof(class_dir), "%s/class", dir);
	snprintf(state_dir, sizeof(state_dir), "%s/state", dir);
	return mkdir(class_dir, 0755);
}

static int clean_up(void **state)
{
	char command[100];

	(void)state;
	snprintf(command, sizeof(command), "rm -rf '%s'", dir);
	return system(command);
}

static bool take(const char *port, const char *id)
{
	struct claims *claims;
	bool taken;

	assert_int_equal(claims_open(state_dir, class_dir, port, &claims), 0);
	taken = claims_take(claims, "id", id, NULL, 0);
	assert_int_equal(claims_close(claims), 0);
	return taken;
}

static void first_come(void **state)
{
	struct claims *claims;
	char holder[32];

	(void)state;
	plug("printport0");
	plug("printport1");
	assert_true(take("printport1", "usb-X"));
	assert_false(take("printport0", "usb-X"));
	assert_true(take("printport1", "usb-X"));
	assert_true(take("printport0", "usb-Y"));
	assert_int_equal(claims_open(state_dir, class_dir, "printport0", &claims), 0);
	assert_false(claims_take(claims, "id", "usb-X", holder, sizeof(holder)));
	assert_string_equal(holder, "printport1");
	/* An id is no name. */
	assert_true(claims_take(claims, "name", "usb-X", holder, sizeof(holder)));
	assert_int_equal(claims_close(claims), 0);
}

static void given_back(void **state)
{
	(void)state;
	plug("printport0");
	plug("printport1");
	assert_true(take("printport0", "usb-X"));
	/* Whoever wants another gives this one back. */
	assert_true(take("printport0", "usb-Y"));
	assert_true(take("printport1", "usb-X"));
	/* Who is gone has none; who comes with its number is another. */
	unplug("printport1");
	plug("unrelated");
	plug("printport1");
	assert_true(take("printport0", "usb-X"));
	unplug("printport0");
	assert_true(take("printport1", "usb-X"));
}

static void broken_list(void **state)
{
	char path[200];
	FILE *file;

	(void)state;
	plug("printport0");
	assert_true(take("printport0", "usb-X"));
	snprintf(path, sizeof(path), "%s/claims", state_dir);
	file = fopen(path, "w");
	assert_non_null(file);
	fputs("id usb-X\n\xff\xfe\nid usb-X printport9 0\nid usb-X ../../.. 1\n", file);
	for (int i = 0; i < 100000; i++)
		fputs("x", file);
	fclose(file);
	assert_true(take("printport0", "usb-X"));
}

static void locked(void **state)
{
	char path[200];
	struct claims *claims;
	int fd;

	(void)state;
	plug("printport0");
	assert_true(take("printport0", "usb-X"));
	snprintf(path, sizeof(path), "%s/lock", state_dir);
	fd = open(path, O_RDWR);
	assert_int_equal(flock(fd, LOCK_EX), 0);
	assert_int_equal(claims_open(state_dir, class_dir, "printport0", &claims), -EAGAIN);
	close(fd);
	assert_int_equal(claims_open("/proc/no/such", class_dir, "printport0", &claims),
			 -ENOENT);
}

/* Many at a time: one has it. */
static void race(void **state)
{
	int i, status, winners = 0;
	char name[32];

	(void)state;
	for (i = 0; i < 16; i++) {
		snprintf(name, sizeof(name), "printport%d", i);
		plug(name);
	}
	for (i = 0; i < 16; i++) {
		snprintf(name, sizeof(name), "printport%d", i);
		if (!fork())
			_exit(take(name, "usb-X") ? 1 : 0);
	}
	for (i = 0; i < 16; i++) {
		assert_true(wait(&status) > 0);
		assert_true(WIFEXITED(status));
		winners += WEXITSTATUS(status);
	}
	assert_int_equal(winners, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(first_come, set_up, clean_up),
		cmocka_unit_test_setup_teardown(given_back, set_up, clean_up),
		cmocka_unit_test_setup_teardown(broken_list, set_up, clean_up),
		cmocka_unit_test_setup_teardown(locked, set_up, clean_up),
		cmocka_unit_test_setup_teardown(race, set_up, clean_up),
	};

	return run_and_sum_up("claims", tests);
}
