// SPDX-License-Identifier: GPL-2.0-only
#include <linux/slab.h>
#include <linux/string.h>

#include "fake_transport.h"

static struct ieee1284_id *parsed(struct kunit *test, const void *raw, size_t len)
{
	struct ieee1284_id *id = kunit_kzalloc(test, sizeof(*id), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, id);
	/* "Every member is set" has to be the parser's doing. */
	memset(id, 'x', sizeof(*id));
	ieee1284_id_parse(id, raw, len);
	return id;
}

struct id_case {
	const char *name;
	const char *raw;
	size_t len;	/* 0: up to the NUL */
	struct {
		const char *mfg;
		const char *mdl;
		const char *sn;
		const char *cmd;
		const char *cls;
		const char *des;
	} want;
};

#define RAW(text)	.raw = text, .len = sizeof(text) - 1

static const struct id_case id_cases[] = {
	{ .name = "short spellings",
	  RAW("MFG:A;MDL:B;SN:C;CMD:D;CLS:E;DES:F;"),
	  .want = { "A", "B", "C", "D", "E", "F" } },
	{ .name = "long spellings",
	  .raw =
	  "MANUFACTURER:A;MODEL:B;SERIALNUMBER:C;COMMAND SET:D;CLASS:E;DESCRIPTION:F;",
	  .want = { "A", "B", "C", "D", "E", "F" } },
	{ .name = "SERN is a serial number too", RAW("SERN:123;"), .want = { .sn = "123" } },
	{ .name = "keys in any case", RAW("mfg:A;Model:B;cMd:C"),
	  .want = { "A", "B", NULL, "C" } },
	{ .name = "values keep their case", RAW("MFG:aBc;"), .want = { "aBc" } },
	{ .name = "of a key twice the first counts", RAW("MFG:first;MFG:second;"),
	  .want = { "first" } },
	{ .name = "of two spellings the first counts",
	  RAW("MANUFACTURER:first;MFG:second;"), .want = { "first" } },
	{ .name = "an empty value leaves the place to the next", RAW("MFG:;MFG:A;"),
	  .want = { "A" } },
	{ .name = "unknown keys are passed over", RAW("VID:1;MFG:A;PID:2;"),
	  .want = { "A" } },
	{ .name = "a key that merely begins alike is unknown", RAW("MFGX:A;MF:B;MODELS:C"),
	  .want = {} },
	{ .name = "fields that are missing are empty", RAW("MDL:B;"),
	  .want = { .mdl = "B" } },
	{ .name = "empty", RAW(""), .want = {} },
	{ .name = "only semicolons", RAW(";;;;"), .want = {} },
	{ .name = "only a colon", RAW(":"), .want = {} },
	{ .name = "a value without a key", RAW(":A;MFG:B"), .want = { "B" } },
	{ .name = "no semicolon at the end", RAW("MFG:A;MDL:B"), .want = { "A", "B" } },
	{ .name = "no semicolon at all", RAW("MFG:A MDL:B"), .want = { "A MDL:B" } },
	{ .name = "no colon", RAW("MFG=A,MDL=B"), .want = {} },
	{ .name = "a colon in the value belongs to it", RAW("DES:a:b:c;"),
	  .want = { .des = "a:b:c" } },
	{ .name = "an embedded NUL ends the id", RAW("MFG:A;MDL:B\0C;SN:D;"),
	  .want = { "A", "B" } },
	{ .name = "spaces around keys and values", RAW("  MFG :  A b ; \tMDL\r\n: B\t;"),
	  .want = { "A b", "B" } },
	{ .name = "newlines between fields", RAW("MFG:A;\r\nMDL:B;\r\n"),
	  .want = { "A", "B" } },
	{ .name = "newlines inside a value", RAW("MFG:A\nACTION=remove;"),
	  .want = { "A?ACTION=remove" } },
	{ .name = "control characters", RAW("MFG:\x01\x1b[2J\x7f!;"),
	  .want = { "??[2J?!" } },
	{ .name = "UTF-8 of two, three and four bytes",
	  RAW("MFG:\xc3\xa9;MDL:\xe2\x82\xac;SN:\xf0\x9f\x96\xa8;"),
	  .want = { "\xc3\xa9", "\xe2\x82\xac", "\xf0\x9f\x96\xa8" } },
	{ .name = "Latin-1 is not UTF-8", RAW("MFG:Fran\347ais;"),
	  .want = { "Fran?ais" } },
	{ .name = "a lone continuation byte", RAW("MFG:a\x80z;"), .want = { "a?z" } },
	{ .name = "overlong UTF-8", RAW("MFG:\xc0\xaf\xe0\x80\xaf;"),
	  .want = { "?????" } },
	{ .name = "UTF-8 surrogates", RAW("MFG:\xed\xa0\x80;"), .want = { "???" } },
	{ .name = "UTF-8 beyond the last character", RAW("MFG:\xf4\x90\x80\x80;"),
	  .want = { "????" } },
	{ .name = "C1 control characters", RAW("MFG:a\302\23331m;"),
	  .want = { "a??31m" } },
	{ .name = "a character cut by the semicolon", RAW("MFG:a\xe2\x82;MDL:B;"),
	  .want = { "a??", "B" } },
	{ .name = "a character cut by the end", RAW("MFG:a\xf0\x9f\x96"),
	  .want = { "a???" } },
	{ .name = "HP LaserJet",
	  .raw =
	  "MFG:Hewlett-Packard;CMD:PJL,PML,PCLXL,POSTSCRIPT,PCL;1284.4DL:4d,4e,1;MDL:HP LaserJet 4250;CLS:PRINTER;DES:Hewlett-Packard LaserJet 4250;MEM:MEM=55MB;COMMENT:RES=1200x1;",
	  .want = { "Hewlett-Packard", "HP LaserJet 4250", NULL,
		    "PJL,PML,PCLXL,POSTSCRIPT,PCL", "PRINTER",
		    "Hewlett-Packard LaserJet 4250" } },
	{ .name = "EPSON Stylus",
	  .raw =
	  "MFG:EPSON;CMD:ESCPL2,BDC,D4;MDL:Stylus Photo R300;CLS:PRINTER;DES:EPSON Stylus Photo R300;",
	  .want = { "EPSON", "Stylus Photo R300", NULL, "ESCPL2,BDC,D4", "PRINTER",
		    "EPSON Stylus Photo R300" } },
	{ .name = "Brother HL",
	  RAW("MFG:Brother;CMD:PJL,HBP;MDL:HL-2030 series;CLS:PRINTER;"),
	  .want = { "Brother", "HL-2030 series", NULL, "PJL,HBP", "PRINTER" } },
	{ .name = "Zebra label printer",
	  .raw =
	  "MANUFACTURER:Zebra Technologies ;COMMAND SET:ZPL;MODEL:ZTC GK420d;CLASS:PRINTER;OPTIONS:XML;",
	  .want = { "Zebra Technologies", "ZTC GK420d", NULL, "ZPL", "PRINTER" } },
	{ .name = "Star receipt printer",
	  RAW("MFG:Star;CMD:STAR;MDL:TSP143 (STR_T-001);CLS:PRINTER;"),
	  .want = { "Star", "TSP143 (STR_T-001)", NULL, "STAR", "PRINTER" } },
};

