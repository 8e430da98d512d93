// SPDX-License-Identifier: GPL-2.0-or-later
/* Which language a port gets, and what printers say of themselves. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "choose.h"
#include "languages.h"
#include "summary.h"
#include "text.h"

/* --- device ids ------------------------------------------------------------------- */

static const struct {
	const char *text;
	struct device_id id;
} ids[] = {
	{ "MFG:HP;MDL:LaserJet 4;CMD:PCL,PJL;SN:17;",
	  { "HP", "LaserJet 4", "17", "PCL,PJL" } },
	{ "MANUFACTURER:HP;MODEL:X;COMMAND SET:PJL;SERIALNUMBER:1",
	  { "HP", "X", "1", "PJL" } },
	{ "mfg:HP;Mdl:X;command set:PJL;sern:1", { "HP", "X", "1", "PJL" } },
	{ " MFG : HP ; MDL:\tX ", { "HP", "X", "", "" } },
	{ "MFG:HP;MFG:Evil;MANUFACTURER:Evil", { "HP", "", "", "" } },
	{ "MFG:;MFG:HP", { "HP", "", "", "" } },
	{ "MDL:a:b:c;", { "", "a:b:c", "", "" } },
	{ "", { "", "", "", "" } },
	{ ";;;;:;:;:x;x", { "", "", "", "" } },
	{ "MFG", { "", "", "", "" } },
	{ "MFG:", { "", "", "", "" } },
	{ "XMFG:HP;MFGX:HP;MF:HP", { "", "", "", "" } },
	{ "MFG:a\x01\x1b[31m\x7f\nb", { "a??[31m??b", "", "", "" } },
	{ "MDL:%s%n%n;CMD:../../etc/passwd", { "", "%s%n%n", "", "../../etc/passwd" } },
	{ "MFG:\xff\xfe\x80", { "\xff\xfe\x80", "", "", "" } },
};

static void device_ids(void **state)
{
	struct device_id id;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(ids) / sizeof(ids[0]); i++) {
		device_id_parse(&id, ids[i].text);
		assert_string_equal(id.manufacturer, ids[i].id.manufacturer);
		assert_string_equal(id.model, ids[i].id.model);
		assert_string_equal(id.serial, ids[i].id.serial);
		assert_string_equal(id.command_set, ids[i].id.command_set);
	}
}

/* "...,PJLWHATEVER" must not become PJL by being cut. */
static void long_command_set(void **state)
{
	char text[1024] = "CMD:";
	struct device_id id;
	size_t i;

	(void)state;
	for (i = 4; i < 4 + DEVICE_ID_VALUE_SIZE - 1 - 4; i++)
		text[i] = 'x';
	strcpy(text + i, ",PJLWHATEVER,PCL;MFG:HP");
	device_id_parse(&id, text);
	assert_null(strstr(id.command_set, "PJL"));
	assert_int_equal(strlen(id.command_set), DEVICE_ID_VALUE_SIZE - 1 - 4);
	assert_string_equal(id.manufacturer, "HP");

	memset(text + 4, 'x', sizeof(text) - 5);
	device_id_parse(&id, text);
	assert_string_equal(id.command_set, "");

	memcpy(text, "MDL:", 4);
	device_id_parse(&id, text);
	assert_int_equal(strlen(id.model), DEVICE_ID_VALUE_SIZE - 1);
}

static void random_device_ids(void **state)
{
	static const char letters[] = "MFGMDLCMDSN:;;::,, \t\x01\xff*?";
	struct device_id id;
	char *text;
	int i;

	(void)state;
	srandom(5);
	for (i = 0; i < 20000; i++) {
		size_t len = random() % 700, j;

		text = malloc(len + 1);
		for (j = 0; j < len; j++)
			text[j] = letters[random() % (sizeof(letters) - 1)];
		text[len] = '\0';
		device_id_parse(&id, text);
		assert_true(strlen(id.command_set) < DEVICE_ID_VALUE_SIZE);
		free(text);
	}
}

/* --- the choice ------------------------------------------------------------------- */

#define HP	"MFG:HP;MDL:LaserJet;CMD:PCL,PJL;"
#define STAR	"MFG:Star;MDL:TSP;"

