// SPDX-License-Identifier: GPL-2.0-only
/*
 * The system hibernates: between the image of memory being taken and the power going off
 * devices work once more, and what they print then would be printed again from the image.
 * So transports get nothing to do from before the image is taken until the system runs
 * again, this one or the one that comes from the image.
 */
#include <linux/module.h>
#include <linux/notifier.h>
#include <linux/suspend.h>

#include "core.h"

bool printport_hibernating;
EXPORT_SYMBOL_FOR_TEST(printport_hibernating);

static int printport_wake_port(struct device *dev, void *data)
{
	printport_tx_start(to_printport(dev));
	return 0;
}

/**
 * printport_hibernation - the system is about to hibernate, or runs again
 * @begins: which of them
 *
 * Context: process, sleeps.
 */
void printport_hibernation(bool begins)
{
	WRITE_ONCE(printport_hibernating, begins);
	if (!begins)
		class_for_each_device(&printport_class, NULL, NULL, printport_wake_port);
}
EXPORT_SYMBOL_FOR_TEST(printport_hibernation);

static int printport_pm(struct notifier_block *notifier, unsigned long event, void *unused)
{
	if (event == PM_HIBERNATION_PREPARE || event == PM_POST_HIBERNATION)
		printport_hibernation(event == PM_HIBERNATION_PREPARE);
	return NOTIFY_DONE;
}

struct notifier_block printport_pm_notifier = {
	.notifier_call = printport_pm,
};