KUNIT_ARRAY_PARAM_DESC(id, id_cases, name);

static void an_id_is_taken_apart(struct kunit *test)
{
	const struct id_case *c = test->param_value;
	const struct ieee1284_id *id = parsed(test, c->raw, c->len ?: strlen(c->raw));

	KUNIT_EXPECT_STREQ(test, id->manufacturer, c->want.mfg ?: "");
	KUNIT_EXPECT_STREQ(test, id->model, c->want.mdl ?: "");
	KUNIT_EXPECT_STREQ(test, id->serial, c->want.sn ?: "");
	KUNIT_EXPECT_STREQ(test, id->command_set, c->want.cmd ?: "");
	KUNIT_EXPECT_STREQ(test, id->device_class, c->want.cls ?: "");
	KUNIT_EXPECT_STREQ(test, id->description, c->want.des ?: "");
}

static void the_whole_id_is_one_clean_line(struct kunit *test)
{
	static const char raw[] = "  MFG:A;\nMDL:\x1b;\xff \r\n";

	KUNIT_EXPECT_STREQ(test, parsed(test, raw, sizeof(raw) - 1)->text,
			   "MFG:A;?MDL:?;?");
}

/* An id whose value of @len bytes consists of @character. */
static char *long_id(struct kunit *test, const char *key, const char *character,
		     size_t len)
{
	size_t size = strlen(character), at = strlen(key);
	char *raw = kunit_kzalloc(test, at + len + size + 1, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, raw);
	memcpy(raw, key, at);
	for (len += at; at < len; at += size)
		memcpy(raw + at, character, size);
	return raw;
}

