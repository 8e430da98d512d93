// SPDX-License-Identifier: GPL-2.0-or-later
/* /etc/printport: what is taken, what is refused and in which line, which file counts. */
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

#include "port_config.h"
#include "summary.h"

#define MATCH	"[match]\nid = *\n[port]\n"

static void parse(struct port_config *config, const char *text, size_t len)
{
	/* A copy of just that size: ASan sees a byte too many. */
	char *copy = malloc(len ? len : 1);

	memcpy(copy, text, len);
	port_config_parse(config, copy, len);
	free(copy);
}

/* --- what is refused -------------------------------------------------------------- */

static const struct {
	const char *text;
	unsigned int line;
	const char *says;
} bad[] = {
	{ "", 0, "nothing says for which port" },
	{ "[port]\nname = a\n", 0, "nothing says for which port" },
	{ "[match]\n", 0, "nothing says for which port" },
	{ "name = a\n", 1, "in front of the first section" },
	{ "[match]\nid = *\n\nnonsense\n", 4, "neither [section] nor key" },
	{ MATCH "[ports]\n", 4, "there is no section [ports]" },
	{ MATCH "[match]\n", 4, "a second section [match]" },
	{ MATCH "[port", 4, "a section ends with ]" },
	{ MATCH "colour = red\n", 4, "there is no key colour in [port]" },
	{ MATCH "id = x\n", 4, "there is no key id in [port]" },
	{ "[match]\nname = x\n", 2, "there is no key name in [match]" },
	{ "[match]\nid = \n", 2, "id: nothing is said" },
	{ "[match]\nid = a\nid = b\n", 3, "said before, in line 2" },
	{ MATCH "name = a\nname = b\n", 5, "said before, in line 4" },
	{ MATCH "name =\n", 4, "name: nothing is said" },
	{ MATCH "name = .a\n", 4, "\".a\" is not 1 to 64" },
	{ MATCH "name = -a\n", 4, "is not" }, { MATCH "name = a/b\n", 4, "is not" },
	{ MATCH "name = a b\n", 4, "is not" }, { MATCH "name = 12\n", 4, "is not" },
	{ MATCH "name = printport3\n", 4, "is not" }, { MATCH "name = by-x\n", 4, "is not" },
	{ MATCH "name = \xc3\xbc\n", 4, "is not" }, { MATCH "name = a\x01\n", 4, "control" },
	{ MATCH "name = 12345678901234567890123456789012345678901234567890123456789012345x\n",
	  4, "is not" },
	{ MATCH "location = a\x1b[31m\n", 4, "control character" },
	{ MATCH "location = a\xc2\x9b""31m\n", 4, "UTF-8" },
	{ MATCH "location = a\xff\n", 4, "UTF-8" },
	{ MATCH "language = klingon\n", 4, "auto, pjl" },
	{ MATCH "language = PJL\n", 4, "auto" },
	{ MATCH "probe = maybe\n", 4, "yes or no" }, { MATCH "probe = 1\n", 4, "yes or no" },
	{ MATCH "open-ms = -1\n", 4, "a number" }, { MATCH "open-ms = 1s\n", 4, "a number" },
	{ MATCH "open-ms = 0x10\n", 4, "a number" }, { MATCH "read-ms = \n", 4, "nothing" },
	{ MATCH "close-ms = 86400001\n", 4, "a number" },
	{ MATCH "write-ms = 99999999999999999999\n", 4, "a number" },
	{ MATCH "monitor-ms = 0\n", 4, "from 1" },
	{ MATCH "protocol = 4\n", 4, "1, 2 or 3" }, { MATCH "protocol = 12\n", 4, "1, 2" },
	{ MATCH "forward-mode = nibble\n", 4, "epp" },
	{ MATCH "reverse-mode = epp\n", 4, "byte" },
	{ MATCH "reverse-mode = auto none\n", 4, "byte" },
};

static void refuse(void **state)
{
	struct port_config config = { };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		const char *c;

		parse(&config, bad[i].text, strlen(bad[i].text));
		if (config.n_problems != 1 || config.problems[0].line != bad[i].line ||
		    !strstr(config.problems[0].text, bad[i].says))
			fail_msg("%zu: %zu problems, line %u: %s", i, config.n_problems,
				 config.problems[0].line, config.problems[0].text);
		for (c = config.problems[0].text; *c; c++)
			assert_true(*c >= ' ' && *c <= '~');
	}
}

