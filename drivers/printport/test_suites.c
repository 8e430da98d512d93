// SPDX-License-Identifier: GPL-2.0-only
/* The unit tests' module: all suites. */
#include <linux/module.h>

#include "fake_transport.h"

kunit_test_suites(&printport_ieee1284_id_suite, &printport_ring_suite,
		  &printport_status_suite, &printport_session_suite,
		  &printport_queue_suite, &printport_job_suite,
		  &printport_backchannel_suite, &printport_shutdown_suite,
		  &printport_monitor_suite, &printport_model_suite, &printport_race_suite);

/* The suites run when this has returned. */
static int __init printport_test_init(void)
{
	return fake_threads_begin();
}
module_init(printport_test_init);

static void __exit printport_test_exit(void)
{
	fake_threads_end();
}
module_exit(printport_test_exit);

MODULE_DESCRIPTION("Unit tests of printport");
MODULE_AUTHOR("The printport developers");
MODULE_LICENSE("GPL");