static void a_value_that_is_too_long_is_cut(struct kunit *test)
{
	const char *raw = long_id(test, "MFG:", "A", 100);
	const struct ieee1284_id *id = parsed(test, raw, strlen(raw));

	KUNIT_EXPECT_EQ(test, strlen(id->manufacturer), sizeof(id->manufacturer) - 1);
}

static void a_value_that_just_fits_is_whole(struct kunit *test)
{
	struct ieee1284_id *id;
	const char *raw;

	raw = long_id(test, "MFG:", "A", sizeof(id->manufacturer) - 1);
	id = parsed(test, raw, strlen(raw));
	KUNIT_EXPECT_STREQ(test, id->manufacturer, raw + strlen("MFG:"));
}

static void a_cut_never_splits_a_character(struct kunit *test)
{
	/* 63 bytes: fifteen characters of four fit, and three bytes stay free. */
	const char *raw = long_id(test, "MFG:", "\xf0\x9f\x96\xa8", 100);
	const struct ieee1284_id *id = parsed(test, raw, strlen(raw));

	KUNIT_EXPECT_EQ(test, strlen(id->manufacturer), 60);
}

static void the_whole_id_is_cut_at_a_character_too(struct kunit *test)
{
	const char *raw = long_id(test, "MFG:", "\xf0\x9f\x96\xa8", 2000);
	const struct ieee1284_id *id = parsed(test, raw, strlen(raw));

	KUNIT_EXPECT_EQ(test, strlen(id->text), 1020);
}

static void a_field_after_a_long_one_is_found(struct kunit *test)
{
	char *raw = long_id(test, "DES:", "A", 3000);
	const struct ieee1284_id *id;

	memcpy(raw + 2000, ";MFG:B;", 7);
	id = parsed(test, raw, 3000);
	KUNIT_EXPECT_STREQ(test, id->manufacturer, "B");
}

static void what_lies_beyond_4096_bytes_is_not_looked_at(struct kunit *test)
{
	char *raw = long_id(test, "DES:", "A", 5000);
	const struct ieee1284_id *id;

	memcpy(raw + IEEE1284_ID_MAX, ";MFG:B;", 7);
	id = parsed(test, raw, 5000);
	KUNIT_EXPECT_STREQ(test, id->manufacturer, "");
}

/* KASAN watches: the memory ends where the id does. */
static void no_byte_behind_the_end_is_read(struct kunit *test)
{
	static const char id[] = "MFG:A;MDL:\xf0\x9f\x96";
	size_t len;

	for (len = 0; len < sizeof(id); len++) {
		char *raw = kmemdup(id, len, GFP_KERNEL);

		parsed(test, raw, len);
		kfree(raw);
	}
	KUNIT_SUCCEED(test);
}

static void every_byte_value_comes_out_printable(struct kunit *test)
{
	char raw[4 + 255] = "DES:";
	const struct ieee1284_id *id;
	int i;

	for (i = 1; i < 256; i++)
		raw[3 + i] = i == ';' ? ':' : i;
	id = parsed(test, raw, sizeof(raw));
	for (i = 0; id->text[i]; i++)
		if (id->text[i] < 0x20 || id->text[i] == 0x7f)
			break;
	KUNIT_EXPECT_EQ_MSG(test, id->text[i], '\0', "byte %d is not printable", i);
}

static void a_port_shows_the_id_that_its_transport_set(struct kunit *test)
{
	static const char raw[] = "MFG:A;MDL:B;";
	struct printport *port = printport_alloc(NULL, &fake_ops, NULL);

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, port);
	KUNIT_EXPECT_EQ(test, printport_set_device_id(port, raw, sizeof(raw) - 1), 0);
	KUNIT_EXPECT_STREQ(test, port->id.model, "B");
	printport_put(port);
}

static void setting_an_id_again_replaces_it(struct kunit *test)
{
	struct printport *port = printport_alloc(NULL, &fake_ops, NULL);

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, port);
	KUNIT_EXPECT_EQ(test, printport_set_device_id(port, "MFG:A;MDL:B;", 12), 0);
	KUNIT_EXPECT_EQ(test, printport_set_device_id(port, "MFG:C;", 6), 0);
	KUNIT_EXPECT_STREQ(test, port->id.text, "MFG:C;");
	KUNIT_EXPECT_STREQ(test, port->id.model, "");
	printport_put(port);
}

