// SPDX-License-Identifier: GPL-2.0-only
/*
 * The system sleeps or hibernates, and wakes up.
 *
 * Between the image of memory being taken and the power going off devices work once more:
 * what they print then would be printed again from the image, and what they say the image
 * would not know. So transports get nothing to do from before the image is taken until the
 * system runs again, this one or the one that comes from the image.
 *
 * Language monitors are processes, which do nothing while they are frozen.
 */
#include <linux/module.h>
#include <linux/notifier.h>
#include <linux/suspend.h>

#include "core.h"
#include "lm.h"

bool printport_asleep;
EXPORT_SYMBOL_FOR_TEST(printport_asleep);
bool printport_hibernating;
EXPORT_SYMBOL_FOR_TEST(printport_hibernating);

static int printport_wake_port(struct device *dev, void *hibernated)
{
	struct printport *port = to_printport(dev);

	printport_lm_excuse(port);
	if (!hibernated)
		return 0;
	printport_tx_start(port);
	if (READ_ONCE(port->rx_wanted))
		printport_rx_want(port);
	return 0;
}

static int printport_pm(struct notifier_block *notifier, unsigned long event, void *unused)
{
	bool hibernated = printport_hibernating;

	switch (event) {
	case PM_HIBERNATION_PREPARE:
		WRITE_ONCE(printport_hibernating, true);
		fallthrough;
	case PM_SUSPEND_PREPARE:
		WRITE_ONCE(printport_asleep, true);
		break;
	case PM_POST_HIBERNATION:
	case PM_POST_SUSPEND:
		WRITE_ONCE(printport_hibernating, false);
		WRITE_ONCE(printport_asleep, false);
		class_for_each_device(&printport_class, NULL, hibernated ? &hibernated : NULL,
				      printport_wake_port);
		break;
	}
	return NOTIFY_DONE;
}

struct notifier_block printport_pm_notifier = {
	.notifier_call = printport_pm,
};
EXPORT_SYMBOL_FOR_TEST(printport_pm_notifier);
