// SPDX-License-Identifier: GPL-2.0-only
/*
 * USB printers that need something special: a table of facts, and module parameter
 * quirks, which overrides it for the printers that are plugged in from then on:
 *
 *	quirks=VENDOR:PRODUCT:WORD[+WORD...][,...]
 *
 * with VENDOR and PRODUCT in hexadecimal digits and the words of
 * printport_usb_quirk_name(), or "none".
 */
#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/string.h>

#include "export.h"
#include "usb.h"

static const char *const printport_usb_quirk_names[PRINTPORT_USB_QUIRKS] = {
	"unidirectional", "vendor-class", "no-status", "no-id",
};

static const struct {
	u16 vendor;
	u16 product;
	unsigned int quirks;
} printport_usb_quirk_table[] = {
	/* As drivers/usb/class/usblp.c of Linux 6.1 has them. */
	{ 0x03f0, 0x0004, PRINTPORT_USB_Q_UNIDIR },	/* HP DeskJet 895C */
	{ 0x03f0, 0x0104, PRINTPORT_USB_Q_UNIDIR },	/* HP DeskJet 880C */
	{ 0x03f0, 0x0204, PRINTPORT_USB_Q_UNIDIR },	/* HP DeskJet 815C */
	{ 0x03f0, 0x0304, PRINTPORT_USB_Q_UNIDIR },	/* HP DeskJet 810C/812C */
	{ 0x03f0, 0x0404, PRINTPORT_USB_Q_UNIDIR },	/* HP DeskJet 830C */
	{ 0x03f0, 0x0504, PRINTPORT_USB_Q_UNIDIR },	/* HP DeskJet 885C */
	{ 0x03f0, 0x0604, PRINTPORT_USB_Q_UNIDIR },	/* HP DeskJet 840C */
	{ 0x03f0, 0x0804, PRINTPORT_USB_Q_UNIDIR },	/* HP DeskJet 816C */
	{ 0x03f0, 0x1104, PRINTPORT_USB_Q_UNIDIR },	/* HP Deskjet 959C */
	{ 0x0409, 0xbef4, PRINTPORT_USB_Q_UNIDIR },	/* NEC Picty760 (HP OEM) */
	{ 0x0409, 0xefbe, PRINTPORT_USB_Q_UNIDIR },	/* NEC Picty900 (HP OEM) */
	{ 0x0409, 0xf0be, PRINTPORT_USB_Q_UNIDIR },	/* NEC Picty920 (HP OEM) */
	{ 0x0409, 0xf1be, PRINTPORT_USB_Q_UNIDIR },	/* NEC Picty800 (HP OEM) */
	{ 0x0482, 0x0010, PRINTPORT_USB_Q_UNIDIR },	/* Kyocera Mita FS 820 */
	{ 0x04f9, 0x000d, PRINTPORT_USB_Q_UNIDIR },	/* Brother HL-1440 */
	{ 0x04b8, 0x0202, PRINTPORT_USB_Q_VENDOR_CLASS },	/* Epson receipt M129C */

	/*
	 * As the backend usb of CUPS 2.4.2 has them (org.cups.usb-quirks), single models
	 * only. What it has for all models of a vendor (Star, Zebra, Arkscan) is left out:
	 * here nothing is read unless somebody reads, and those who do want such a
	 * printer's status. "no-reattach", "soft-reset" and "delay-close" are about a
	 * driver that is taken away and given back for each job.
	 */
	{ 0x04a9, 0x1095, PRINTPORT_USB_Q_UNIDIR },	/* Canon PIXMA iP6000D */
	{ 0x04a9, 0x10a2, PRINTPORT_USB_Q_UNIDIR },	/* Canon PIXMA iP4200 */
	{ 0x04a9, 0x10b6, PRINTPORT_USB_Q_UNIDIR },	/* Canon PIXMA iP4300 */
	{ 0x04a9, 0x1702, PRINTPORT_USB_Q_UNIDIR },	/* Canon PIXMA MP410 */
	{ 0x04a9, 0x1703, PRINTPORT_USB_Q_UNIDIR },	/* Canon PIXMA MP430 */
	{ 0x04a9, 0x170b, PRINTPORT_USB_Q_UNIDIR },	/* Canon PIXMA MP450 */
	{ 0x04a9, 0x170c, PRINTPORT_USB_Q_UNIDIR },	/* Canon MP500 */
	{ 0x04a9, 0x1712, PRINTPORT_USB_Q_UNIDIR },	/* Canon MP530 */
	{ 0x04a9, 0x1716, PRINTPORT_USB_Q_UNIDIR },	/* Canon PIXMA MP460 */
	{ 0x04a9, 0x1717, PRINTPORT_USB_Q_UNIDIR },	/* Canon MP510 */
	{ 0x04a9, 0x1721, PRINTPORT_USB_Q_UNIDIR },	/* Canon MP210 */
	{ 0x04a9, 0x1722, PRINTPORT_USB_Q_UNIDIR },	/* Canon MP220 */
	{ 0x04a9, 0x1723, PRINTPORT_USB_Q_UNIDIR },	/* Canon PIXMA MP470 */
	{ 0x04a9, 0x1724, PRINTPORT_USB_Q_UNIDIR },	/* Canon MP520 */
	{ 0x04a9, 0x1728, PRINTPORT_USB_Q_UNIDIR },	/* Canon MX310 */
	{ 0x04a9, 0x1730, PRINTPORT_USB_Q_UNIDIR },	/* Canon MP540 */
	{ 0x04a9, 0x1731, PRINTPORT_USB_Q_UNIDIR },	/* Canon PIXMA MP480 */
	{ 0x04a9, 0x1732, PRINTPORT_USB_Q_UNIDIR },	/* Canon MP240 */
	{ 0x04a9, 0x1733, PRINTPORT_USB_Q_UNIDIR },	/* Canon MP260 */
	{ 0x04a9, 0x1736, PRINTPORT_USB_Q_UNIDIR },	/* Canon MX320 */
	{ 0x04a9, 0x173a, PRINTPORT_USB_Q_UNIDIR },	/* Canon MP250 */
	{ 0x04a9, 0x173b, PRINTPORT_USB_Q_UNIDIR },	/* Canon MP270 */
	{ 0x04a9, 0x173c, PRINTPORT_USB_Q_UNIDIR },	/* Canon PIXMA MP490 */
	{ 0x04a9, 0x173d, PRINTPORT_USB_Q_UNIDIR },	/* Canon MP550 */
	{ 0x04a9, 0x173e, PRINTPORT_USB_Q_UNIDIR },	/* Canon MP560 */
	{ 0x04a9, 0x1746, PRINTPORT_USB_Q_UNIDIR },	/* Canon MP280 */
	{ 0x04a9, 0x1747, PRINTPORT_USB_Q_UNIDIR },	/* Canon PIXMA MP495 */
	{ 0x04a9, 0x1757, PRINTPORT_USB_Q_UNIDIR },	/* Canon PIXMA MP493 */
	{ 0x04a9, 0x175f, PRINTPORT_USB_Q_UNIDIR },	/* Canon MP230 */
	{ 0x04a9, 0x1796, PRINTPORT_USB_Q_UNIDIR },	/* Canon PIXMA G1501 */
	{ 0x04b8, 0x0001, PRINTPORT_USB_Q_UNIDIR },	/* Epson Stylus Color 740 / Photo 750 */
	{ 0x04e8, 0x330f, PRINTPORT_USB_Q_UNIDIR },	/* Samsung ML-2160 */
	{ 0x04f9, 0x000e, PRINTPORT_USB_Q_UNIDIR },	/* Brother HL-1450 */
	{ 0x067b, 0x2305, PRINTPORT_USB_Q_UNIDIR },	/* Prolific PL2305 (cable) */
	{ 0x2730, 0x2008, PRINTPORT_USB_Q_UNIDIR },	/* Citizen CT-S4000 */
};

