// SPDX-License-Identifier: GPL-2.0-or-later
/* The configuration file: what is taken, and what is refused, in which line. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "config.h"
#include "languages.h"
#include "summary.h"

static int parse(const char *text, size_t len, struct config **config,
		 struct config_error *error)
{
	/* A copy of just that size: ASan sees a byte too many. */
	char *copy = malloc(len ? len : 1);
	int err;

	memcpy(copy, text, len);
	err = config_parse(copy, len, languages, config, error);
	free(copy);
	return err;
}

/* --- what is refused -------------------------------------------------------------- */

static const struct {
	const char *text;
	unsigned int line;
	const char *says;
} bad[] = {
	{ "language = pjl\n", 1, "in front of the first section" },
	{ "\n\nnonsense\n", 3, "neither [section] nor key" },
	{ "[daemon]\nnonsense\n", 2, "neither [section] nor key" },
	{ "[daemon]\n= pjl\n", 2, "no key" },
	{ "[daemon]\ncolour = red\n", 2, "no such key in [daemon]: colour" },
	{ "[daemon]\nsocket-group =\n", 2, "nothing is said" },
	{ "[daemon]\nsocket-group = a\nsocket-group = b\n", 3, "said before" },
	{ "[daemon]\nprobe = maybe\n", 2, "yes or no, not maybe" },
	{ "[daemon]\nprobe = yes\nprobe = no\n", 3, "said before" },
	{ "[daemon]\nlanguage = klingon\n", 2, "no such language: klingon" },
	{ "[daemon]\nlanguage = PJL\n", 2, "no such language: PJL" },
	{ "[daemon]\nlanguage = pjl\nlanguage = raw\n", 3, "said before" },
	{ "[daemon]\nlanguage = auto\nlanguage = none\n", 3, "said before" },
	{ "[daemon]\n[daemon]\n", 2, "a second section [daemon]" },
	{ "[demon]\n", 1, "no such section: [demon]" },
	{ "[port]\n", 1, "no such section: [port]" },
	{ "[language]\n", 1, "no such section: [language]" },
	{ "[daemon x]\n", 1, "no such section" },
	{ "[]\n", 1, "no such section: []" },
	{ "[\n", 1, "ends with ]" },
	{ "[daemon\n", 1, "ends with ]" },
	{ "[daemon] x\n", 1, "ends with ]" },
	{ "[port till]\nlanguage = raw\n", 1, "[port till]: neither the name of a port" },
	{ "[port till]\nlanguage = raw\n\n[daemon]\n", 1, "neither the name of a port" },
	{ "[port printportX]\nlanguage = raw\n", 1, "neither the name of a port" },
	{ "[port printport99999999999]\nlanguage = raw\n", 1, "neither the name of a port" },
	{ "[port printport0]\n[port printport0]\n", 2, "a second section [port printport0]" },
	{ "[port printport0]\nmatch-modell = x\n", 2, "no such key in [port printport0]" },
	{ "[port printport0]\nsocket-group = lp\n", 2, "no such key in [port" },
	{ "[port printport0]\nmatch-model = a\nmatch-model = b\n", 3, "said before" },
	{ "[port printport0]\nmatch-serial =\n", 2, "nothing is said" },
	{ "[language klingon]\n", 1, "no such language: klingon" },
	{ "[language pjl]\n[language pjl]\n", 2, "a second section [language pjl]" },
	{ "[language pjl]\nno-such = 1\n", 2, "no such option of language pjl: no-such" },
	{ "[language raw]\neoj-ms = 1\n", 2, "no such option of language raw" },
	{ "[language pjl]\neoj-ms = 0\n", 2, "from 1 to 100000, not 0" },
	{ "[language pjl]\neoj-ms = 100001\n", 2, "from 1 to 100000" },
	{ "[language pjl]\neoj-ms = 4294967297\n", 2, "from 1 to 100000" },
	{ "[language pjl]\neoj-ms = 99999999999999999999999\n", 2, "from 1 to 100000" },
	{ "[language pjl]\neoj-ms = -1\n", 2, "not -1" },
	{ "[language pjl]\neoj-ms = +1\n", 2, "not +1" },
	{ "[language pjl]\neoj-ms = 0x10\n", 2, "not 0x10" },
	{ "[language pjl]\neoj-ms = 5 # five\n", 2, "not 5 # five" },
	{ "[language pjl]\neoj-ms =\n", 2, "a number" },
	{ "[language pjl]\neoj-ms = 1\neoj-ms = 1\n", 3, "said before" },
	{ "[daemon]\nsocket-group = a\x01\n", 2, "control character (0x01)" },
	{ "[daemon]\nsocket-group = a\x7f\n", 2, "control character (0x7f)" },
	{ "[daemon]\rsocket-group = a\n", 1, "control character (0x0d)" },
};

