// SPDX-License-Identifier: GPL-2.0-or-later
/* The stable names of ports, of what printers say of themselves. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "identity.h"
#include "summary.h"

#define ALLOWED	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789#+.:=@_-"

/* --- ids -------------------------------------------------------------------------- */

static const struct {
	struct identity_source source;
	const char *id;
} ids[] = {
	{ { "usb", .device_id = "MFG:Acme;MDL:Mono 1;SN:X42;" }, "usb-Acme_Mono_1_X42" },
	{ { "parport", .device_id = "MFG:Acme;MDL:Mono 1;SN:X42;" },
	  "parallel-Acme_Mono_1_X42" },
	{ { "sim", .device_id = "MANUFACTURER:A;MODEL:B;SERIALNUMBER:C1;" }, "sim-A_B_C1" },
	{ { "other", .device_id = "MFG:A;MDL:B;SN:C1;" }, "" },
	{ { .device_id = "MFG:A;MDL:B;SN:C1;" }, "" },
	/* a manufacturer that the model says */
	{ { "usb", .device_id = "MFG:Acme;MDL:Acme Mono;SN:C1;" }, "usb-Acme_Mono_C1" },
	{ { "usb", .device_id = "MFG:ACME;MDL:acme-Mono;SN:C1;" }, "usb-acme-Mono_C1" },
	{ { "usb", .device_id = "MFG:Acme;MDL:Acmeter;SN:C1;" }, "usb-Acme_Acmeter_C1" },
	{ { "usb", .device_id = "MFG:Acme;MDL:Acme;SN:C1;" }, "usb-Acme_C1" },
	/* what the bus knows */
	{ { "usb", .device_id = "", .vendor = "Acme", .model = "Mono",
	    .serial = "C1" },
	  "usb-Acme_Mono_C1" },
	{ { "usb", .device_id = "MFG:Own;", .vendor = "Acme", .model = "Mono",
	    .serial = "C1" },
	  "usb-Own_Mono_C1" },
	{ { "usb", .vendor_id = "1d6b", .model_id = "0104", .serial = "C1" },
	  "usb-1d6b_0104_C1" },
	{ { "usb", .serial = "C1" }, "usb-unknown_C1" },
	{ { "usb", .device_id = "MFG:A;MDL:B;SN:C1;", .serial = "D2" }, "usb-A_B_C1" },
	{ { "usb", .device_id = "MFG:A;MDL:B;SN:0000;", .serial = "D2" }, "usb-A_B_D2" },
	{ { "usb", .device_id = "MFG:A;MDL:B;SN:0000;", .serial = "none" }, "" },
	/* what has no place in a name */
	{ { "usb", .device_id = "MFG:../..;MDL:/;SN:a/b;" }, "usb-.._.._a_b" },
	{ { "usb", .device_id = "MFG:$(x);MDL:\"`'\\;SN:a  b;" }, "usb-x_a_b" },
	{ { "usb", .device_id = "MFG:\xc3\xbc;MDL:M\xff;SN:c1" }, "usb-M_c1" },
	{ { "usb", .device_id = "MFG:A\nB=C;MDL:D\tF;SN:c1" }, "usb-A_B=C_D_F_c1" },
	{ { "usb", .device_id = "MFG:__A__;MDL:_B_;SN:_c1_" }, "usb-A_B_c1" },
};

static void make_ids(void **state)
{
	struct identity identity;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(ids) / sizeof(ids[0]); i++) {
		identity_make(&identity, &ids[i].source);
		assert_string_equal(identity.id, ids[i].id);
		assert_true(*identity.id || identity.no_id || !ids[i].source.transport ||
			    !strcmp(ids[i].source.transport, "other"));
	}
}

/* A part too long is cut, but never the serial number. */
static void long_ids(void **state)
{
	char text[1100], name[1000], serial[66];
	struct identity_source source = { .transport = "parport", .device_id = text };
	struct identity identity;

	(void)state;
	memset(name, 'x', sizeof(name));
	snprintf(serial, sizeof(serial), "%.62sYZ", name);
	snprintf(text, sizeof(text), "MFG:%.300s;MDL:y%.300s;SN:%s;", name, name, serial);
	identity_make(&identity, &source);
	assert_int_equal(strlen(identity.id), IDENTITY_NAME_MAX);
	assert_string_equal(identity.id + IDENTITY_NAME_MAX - strlen(serial), serial);

	snprintf(text, sizeof(text), "MFG:A;MDL:B;SN:%sZ;", serial);
	identity_make(&identity, &source);
	assert_string_equal(identity.id, "");
}

