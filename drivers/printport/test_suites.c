// SPDX-License-Identifier: GPL-2.0-only
/* The unit tests' module: all suites. */
#include <linux/module.h>

#include "fake_transport.h"

kunit_test_suites(&printport_ieee1284_id_suite, &printport_ring_suite,
		  &printport_status_suite, &printport_session_suite,
		  &printport_queue_suite, &printport_job_suite,
		  &printport_backchannel_suite, &printport_model_suite,
		  &printport_race_suite);

MODULE_DESCRIPTION("Unit tests of printport");
MODULE_AUTHOR("The printport developers");
MODULE_LICENSE("GPL");