#define PRINTPORT_USB_QUIRKS_LEN	1024

static char printport_usb_quirks_text[PRINTPORT_USB_QUIRKS_LEN];
static DEFINE_MUTEX(printport_usb_quirks_mutex);	/* the text */

/**
 * printport_usb_quirk_name - the word for a quirk
 * @bit: 0..PRINTPORT_USB_QUIRKS - 1
 *
 * Context: any.
 * Return: the word
 */
const char *printport_usb_quirk_name(unsigned int bit)
{
	return printport_usb_quirk_names[bit];
}

/* The hexadecimal number at *@at, which ends in a colon; behind that is *@at then. */
static int printport_usb_quirks_id(const char **at, u16 *id)
{
	const char *colon = strchr(*at, ':');
	char digits[5];

	if (!colon || colon == *at || colon - *at >= sizeof(digits))
		return -EINVAL;
	strscpy(digits, *at, colon - *at + 1);
	*at = colon + 1;
	return kstrtou16(digits, 16, id);
}

/* The words at *@at, up to a comma or the end. */
static int printport_usb_quirks_words(const char **at, unsigned int *quirks)
{
	*quirks = 0;
	for (;;) {
		size_t len = strcspn(*at, "+,");
		int i = -1;

		if (len != 4 || strncmp(*at, "none", len)) {
			for (i = 0; i < PRINTPORT_USB_QUIRKS; i++)
				if (strlen(printport_usb_quirk_names[i]) == len &&
				    !strncmp(*at, printport_usb_quirk_names[i], len))
					break;
			if (i == PRINTPORT_USB_QUIRKS)
				return -EINVAL;
		}
		if (i >= 0)
			*quirks |= BIT(i);
		*at += len;
		if (**at != '+')
			return 0;
		(*at)++;
	}
}