static const struct {
	const char *config;
	const char *id;
	const struct language *language;
	bool probe;
} choices[] = {
	{ "", HP, &language_pjl, false },
	{ "", "MFG:EPSON;CMD:ESC/POS", &language_escpos, false },
	{ "", "MFG:EPSON;CMD:PJL", &language_pjl, false },
	{ "", STAR, &language_raw, false },
	{ "", "", &language_raw, false },
	{ "", "CMD:;MFG:;;;CMD:%n", &language_raw, false },
	{ "[daemon]\nprobe = yes\n", STAR, &language_pjl, true },
	{ "[daemon]\nprobe = yes\n", HP, &language_pjl, false },
	{ "[daemon]\nlanguage = none\n", HP, NULL, false },
	{ "[daemon]\nlanguage = none\nprobe = yes\n", STAR, NULL, false },
	{ "[daemon]\nlanguage = escpos\nprobe = yes\n", HP, &language_escpos, false },
	{ "[daemon]\nlanguage = none\n[port printport0]\nlanguage = auto\n", HP,
	  &language_pjl, false },
	{ "[port printport0]\nlanguage = raw\n", HP, &language_raw, false },
	{ "[port printport1]\nlanguage = raw\n", HP, &language_pjl, false },
	{ "[port s]\nmatch-manufacturer = st*\nprobe = yes\n", STAR, &language_pjl, true },
	{ "[port s]\nmatch-manufacturer = st*\nprobe = yes\n", "MFG:Stor",
	  &language_pjl, true },
	{ "[port s]\nmatch-manufacturer = st*\nprobe = yes\n", "MFG:Sony",
	  &language_raw, false },
};

static const struct config_choice nothing;

static void choose(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(choices) / sizeof(choices[0]); i++) {
		struct config_error error;
		struct config *config;
		struct device_id id;
		struct choice choice;

		assert_int_equal(config_parse(choices[i].config, strlen(choices[i].config),
					      languages, &config, &error), 0);
		device_id_parse(&id, choices[i].id);
		choice = choose_language(config, &nothing, "printport0", &id, languages);
		if (choice.language != choices[i].language ||
		    choice.probe != choices[i].probe || choice.fallback != &language_raw)
			fail_msg("%zu: %s%s", i, choice.language ? choice.language->name :
				 "none", choice.probe ? ", probe" : "");
		assert_non_null(choice.why);
		config_free(config);
	}
}

/* What the port's own file says wins, each key by itself. */
static const struct {
	const char *config;
	struct config_choice own;
	const char *id;
	const struct language *language;
	bool probe;
} owns[] = {
	{ "[daemon]\nlanguage = raw\n", { CONFIG_LANGUAGE_NAMED, &language_escpos, 0 }, HP,
	  &language_escpos, false },
	{ "[port printport0]\nlanguage = raw\n", { CONFIG_LANGUAGE_AUTO, NULL, 0 }, HP,
	  &language_pjl, false },
	{ "[port printport0]\nlanguage = pjl\n", { CONFIG_LANGUAGE_NONE, NULL, 0 }, HP,
	  NULL, false },
	{ "[daemon]\nprobe = yes\n", { 0, NULL, CONFIG_SWITCH_NO }, STAR,
	  &language_raw, false },
	{ "", { 0, NULL, CONFIG_SWITCH_YES }, STAR, &language_pjl, true },
	{ "[daemon]\nlanguage = none\n", { 0, NULL, CONFIG_SWITCH_YES }, STAR, NULL, false },
	{ "[daemon]\nlanguage = raw\n", { 0, NULL, 0 }, HP, &language_raw, false },
};

static void own_file(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(owns) / sizeof(owns[0]); i++) {
		struct config_error error;
		struct config *config;
		struct device_id id;
		struct choice choice;

		assert_int_equal(config_parse(owns[i].config, strlen(owns[i].config),
					      languages, &config, &error), 0);
		device_id_parse(&id, owns[i].id);
		choice = choose_language(config, &owns[i].own, "printport0", &id, languages);
		if (choice.language != owns[i].language || choice.probe != owns[i].probe)
			fail_msg("%zu: %s%s", i, choice.language ? choice.language->name :
				 "none", choice.probe ? ", probe" : "");
		config_free(config);
	}
}

