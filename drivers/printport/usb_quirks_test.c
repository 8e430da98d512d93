// SPDX-License-Identifier: GPL-2.0-only
/* Unit tests of printport_usb: a module of its own, which needs that one. */
#include <kunit/test.h>
#include <linux/module.h>

#include "usb.h"

#define UNTOUCHED	0x100u

struct quirks_case {
	const char *text;
	int ret;
	unsigned int want;	/* of 04b8:0202 */
};

static const struct quirks_case quirks_cases[] = {
	{ "", 0, UNTOUCHED },
	{ "04b8:0202:unidirectional", 0, PRINTPORT_USB_Q_UNIDIR },
	{ "4b8:202:vendor-class", 0, PRINTPORT_USB_Q_VENDOR_CLASS },
	{ "04B8:0202:no-status", 0, PRINTPORT_USB_Q_NO_STATUS },
	{ "04b8:0202:no-id", 0, PRINTPORT_USB_Q_NO_ID },
	{ "04b8:0202:none", 0, 0 },
	{ "04b8:0202:no-id+no-status", 0,
	  PRINTPORT_USB_Q_NO_ID | PRINTPORT_USB_Q_NO_STATUS },
	{ "1:2:no-id", 0, UNTOUCHED },
	{ "1:2:no-id,04b8:0202:no-status", 0, PRINTPORT_USB_Q_NO_STATUS },
	{ "04b8:0202:no-status,1:2:no-id", 0, PRINTPORT_USB_Q_NO_STATUS },
	{ "04b8:0202:no-status,04b8:0202:none", 0, 0 },
	{ "04b8:0203:no-id,04b9:0202:no-id", 0, UNTOUCHED },
	{ "04b8", -EINVAL },
	{ "04b8:0202", -EINVAL },
	{ "04b8:0202:", -EINVAL },
	{ "04b8:0202:no", -EINVAL },
	{ "04b8:0202:no-ids", -EINVAL },
	{ "04b8:0202:no-id+", -EINVAL },
	{ "04b8:0202:no-id,", -EINVAL },
	{ "04b8:0202:no-id;1:2:no-id", -EINVAL },
	{ "004b8:0202:no-id", -EINVAL },
	{ "04b8:02 2:no-id", -EINVAL },
	{ ":0202:no-id", -EINVAL },
	{ "04g8:0202:no-id", -EINVAL },
	{ ",", -EINVAL },
	{ "::", -EINVAL },
};

static void quirks_name(const struct quirks_case *quirks, char *name)
{
	snprintf(name, KUNIT_PARAM_DESC_SIZE, "\"%s\"", quirks->text);
}

KUNIT_ARRAY_PARAM(quirks, quirks_cases, quirks_name);

static void the_parameter_is_understood(struct kunit *test)
{
	const struct quirks_case *quirks = test->param_value;
	unsigned int got = UNTOUCHED;

	KUNIT_EXPECT_EQ(test, printport_usb_quirks_parse(quirks->text, 0x04b8, 0x0202, &got),
			quirks->ret);
	if (!quirks->ret)
		KUNIT_EXPECT_EQ(test, got, quirks->want);
}

static void the_table_is_looked_up(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, printport_usb_quirks(0x04b8, 0x0202),
			(unsigned int)PRINTPORT_USB_Q_VENDOR_CLASS);
	KUNIT_EXPECT_EQ(test, printport_usb_quirks(0x03f0, 0x0004),
			(unsigned int)PRINTPORT_USB_Q_UNIDIR);
	KUNIT_EXPECT_EQ(test, printport_usb_quirks(0x03f0, 0x0005), 0u);
	KUNIT_EXPECT_EQ(test, printport_usb_quirks(0, 0), 0u);
}

static struct kunit_case quirks_test_cases[] = {
	KUNIT_CASE_PARAM(the_parameter_is_understood, quirks_gen_params),
	KUNIT_CASE(the_table_is_looked_up),
	{}
};

static struct kunit_suite printport_usb_quirks_suite = {
	.name = "printport_usb_quirks",
	.test_cases = quirks_test_cases,
};

kunit_test_suites(&printport_usb_quirks_suite);

MODULE_DESCRIPTION("Unit tests of printport_usb");
MODULE_AUTHOR("The printport developers");
MODULE_LICENSE("GPL");