/* All that is wrong is said, up to a bound. */
static void all_problems(void **state)
{
	static const char several[] =
		"[match]\nid=*\n[port]\nname = 1\nprobe = x\n[x]\na = b\nc = d\n";
	struct port_config config = { };
	char text[4096] = MATCH;
	int i;

	(void)state;
	parse(&config, several, strlen(several));
	assert_int_equal(config.n_problems, 3);
	assert_int_equal(config.problems[2].line, 6);
	for (i = 0; i < 100; i++)
		strcat(text, "nonsense\n");
	parse(&config, text, strlen(text));
	assert_int_equal(config.n_problems, PORT_CONFIG_PROBLEMS_MAX);
}

static void too_long(void **state)
{
	struct port_config config = { };
	char *text = malloc(PORT_CONFIG_FILE_MAX + 1);

	(void)state;
	memset(text, '\n', PORT_CONFIG_FILE_MAX + 1);
	memcpy(text, MATCH, strlen(MATCH));
	parse(&config, text, PORT_CONFIG_FILE_MAX);
	assert_int_equal(config.n_problems, 0);
	parse(&config, text, PORT_CONFIG_FILE_MAX + 1);
	assert_int_equal(config.n_problems, 1);
	free(text);
}

/* --- what is taken ---------------------------------------------------------------- */

static const struct {
	enum port_key key;
	const char *line;
	const char *value;
} good[] = {
	{ PORT_NAME, "name = a\n", "a" }, { PORT_NAME, "name=a.b_c-9", "a.b_c-9" },
	{ PORT_NAME, "\t name =\t12a \r\n", "12a" },
	{ PORT_NAME, "name = printportX", "printportX" },
	{ PORT_NAME,
	  "name = 1234567890123456789012345678901234567890123456789012345678901234\n", NULL },
	{ PORT_LOCATION, "location = K\xc3\xbc""che, \"links\" = $HOME # 1",
	  "K\xc3\xbc""che, \"links\" = $HOME # 1" },
	{ PORT_LANGUAGE, "language = none", "none" }, { PORT_PROBE, "probe = yes", "yes" },
	{ PORT_OPEN_MS, "open-ms = 0", "0" }, { PORT_OPEN_MS, "open-ms = 000", "0" },
	{ PORT_READ_MS, "read-ms = 010", "10" },
	{ PORT_CLOSE_MS, "close-ms = 86400000", "86400000" },
	{ PORT_MONITOR_MS, "monitor-ms = 1", "1" }, { PORT_PROTOCOL, "protocol = 3", "3" },
	{ PORT_FORWARD_MODE, "forward-mode = ecp", "ecp" },
	{ PORT_REVERSE_MODE, "reverse-mode = nibble", "nibble" },
};

static void take(void **state)
{
	struct port_config config = { };
	char text[600];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		snprintf(text, sizeof(text), "# x\n; y\n\n" MATCH "%s", good[i].line);
		parse(&config, text, strlen(text));
		if (!good[i].value) {
			/* All digits is no name, however long. */
			assert_int_equal(config.n_problems, 1);
			continue;
		}
		if (config.n_problems)
			fail_msg("%s: %s", good[i].line, config.problems[0].text);
		assert_string_equal(config.values[good[i].key], good[i].value);
		assert_int_equal(config.lines[good[i].key], 7);
	}
}

/* --- which port ------------------------------------------------------------------- */

static const struct identity printer = {
	.id = "usb-Acme_Mono_1_X42", .path = "pci-0000:00:14.0-usb-0:1:1.0",
	.manufacturer = "Acme", .model = "Mono 1", .serial = "X42",
};

static const struct {
	const char *match;
	bool fits;
} matches[] = {
	{ "id = usb-Acme_Mono_1_X42", true },
	{ "id = USB-ACME*", true }, { "id = *x4?", true },
	{ "id = usb-Acme", false }, { "id = *", true },
	{ "path = pci-0000:00:14.0-usb-0:1:1.0", true }, { "path = *usb-0:2:*", false },
	{ "manufacturer = acme\nmodel = mono*", true },
	{ "manufacturer = acme\nmodel = duo*", false },
	{ "serial = X42\nid = nobody", false }, { "serial = X4?", true },
};