static void refuses(void **state)
{
	struct config_error error;
	struct config *config;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		int err = parse(bad[i].text, strlen(bad[i].text), &config, &error);

		if (err != -EINVAL || error.line != bad[i].line ||
		    !strstr(error.text, bad[i].says))
			fail_msg("%zu: %d, line %u: %s", i, err, error.line, error.text);
	}
}

static void refuses_nul(void **state)
{
	static const char text[] = "[daemon]\nsocket-group = a\0b\n";
	struct config_error error;
	struct config *config;

	(void)state;
	assert_int_equal(parse(text, sizeof(text) - 1, &config, &error), -EINVAL);
	assert_int_equal(error.line, 2);
}

static void refuses_long(const char *format, int filler, unsigned int line)
{
	struct config_error error;
	struct config *config;
	char *text, *fill = malloc(filler + 1);
	int len;

	memset(fill, 'x', filler);
	fill[filler] = '\0';
	len = asprintf(&text, format, fill);
	assert_int_equal(parse(text, len, &config, &error), -EINVAL);
	assert_int_equal(error.line, line);
	free(text);
	free(fill);
}

static void refuses_too_long(void **state)
{
	(void)state;
	refuses_long("# %s\n", CONFIG_LINE_MAX - 1, 1);
	refuses_long("[daemon]\nsocket-group = %s\n", CONFIG_VALUE_SIZE, 2);
	refuses_long("[port %s]\n", CONFIG_VALUE_SIZE, 1);
	refuses_long("%s", CONFIG_FILE_MAX + 1, 0);
}

static void refuses_too_many(void **state)
{
	char *text = malloc(CONFIG_PORTS_MAX * 32 + 32);
	struct config_error error;
	struct config *config;
	size_t len = 0;
	int i;

	(void)state;
	for (i = 0; i < CONFIG_PORTS_MAX; i++)
		len += sprintf(text + len, "[port printport%d]\n", i);
	assert_int_equal(parse(text, len, &config, &error), 0);
	config_free(config);
	len += sprintf(text + len, "[port printport%d]\n", i);
	assert_int_equal(parse(text, len, &config, &error), -EINVAL);
	assert_int_equal(error.line, CONFIG_PORTS_MAX + 1);
	free(text);
}

/* --- what is taken ---------------------------------------------------------------- */

static struct config *good(const char *text)
{
	struct config_error error;
	struct config *config;

	if (parse(text, strlen(text), &config, &error))
		fail_msg("line %u: %s", error.line, error.text);
	return config;
}

static void empty_gives_presets(void **state)
{
	static const char *const texts[] = {
		"", "\n", "\n\n# nothing\n  ; nothing\n\t\n", "[daemon]", "\r\n[daemon]\r\n",
	};
	const struct device_id nobody = { .model = "" };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct config *config = good(texts[i]);
		struct config_choice choice = config_choice(config, "printport0", &nobody);

		assert_string_equal(config_socket_group(config), "");
		assert_int_equal(choice.kind, CONFIG_LANGUAGE_AUTO);
		assert_int_equal(choice.probe, CONFIG_SWITCH_NO);
		assert_int_equal(config_values(config, &language_pjl)[0], 60000);
		assert_int_equal(config_values(config, &language_pjl)[1], 1);
		config_free(config);
	}
}

static void options_count(void **state)
{
	struct config *config = good("[language pjl]\n  eoj-ms=17  \r\nswitch\t=\t0\n");

	(void)state;
	assert_int_equal(config_values(config, &language_pjl)[0], 17);
	assert_int_equal(config_values(config, &language_pjl)[1], 0);
	config_free(config);
}

static const char ports[] =
	"[daemon]\n"
	"socket-group = lp\n"
	"language = escpos\n"
	"probe = yes\n"
	"[port printport3]\n"
	"language = none\n"
	"[port printport4]\n"
	"match-model = Laser*\n"
	"language = raw\n"
	"[port tills]\n"
	"match-manufacturer = epson\n"
	"match-model = TM-?88*\n"
	"probe = no\n"
	"[port the one in room 5]\n"
	"match-serial = X=1;[2]\n"
	"language = pjl\n"
	"[port printport5]\n";

