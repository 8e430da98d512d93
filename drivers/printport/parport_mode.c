// SPDX-License-Identifier: GPL-2.0-only
/*
 * Modes of IEEE 1284: which one is used, how it is entered and left, and what an
 * administrator may say about it in sysfs (parallel/).
 *
 * A mode that the printer did not take is not tried again at once. A printer that has
 * never taken part in a negotiation is an old one, which is better left alone; of another
 * one something may have been in the way, so it is asked again after some seconds.
 */
#include <linux/delay.h>
#include <linux/device.h>
#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/string.h>
#include <linux/sysfs.h>

#include "parport.h"

#define PRINTPORT_PARPORT_TRY_AGAIN	(5 * HZ)

static const char *const printport_parport_mode_names[] = {
	[PRINTPORT_PARPORT_AUTO] = "auto",
	[PRINTPORT_PARPORT_NONE] = "none",
	[PRINTPORT_PARPORT_COMPATIBILITY] = "compatibility",
	[PRINTPORT_PARPORT_NIBBLE] = "nibble",
	[PRINTPORT_PARPORT_BYTE] = "byte",
	[PRINTPORT_PARPORT_EPP] = "epp",
	[PRINTPORT_PARPORT_ECP] = "ecp",
};

static const int printport_parport_ieee1284_modes[] = {
	[PRINTPORT_PARPORT_NIBBLE] = IEEE1284_MODE_NIBBLE,
	[PRINTPORT_PARPORT_BYTE] = IEEE1284_MODE_BYTE,
	[PRINTPORT_PARPORT_EPP] = IEEE1284_MODE_EPP,
	[PRINTPORT_PARPORT_ECP] = IEEE1284_MODE_ECP,
};

/**
 * printport_parport_compatibility - compatibility mode, idle, whatever was before
 * @pp: the printer; the bus is ours
 *
 * Context: the worker; 150 ms if the printer does not answer.
 */
void printport_parport_compatibility(struct printport_parport *pp)
{
	struct parport *parport = pp->parport;

	if (pp->ecp_pending)
		printport_parport_ecp_recover(pp);
	parport_negotiate(parport, IEEE1284_MODE_COMPAT);
	parport_data_forward(parport);
	parport_write_control(parport, PRINTPORT_PARPORT_IDLE);
	pp->mode = PRINTPORT_PARPORT_COMPATIBILITY;
}

/**
 * printport_parport_refuse - a mode does not work with this printer
 * @pp: the printer
 * @mode: the mode
 *
 * Context: the worker.
 */
void printport_parport_refuse(struct printport_parport *pp, enum printport_parport_mode mode)
{
	pp->refused |= BIT(mode);
	pp->refused_at = jiffies;
}

static bool printport_parport_refused(struct printport_parport *pp,
				      enum printport_parport_mode mode)
{
	if (pp->ieee1284 && pp->refused &&
	    !time_in_range(jiffies, pp->refused_at,
			   pp->refused_at + PRINTPORT_PARPORT_TRY_AGAIN))
		pp->refused = 0;
	return pp->refused & BIT(mode);
}

/**
 * printport_parport_enter - bring the lines into a mode
 * @pp: the printer; the bus is ours
 * @mode: not AUTO or NONE
 *
 * Context: the worker; 150 ms if the printer does not answer.
 * Return: 0, or -EIO: the printer does not take it; the mode is compatibility mode then.
 */
int printport_parport_enter(struct printport_parport *pp, enum printport_parport_mode mode)
{
	int ret;

	if (pp->mode == mode)
		return 0;
	if (pp->mode != PRINTPORT_PARPORT_COMPATIBILITY)
		printport_parport_compatibility(pp);
	if (mode == PRINTPORT_PARPORT_COMPATIBILITY)
		return 0;
	if (printport_parport_refused(pp, mode))
		return -EIO;

	/* What moves the lines in a negotiation is not what the interrupt is for. */
	printport_parport_irq_off(pp);
	ret = parport_negotiate(pp->parport, printport_parport_ieee1284_modes[mode]);
	/* Negative: it does not know IEEE 1284. */
	if (ret >= 0)
		pp->ieee1284 = true;
	if (!ret) {
		pp->mode = mode;
		return 0;
	}
	printport_parport_compatibility(pp);
	printport_parport_refuse(pp, mode);
	if (ret < 0 && !pp->ieee1284)
		pp->refused = ~0UL;
	return -EIO;
}