/* --- serial numbers --------------------------------------------------------------- */

static const struct {
	const char *serial;
	bool believed;
} serials[] = {
	{ "X42", true }, { "42", true }, { "VNB3K12345", true }, { "CN 12/34", true },
	{ "1234567899", true }, { "0123456789ABCDEG", true }, { "123", true },
	{ "nonesuch", true }, { "00000001", true },
	{ "", false }, { "X", false }, { "00", false }, { "0000000000", false },
	{ "....", false }, { "FFFFFFFF", false }, { "0-0-0", false }, { "None", false },
	{ "UNKNOWN", false }, { "N/A", false }, { "Serial Number", false },
	{ "0123456789ABCDEF", false }, { "0123456789abcdef", false },
	{ "123456789", false },
	{ "1234567890", false }, { "12345678", false }, { "A?B", false },
	{ "A\x01\x02", false },
	{ "\xc3\xbc\xc3\xb6", false }, { "A\nB", false },
};

static void believe(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(serials) / sizeof(serials[0]); i++)
		if (identity_believes_serial(serials[i].serial) != serials[i].believed)
			fail_msg("\"%s\"", serials[i].serial);
}

/* --- places ----------------------------------------------------------------------- */

static const struct {
	struct identity_source source;
	const char *path;
} paths[] = {
	{ { "usb", .place = "pci-0000:00:14.0-usb-0:1:1.0" }, "pci-0000:00:14.0-usb-0:1:1.0" },
	{ { "sim", .place = "platform-printport_sim.a_b" }, "platform-printport_sim.a_b" },
	{ { "parport", .parport = "parport0" }, "parallel-parport0" },
	{ { "parport", .parport = "parport0", .place = "pnp-x" }, "parallel-parport0" },
	{ { "usb", .place = NULL }, "" },
	{ { "usb", .place = "" }, "" },
	{ { "usb", .place = "../x" }, "" },
	{ { "usb", .place = "x/../../y" }, "x_.._.._y" },
};

static void make_paths(void **state)
{
	char text[IDENTITY_NAME_MAX + 2];
	struct identity_source source = { "usb", .place = text };
	struct identity identity;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		identity_make(&identity, &paths[i].source);
		assert_string_equal(identity.path, paths[i].path);
	}
	/* Cut it would be another place. */
	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	identity_make(&identity, &source);
	assert_string_equal(identity.path, "");
	text[IDENTITY_NAME_MAX] = '\0';
	identity_make(&identity, &source);
	assert_string_equal(identity.path, text);
}

/* --- anything at all -------------------------------------------------------------- */

static void check_name(const char *name)
{
	assert_true(strlen(name) <= IDENTITY_NAME_MAX);
	assert_int_equal(strspn(name, ALLOWED), strlen(name));
	assert_null(strchr("._-", *name) && *name ? name : NULL);
}

static void random_text(char *text, size_t size)
{
	static const char *const pieces[] = {
		"MFG:", "MDL:", "SN:", "SERN:", ";", ":", "/", "..", "\n", "$", "%", "=", "\"",
		" ", "_", "\xc3\xbc", "A", "b", "7", "\x1b[", "MANUFACTURER:", "X42",
	};
	size_t len = 0, n;
	const char *piece;

	size = 1 + rand() % size;
	for (;;) {
		char c[2] = { (char)(1 + rand() % 255), '\0' };

		piece = rand() % 4 ? pieces[rand() % (sizeof(pieces) / sizeof(pieces[0]))] : c;
		n = strlen(piece);
		if (len + n >= size)
			break;
		memcpy(text + len, piece, n);
		len += n;
	}
	text[len] = '\0';
}

static void random_ids(void **state)
{
	char id[1100], vendor[300], serial[300], place[300];
	struct identity_source source = {
		"usb", .device_id = id, .vendor = vendor, .serial = serial, .place = place,
	};
	struct identity identity;
	int i;

	(void)state;
	srand(1);
	for (i = 0; i < 20000; i++) {
		random_text(id, sizeof(id));
		random_text(vendor, sizeof(vendor));
		random_text(serial, sizeof(serial));
		random_text(place, sizeof(place));
		identity_make(&identity, &source);
		check_name(identity.id);
		check_name(identity.path);
		assert_true(!*identity.id || !strncmp(identity.id, "usb-", 4));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(make_ids),
		cmocka_unit_test(long_ids),
		cmocka_unit_test(believe),
		cmocka_unit_test(make_paths),
		cmocka_unit_test(random_ids),
	};

	return run_and_sum_up("identity", tests);
}