static void match(void **state)
{
	static const struct identity nobody;
	struct port_config config = { };
	char text[300];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(matches) / sizeof(matches[0]); i++) {
		snprintf(text, sizeof(text), "[match]\n%s\n", matches[i].match);
		parse(&config, text, strlen(text));
		assert_int_equal(config.n_problems, 0);
		if (port_config_fits(&config, &printer) != matches[i].fits)
			fail_msg("%s", matches[i].match);
		/* A port without an id is not one that a pattern of an id is for ... */
		if (strcmp(matches[i].match, "id = *"))
			assert_false(port_config_fits(&config, &nobody));
	}
	/* A wrong file is for none, but one may ask whom it is meant for. */
	parse(&config, "[match]\nid = usb-*\n[port]\nx\n", 28);
	assert_false(port_config_fits(&config, &printer));
	assert_true(port_config_is_meant(&config, &printer));
}

/* --- the directory ---------------------------------------------------------------- */

static char dir[] = "/tmp/port_config_test.XXXXXX";

static void write_file(const char *name, const char *text)
{
	char path[200];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	file = fopen(path, "w");
	assert_non_null(file);
	fputs(text, file);
	assert_int_equal(fclose(file), 0);
}

static void directory(void **state)
{
	struct port_configs configs;
	char path[200];

	(void)state;
	assert_int_equal(port_configs_load(&configs, "/nonexistent/printport"), 0);
	assert_int_equal(configs.n, 0);
	assert_string_equal(configs.problem, "");
	port_configs_free(&configs);

	assert_non_null(mkdtemp(dir));
	write_file("b.conf", MATCH "name = second\n");
	write_file("B.conf", MATCH "name = first\n");
	write_file("A.conf", MATCH "name = 7\n");
	write_file(".hidden.conf", MATCH);
	write_file("c.conf~", MATCH);
	write_file("evil\nX=Y.conf", MATCH);
	snprintf(path, sizeof(path), "%s/fifo.conf", dir);
	assert_int_equal(mkfifo(path, 0600), 0);
	snprintf(path, sizeof(path), "%s/dir.conf", dir);
	assert_int_equal(mkdir(path, 0700), 0);
	assert_int_equal(port_configs_load(&configs, dir), 0);
	assert_int_equal(configs.n, 5);
	assert_string_equal(port_configs_find(&configs, &printer)->values[PORT_NAME], "first");
	assert_string_equal(configs.files[3]->problems[0].text, "not a regular file");
	assert_string_equal(configs.files[4]->problems[0].text, "not a regular file");
	port_configs_free(&configs);
}

static void too_many(void **state)
{
	struct port_configs configs;
	char name[32];
	int i;

	(void)state;
	for (i = 0; i < 300; i++) {
		snprintf(name, sizeof(name), "n%03d.conf", i);
		write_file(name, MATCH);
	}
	assert_int_equal(port_configs_load(&configs, dir), 0);
	assert_int_equal(configs.n, PORT_CONFIG_FILES_MAX);
	assert_non_null(strstr(configs.problem, "more than 256 files"));
	port_configs_free(&configs);
}

/* --- anything at all -------------------------------------------------------------- */

#define N_PIECES (sizeof(pieces) / sizeof(pieces[0]))

static void random_files(void **state)
{
	static const char *const pieces[] = {
		"[match]\n", "[port]\n", "id = ", "name = ", "a", "*", "\n",
		"\n", "=", "[", "]",
		"open-ms = ", "12", "location = ", "\xc3\xbc", "\x01", "#", " ",
		"language = pjl\n",
	};
	struct port_config config = { };
	char text[3000], why[300];
	int i, key;

	(void)state;
	srand(2);
	for (i = 0; i < 20000; i++) {
		size_t len = 0, size = rand() % 300, n;

		if (!(i % 100))
			size = sizeof(text) - 20;
		while (len < size) {
			const char *piece = pieces[rand() % N_PIECES];

			n = strlen(piece);
			memcpy(text + len, piece, n);
			len += n;
			if (!(rand() % 30))
				text[len++] = (char)rand();
		}
		parse(&config, text, len);
		assert_true(config.n_problems <= PORT_CONFIG_PROBLEMS_MAX);
		for (key = 0; key < PORT_KEYS; key++)
			assert_true(!*config.values[key] ||
				    !port_value_check(key, config.values[key], why,
						      sizeof(why)));
	}
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
		cmocka_unit_test(refuse),
		cmocka_unit_test(all_problems),
		cmocka_unit_test(too_long),
		cmocka_unit_test(take),
		cmocka_unit_test(match),
		cmocka_unit_test(directory),
		cmocka_unit_test_teardown(too_many, clean_up),
		cmocka_unit_test(random_files),
	};

	return run_and_sum_up("port_config", tests);
}