static bool printport_parport_has(const struct printport_parport *pp, unsigned int modes)
{
	return pp->parport->physport->modes & modes;
}

/* Whether it is an open question what forward mode to use. */
static void printport_parport_choose(struct printport_parport *pp)
{
	if (test_and_clear_bit(PRINTPORT_PARPORT_CHOOSE, &pp->flags)) {
		pp->forward = PRINTPORT_PARPORT_AUTO;
		pp->refused = 0;
	}
	if (pp->forward == PRINTPORT_PARPORT_AUTO)
		pp->forward = READ_ONCE(pp->forward_setting);
	if (pp->forward != PRINTPORT_PARPORT_AUTO)
		return;
	if (printport_parport_has(pp, PARPORT_MODE_ECP) &&
	    !printport_parport_refused(pp, PRINTPORT_PARPORT_ECP))
		pp->forward = PRINTPORT_PARPORT_ECP;
	else if (printport_parport_has(pp, PARPORT_MODE_EPP) &&
		 !printport_parport_refused(pp, PRINTPORT_PARPORT_EPP))
		pp->forward = PRINTPORT_PARPORT_EPP;
	else
		pp->forward = PRINTPORT_PARPORT_COMPATIBILITY;
}

/**
 * printport_parport_enter_forward - bring the lines into the best mode for forward data
 * @pp: the printer; the bus is ours
 *
 * What parport has hardware for and the printer takes: ECP, EPP, compatibility mode.
 *
 * Context: the worker; some 150 ms if the printer does not answer.
 * Return: the mode.
 */
enum printport_parport_mode printport_parport_enter_forward(struct printport_parport *pp)
{
	printport_parport_choose(pp);
	while (printport_parport_enter(pp, pp->forward)) {
		pp->forward = READ_ONCE(pp->forward_setting) == PRINTPORT_PARPORT_AUTO ?
			      PRINTPORT_PARPORT_AUTO : PRINTPORT_PARPORT_COMPATIBILITY;
		printport_parport_choose(pp);
	}
	WRITE_ONCE(pp->negotiated, pp->forward);
	return pp->forward;
}

/**
 * printport_parport_reverse_mode - the best mode for data from the printer
 * @pp: the printer
 *
 * Context: the worker.
 * Return: ECP, BYTE, NIBBLE, or NONE.
 */
enum printport_parport_mode printport_parport_reverse_mode(struct printport_parport *pp)
{
	enum printport_parport_mode mode;

	printport_parport_choose(pp);
	mode = READ_ONCE(pp->reverse_setting);
	if (mode == PRINTPORT_PARPORT_AUTO) {
		if (!printport_parport_has(pp, PARPORT_MODE_TRISTATE))
			mode = PRINTPORT_PARPORT_NIBBLE;
		else if (pp->forward == PRINTPORT_PARPORT_ECP)
			mode = PRINTPORT_PARPORT_ECP;
		else
			mode = PRINTPORT_PARPORT_BYTE;
	}
	if (mode == PRINTPORT_PARPORT_ECP && printport_parport_refused(pp, mode))
		mode = PRINTPORT_PARPORT_BYTE;
	if (mode == PRINTPORT_PARPORT_BYTE && printport_parport_refused(pp, mode))
		mode = PRINTPORT_PARPORT_NIBBLE;
	if (mode == PRINTPORT_PARPORT_NIBBLE && printport_parport_refused(pp, mode))
		mode = PRINTPORT_PARPORT_NONE;
	return mode;
}

/* sysfs: parallel/ */

static struct printport_parport *printport_parport_of_dev(struct device *dev)
{
	return printport_priv(printport_of_dev(dev));
}