/* --- text ------------------------------------------------------------------------- */

static const struct {
	const char *pattern;
	const char *text;
	bool matches;
} globs[] = {
	{ "", "", true }, { "", "a", false }, { "*", "", true }, { "*", "abc", true },
	{ "a", "A", true }, { "abc", "ab", false }, { "ab", "abc", false },
	{ "a*c", "abc", true }, { "a*c", "ac", true }, { "a*c", "abcd", false },
	{ "a*c", "abcac", true }, { "?", "", false }, { "?", "x", true }, { "??", "x", false },
	{ "*?", "", false }, { "**a**", "bab", true }, { "*ab*ab", "abab", true },
	{ "*ab*ab", "ab", false }, { "[a]", "a", false }, { "[a]", "[A]", true },
	{ "\\*", "*", false }, { "TM-*", "tm-t88", true }, { "*.*", "a.b.c", true },
};

static void glob(void **state)
{
	char pattern[256], text[256];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(globs) / sizeof(globs[0]); i++)
		if (text_glob(globs[i].pattern, globs[i].text) != globs[i].matches)
			fail_msg("%s on %s", globs[i].pattern, globs[i].text);

	/* Would take for ever if each star were tried at each place. */
	for (i = 0; i < 240; i += 2)
		memcpy(pattern + i, "*a", 3);
	strcpy(pattern + i, "b");
	memset(text, 'a', 255);
	text[255] = '\0';
	assert_false(text_glob(pattern, text));
}

static const struct {
	const char *from;
	const char *to;
} utf8[] = {
	{ "", "" }, { "plain", "plain" }, { "gr\xc3\xbc\xc3\x9f", "gr\xc3\xbc\xc3\x9f" },
	{ "\xe2\x82\xac\xf0\x9f\x96\xa8", "\xe2\x82\xac\xf0\x9f\x96\xa8" },
	{ "\xfc", "\xef\xbf\xbd" }, { "\xc3", "\xef\xbf\xbd" },
	{ "\xc0\x80", "\xef\xbf\xbd\xef\xbf\xbd" },
	{ "\xed\xa0\x80", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd" },
	{ "\xe0\x80\x80", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd" },
	{ "\xf4\x90\x80\x80", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd" },
	{ "\xf0\x80\x80\x80", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd" },
	{ "a\x80z", "a\xef\xbf\xbdz" },
	{ "\xe2\x82z", "\xef\xbf\xbd\xef\xbf\xbdz" },
};

static void clean_utf8(void **state)
{
	char out[TEXT_UTF8_SIZE(32)];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(utf8) / sizeof(utf8[0]); i++) {
		size_t len = strlen(utf8[i].from);
		char *from = malloc(len ? len : 1);

		memcpy(from, utf8[i].from, len);
		assert_int_equal(text_to_utf8(from, len, out), strlen(utf8[i].to));
		assert_string_equal(out, utf8[i].to);
		free(from);
	}
	assert_int_equal(text_to_utf8("a\0b", 3, out), 3);
	assert_memory_equal(out, "a\0b", 4);
}

static void numbers(void **state)
{
	unsigned int value = 7;

	(void)state;
	assert_int_equal(text_number("", &value), -EINVAL);
	assert_int_equal(text_number("1x", &value), -EINVAL);
	assert_int_equal(text_number(" 1", &value), -EINVAL);
	assert_int_equal(text_number("4294967296", &value), -ERANGE);
	assert_int_equal(text_number("99999999999999999999999999", &value), -ERANGE);
	assert_int_equal(value, 7);
	assert_int_equal(text_number("4294967295", &value), 0);
	assert_int_equal(value, 4294967295U);
	assert_int_equal(text_number("007", &value), 0);
	assert_int_equal(value, 7);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(device_ids),
		cmocka_unit_test(long_command_set),
		cmocka_unit_test(random_device_ids),
		cmocka_unit_test(choose),
		cmocka_unit_test(own_file),
		cmocka_unit_test(glob),
		cmocka_unit_test(clean_utf8),
		cmocka_unit_test(numbers),
	};

	return run_and_sum_up("choose", tests);
}