static void the_raw_id_is_kept_up_to_4096_bytes(struct kunit *test)
{
	struct printport *port = printport_alloc(NULL, &fake_ops, NULL);
	const char *raw = long_id(test, "DES:", "A", 5000);

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, port);
	KUNIT_EXPECT_EQ(test, printport_set_device_id(port, raw, 5000), 0);
	KUNIT_EXPECT_EQ(test, port->raw_id_len, (size_t)IEEE1284_ID_MAX);
	printport_put(port);
}

struct frame_case {
	const char *name;
	u8 prefix[2];
	size_t received;
	size_t want;
};

static const struct frame_case frame_cases[] = {
	{ "big endian, counted", { 0, 52 }, 52, 50 },
	{ "big endian, counted, padded", { 0, 52 }, 64, 50 },
	{ "big endian, long", { 2, 44 }, 556, 554 },
	{ "big endian, text only", { 0, 50 }, 52, 50 },
	{ "big endian, text only, long", { 1, 0 }, 258, 256 },
	{ "little endian, counted", { 52, 0 }, 52, 50 },
	{ "little endian, counted, padded", { 52, 0 }, 64, 50 },
	{ "little endian, long", { 44, 2 }, 556, 554 },
	{ "little endian, text only", { 50, 0 }, 52, 50 },
	{ "little endian whose turned length would fit, too", { 44, 1 }, 300, 298 },
	{ "big endian whose turned length would fit, too", { 1, 44 }, 300, 298 },
	{ "the same both ways", { 1, 1 }, 257, 255 },
	{ "cut off", { 4, 0 }, 100, 98 },
	{ "claims 64 KiB", { 0xff, 0xff }, 100, 98 },
	{ "claims nothing", { 0, 0 }, 100, 98 },
	{ "claims less than the length itself", { 0, 1 }, 100, 98 },
	{ "empty", { 0, 2 }, 100, 0 },
	{ "nothing but the length", { 0, 2 }, 2, 0 },
	{ "nothing but a wrong length", { 0, 0 }, 2, 0 },
};

static void frame_name(const struct frame_case *frame, char *name)
{
	strscpy(name, frame->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(frame, frame_cases, frame_name);

static void the_length_before_an_id_is_understood(struct kunit *test)
{
	const struct frame_case *frame = test->param_value;
	u8 *id = kunit_kzalloc(test, frame->received, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, id);
	memcpy(id, frame->prefix, sizeof(frame->prefix));
	KUNIT_EXPECT_EQ(test, printport_device_id_len(id, frame->received), frame->want);
}

/* Whatever a printer says, nothing is read that did not come. */
static void no_length_reaches_beyond_what_came(struct kunit *test)
{
	static const size_t received[] = { 2, 3, 50, 255, 256, 257, 1024, 4096 };
	unsigned int claim, i;

	for (i = 0; i < ARRAY_SIZE(received); i++) {
		for (claim = 0; claim <= U16_MAX; claim++) {
			const u8 id[] = { claim >> 8, claim };

			if (printport_device_id_len(id, received[i]) <= received[i] - 2)
				continue;
			KUNIT_FAIL(test, "%u of %zu", claim, received[i]);
			return;
		}
	}
}

static struct kunit_case ieee1284_id_test_cases[] = {
	KUNIT_CASE_PARAM(the_length_before_an_id_is_understood, frame_gen_params),
	KUNIT_CASE(no_length_reaches_beyond_what_came),
	KUNIT_CASE_PARAM(an_id_is_taken_apart, id_gen_params),
	KUNIT_CASE(the_whole_id_is_one_clean_line),
	KUNIT_CASE(a_value_that_is_too_long_is_cut),
	KUNIT_CASE(a_value_that_just_fits_is_whole),
	KUNIT_CASE(a_cut_never_splits_a_character),
	KUNIT_CASE(the_whole_id_is_cut_at_a_character_too),
	KUNIT_CASE(a_field_after_a_long_one_is_found),
	KUNIT_CASE(what_lies_beyond_4096_bytes_is_not_looked_at),
	KUNIT_CASE(no_byte_behind_the_end_is_read),
	KUNIT_CASE(every_byte_value_comes_out_printable),
	KUNIT_CASE(a_port_shows_the_id_that_its_transport_set),
	KUNIT_CASE(setting_an_id_again_replaces_it),
	KUNIT_CASE(the_raw_id_is_kept_up_to_4096_bytes),
	{}
};

struct kunit_suite printport_ieee1284_id_suite = {
	.name = "printport_ieee1284_id",
	.test_cases = ieee1284_id_test_cases,
};