/* One of @modes by its name, or -EINVAL. */
static int printport_parport_parse(const char *buf, unsigned long modes)
{
	int mode = sysfs_match_string(printport_parport_mode_names, buf);

	return mode >= 0 && !(modes & BIT(mode)) ? -EINVAL : mode;
}

static void printport_parport_set(struct printport_parport *pp, u8 *setting, int mode)
{
	WRITE_ONCE(*setting, mode);
	set_bit(PRINTPORT_PARPORT_CHOOSE, &pp->flags);
	printport_parport_kick(pp);
}

static ssize_t forward_mode_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	struct printport_parport *pp = printport_parport_of_dev(dev);

	return sysfs_emit(buf, "%s\n",
			  printport_parport_mode_names[READ_ONCE(pp->forward_setting)]);
}

static ssize_t forward_mode_store(struct device *dev, struct device_attribute *attr,
				  const char *buf, size_t count)
{
	struct printport_parport *pp = printport_parport_of_dev(dev);
	int mode = printport_parport_parse(buf, BIT(PRINTPORT_PARPORT_AUTO) |
					   BIT(PRINTPORT_PARPORT_COMPATIBILITY) |
					   BIT(PRINTPORT_PARPORT_EPP) |
					   BIT(PRINTPORT_PARPORT_ECP));

	if (mode < 0)
		return mode;
	/* EPP by hand is too slow for a mode in which 10 us are an error. */
	if (mode == PRINTPORT_PARPORT_EPP && !printport_parport_has(pp, PARPORT_MODE_EPP))
		return -EOPNOTSUPP;
	if (!IS_ENABLED(CONFIG_PARPORT_1284) && mode > PRINTPORT_PARPORT_COMPATIBILITY)
		return -EOPNOTSUPP;
	printport_parport_set(pp, &pp->forward_setting, mode);
	return count;
}
static DEVICE_ATTR_RW(forward_mode);

static ssize_t reverse_mode_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	struct printport_parport *pp = printport_parport_of_dev(dev);

	return sysfs_emit(buf, "%s\n",
			  printport_parport_mode_names[READ_ONCE(pp->reverse_setting)]);
}

static ssize_t reverse_mode_store(struct device *dev, struct device_attribute *attr,
				  const char *buf, size_t count)
{
	struct printport_parport *pp = printport_parport_of_dev(dev);
	int mode = printport_parport_parse(buf, BIT(PRINTPORT_PARPORT_AUTO) |
					   BIT(PRINTPORT_PARPORT_NONE) |
					   BIT(PRINTPORT_PARPORT_NIBBLE) |
					   BIT(PRINTPORT_PARPORT_BYTE) |
					   BIT(PRINTPORT_PARPORT_ECP));

	if (mode < 0)
		return mode;
	if (mode > PRINTPORT_PARPORT_NIBBLE && !printport_parport_has(pp, PARPORT_MODE_TRISTATE))
		return -EOPNOTSUPP;
	printport_parport_set(pp, &pp->reverse_setting, mode);
	return count;
}
static DEVICE_ATTR_RW(reverse_mode);

static ssize_t negotiated_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	struct printport_parport *pp = printport_parport_of_dev(dev);

	return sysfs_emit(buf, "%s\n", printport_parport_mode_names[READ_ONCE(pp->negotiated)]);
}
static DEVICE_ATTR_RO(negotiated);

static ssize_t parport_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%s\n", printport_parport_of_dev(dev)->parport->name);
}
static DEVICE_ATTR_RO(parport);

static struct attribute *printport_parport_attrs[] = {
	&dev_attr_forward_mode.attr,
	&dev_attr_reverse_mode.attr,
	&dev_attr_negotiated.attr,
	&dev_attr_parport.attr,
	NULL
};

static const struct attribute_group printport_parport_group = {
	.name = "parallel",
	.attrs = printport_parport_attrs,
};

const struct attribute_group *printport_parport_groups[] = {
	&printport_parport_group,
	NULL
};