/**
 * printport_usb_quirks_parse - understand the module parameter
 * @text: its value, without a newline
 * @vendor: idVendor to be looked for
 * @product: idProduct to be looked for
 * @quirks: out: what the text says of them; the last word counts. Untouched if it says
 *	nothing of them
 *
 * Context: any.
 * Return: 0 or -EINVAL.
 */
int printport_usb_quirks_parse(const char *text, u16 vendor, u16 product,
			       unsigned int *quirks)
{
	const char *at = text;

	while (*at) {
		unsigned int found;
		u16 v, p;

		if (printport_usb_quirks_id(&at, &v) || printport_usb_quirks_id(&at, &p) ||
		    printport_usb_quirks_words(&at, &found))
			return -EINVAL;
		if (v == vendor && p == product)
			*quirks = found;
		if (!*at)
			break;
		at++;
		if (!*at)
			return -EINVAL;
	}
	return 0;
}
EXPORT_SYMBOL_FOR_TEST(printport_usb_quirks_parse);

static int printport_usb_quirks_set(const char *value, const struct kernel_param *kp)
{
	size_t len = strcspn(value, "\n");
	unsigned int quirks;
	char *text;
	int err;

	if (len >= PRINTPORT_USB_QUIRKS_LEN)
		return -ENOSPC;
	text = kstrndup(value, len, GFP_KERNEL);
	if (!text)
		return -ENOMEM;
	err = printport_usb_quirks_parse(text, 0, 0, &quirks);
	if (!err) {
		mutex_lock(&printport_usb_quirks_mutex);
		strscpy(printport_usb_quirks_text, text, sizeof(printport_usb_quirks_text));
		mutex_unlock(&printport_usb_quirks_mutex);
	}
	kfree(text);
	return err;
}

static int printport_usb_quirks_get(char *buf, const struct kernel_param *kp)
{
	int len;

	mutex_lock(&printport_usb_quirks_mutex);
	len = sysfs_emit(buf, "%s\n", printport_usb_quirks_text);
	mutex_unlock(&printport_usb_quirks_mutex);
	return len;
}

static const struct kernel_param_ops printport_usb_quirks_ops = {
	.set = printport_usb_quirks_set,
	.get = printport_usb_quirks_get,
};
module_param_cb(quirks, &printport_usb_quirks_ops, NULL, 0644);
MODULE_PARM_DESC(quirks, "VENDOR:PRODUCT:WORD[+WORD...][,...] with the words unidirectional, vendor-class, no-status, no-id, or none; for printers that are plugged in from now on");

/**
 * printport_usb_quirks - what is special about a printer
 * @vendor: idVendor
 * @product: idProduct
 *
 * Context: process, may sleep.
 * Return: PRINTPORT_USB_Q_* bits
 */
unsigned int printport_usb_quirks(u16 vendor, u16 product)
{
	unsigned int quirks = 0, i;

	for (i = 0; i < ARRAY_SIZE(printport_usb_quirk_table); i++)
		if (printport_usb_quirk_table[i].vendor == vendor &&
		    printport_usb_quirk_table[i].product == product)
			quirks = printport_usb_quirk_table[i].quirks;

	mutex_lock(&printport_usb_quirks_mutex);
	printport_usb_quirks_parse(printport_usb_quirks_text, vendor, product, &quirks);
	mutex_unlock(&printport_usb_quirks_mutex);
	return quirks;
}
EXPORT_SYMBOL_FOR_TEST(printport_usb_quirks);