static const struct {
	const char *port;
	struct device_id id;
	enum config_language kind;
	const struct language *language;
	enum config_switch probe;
} fits[] = {
	{ "printport3", { .model = "" }, CONFIG_LANGUAGE_NONE, NULL, CONFIG_SWITCH_YES },
	{ "printport33", { .model = "" }, CONFIG_LANGUAGE_NAMED, &language_escpos,
	  CONFIG_SWITCH_YES },
	{ "printport4", { .model = "LASERJET" }, CONFIG_LANGUAGE_NAMED, &language_raw,
	  CONFIG_SWITCH_YES },
	{ "printport4", { .model = "Inkjet" }, CONFIG_LANGUAGE_NAMED, &language_escpos,
	  CONFIG_SWITCH_YES },
	{ "printport7", { .manufacturer = "EPSON", .model = "tm-T88V" }, CONFIG_LANGUAGE_NAMED,
	  &language_escpos, CONFIG_SWITCH_NO },
	{ "printport7", { .manufacturer = "EPSON", .model = "TM-88" }, CONFIG_LANGUAGE_NAMED,
	  &language_escpos, CONFIG_SWITCH_YES },
	{ "printport7", { .manufacturer = "EPSONX", .model = "TM-T88" },
	  CONFIG_LANGUAGE_NAMED, &language_escpos, CONFIG_SWITCH_YES },
	{ "printport8", { .serial = "X=1;[2]" }, CONFIG_LANGUAGE_NAMED, &language_pjl,
	  CONFIG_SWITCH_YES },
	{ "printport5", { .model = "" }, CONFIG_LANGUAGE_NAMED, &language_escpos,
	  CONFIG_SWITCH_YES },
};

static void first_section_that_fits(void **state)
{
	struct config *config = good(ports);
	size_t i;

	(void)state;
	assert_string_equal(config_socket_group(config), "lp");
	for (i = 0; i < sizeof(fits) / sizeof(fits[0]); i++) {
		struct config_choice choice = config_choice(config, fits[i].port, &fits[i].id);

		if (choice.kind != fits[i].kind || choice.language != fits[i].language ||
		    choice.probe != fits[i].probe)
			fail_msg("%zu: %d %d", i, choice.kind, choice.probe);
	}
	config_free(config);
}

/* --- files ------------------------------------------------------------------------ */

static void files(void **state)
{
	char name[] = "/tmp/printportd-config-XXXXXX", fifo[64];
	int fd = mkstemp(name);
	struct config_error error;
	struct config *config;

	(void)state;
	assert_int_equal(write(fd, "[daemon]\n", 9), 9);
	assert_int_equal(config_load(name, languages, &config, &error), 0);
	config_free(config);
	assert_int_equal(ftruncate(fd, CONFIG_FILE_MAX + 1), 0);
	assert_int_equal(config_load(name, languages, &config, &error), -EINVAL);
	assert_non_null(strstr(error.text, "the file has more"));
	close(fd);
	unlink(name);
	assert_int_equal(config_load(name, languages, &config, &error), -ENOENT);

	snprintf(fifo, sizeof(fifo), "%s.fifo", name);
	assert_int_equal(mkfifo(fifo, 0600), 0);
	assert_int_equal(config_load(fifo, languages, &config, &error), -ENOTSUP);
	unlink(fifo);
	assert_int_equal(config_load("/dev/zero", languages, &config, &error), -ENOTSUP);
	assert_int_equal(config_load("/tmp", languages, &config, &error), -ENOTSUP);
}

/* --- at random -------------------------------------------------------------------- */

static void survives_damage(void **state)
{
	struct config_error error;
	struct config *config;
	char text[sizeof(ports)];
	unsigned int i, j;

	(void)state;
	srandom(7);
	for (i = 0; i < 20000; i++) {
		size_t len = random() % sizeof(ports);

		memcpy(text, ports, len);
		for (j = 0; len && j < i % 5; j++)
			text[random() % len] = random();
		if (!parse(text, len, &config, &error)) {
			config_choice(config, "printport4", &fits[2].id);
			config_free(config);
		} else {
			assert_true(*error.text);
		}
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(refuses),
		cmocka_unit_test(refuses_nul),
		cmocka_unit_test(refuses_too_long),
		cmocka_unit_test(refuses_too_many),
		cmocka_unit_test(empty_gives_presets),
		cmocka_unit_test(options_count),
		cmocka_unit_test(first_section_that_fits),
		cmocka_unit_test(files),
		cmocka_unit_test(survives_damage),
	};

	return run_and_sum_up("config", tests);
}
