// SPDX-License-Identifier: GPL-2.0-only
/* What a reboot does to ports, and hibernating. */
#include <linux/reboot.h>
#include <linux/suspend.h>

#include "fake_transport.h"

static unsigned int usual_ms;

static int shutdown_test_init(struct kunit *test)
{
	usual_ms = printport_shutdown_ms;
	fake_test_init(test);
	return fake_open(test->priv);
}

static void shutdown_test_exit(struct kunit *test)
{
	printport_shutting_down = false;
	printport_hibernating = false;
	printport_asleep = false;
	printport_shutdown_ms = usual_ms;
	fake_test_exit(test);
}

static long act_shutdown(struct fake_actor *actor)
{
	printport_shutdown();
	return 0;
}

static void no_port_is_opened_any_more(struct kunit *test)
{
	struct fake_transport *t = test->priv;

	fake_close(t);
	printport_shutdown();
	KUNIT_EXPECT_EQ(test, fake_open(t), -ESHUTDOWN);
	fake_expect_state(t, PRINTPORT_STATE_CLOSED);
}

static void what_is_on_its_way_may_arrive(struct kunit *test)
{
	struct fake_transport *t = test->priv;
	struct fake_actor *shutdown;

	fake_write(t, 0, 100);
	shutdown = fake_actor(t, act_shutdown);
	fake_go(shutdown);
	fake_wait_for_sleeper(t);
	fake_print(t, 60);
	KUNIT_EXPECT_FALSE(test, fake_finished(shutdown));
	fake_print_all(t);
	fake_join(shutdown);
	fake_expect_paper(t, 0, 0, 100);
	KUNIT_EXPECT_EQ(test, fake_stats(t).bytes_lost, 0);
}

static void what_does_not_arrive_in_time_is_dropped_and_counted(struct kunit *test)
{
	struct fake_transport *t = test->priv;

	printport_shutdown_ms = FAKE_SHORT_MS;
	fake_write(t, 0, 100);
	fake_print(t, 60);
	printport_shutdown();
	KUNIT_EXPECT_EQ(test, fake_stats(t).bytes_lost, 40);
	KUNIT_EXPECT_EQ(test, fake_status(t).queued, 0);
}

static void the_holder_is_told_what_was_dropped(struct kunit *test)
{
	struct fake_transport *t = test->priv;

	printport_shutdown_ms = FAKE_SHORT_MS;
	fake_write(t, 0, 100);
	printport_shutdown();
	KUNIT_EXPECT_EQ(test, fake_write(t, 1, 10), -ECANCELED);
}

static void a_port_that_has_drained_takes_no_more(struct kunit *test)
{
	struct fake_transport *t = test->priv;

	printport_shutdown();
	KUNIT_EXPECT_EQ(test, fake_write(t, 0, 10), -ESHUTDOWN);
	KUNIT_EXPECT_EQ(test, fake_stats(t).bytes_written, 0);
}

static void who_stands_in_line_is_sent_away(struct kunit *test)
{
	struct fake_transport *t = test->priv;
	struct fake_actor *opener;

	t->port->limits.open_ms = 60000;
	opener = fake_actor(t, fake_act_open);
	fake_go(opener);
	fake_wait_until(t, fake_line(t) == 1);
	printport_shutdown();
	fake_close(t);
	KUNIT_EXPECT_EQ(test, fake_join(opener), -ESHUTDOWN);
	fake_expect_state(t, PRINTPORT_STATE_CLOSED);
}

static void a_port_that_drains_is_waited_for(struct kunit *test)
{
	struct fake_transport *t = test->priv;
	struct fake_actor *shutdown;

	t->port->limits.close_ms = 0;
	fake_write(t, 0, 100);
	fake_close(t);
	fake_expect_state(t, PRINTPORT_STATE_DRAINING);
	shutdown = fake_actor(t, act_shutdown);
	fake_go(shutdown);
	fake_wait_for_sleeper(t);
	fake_print_all(t);
	fake_join(shutdown);
	KUNIT_EXPECT_EQ(test, fake_stats(t).bytes_delivered, 100);
}

static void pm_event(unsigned long event)
{
	printport_pm_notifier.notifier_call(&printport_pm_notifier, event, NULL);
}

static void nothing_is_printed_while_the_system_hibernates(struct kunit *test)
{
	struct fake_transport *t = test->priv;
	int starts;

	fake_write(t, 0, 100);
	fake_take(t, 40);
	pm_event(PM_HIBERNATION_PREPARE);
	/* The device sleeps, and is woken when the image has been taken. */
	fake_stop(t, 0);
	KUNIT_EXPECT_EQ(test, fake_take(t, 100), 0);
	KUNIT_EXPECT_EQ(test, fake_write(t, 0, 100), 100);
	KUNIT_EXPECT_EQ(test, fake_take(t, 100), 0);
	KUNIT_EXPECT_EQ(test, printport_rx_room(t->port), 0);
	starts = atomic_read(&t->tx_starts);
	pm_event(PM_POST_HIBERNATION);
	KUNIT_EXPECT_EQ(test, atomic_read(&t->tx_starts), starts + 1);
	fake_print_all(t);
	fake_expect_paper(t, 0, 0, 200);
}

static void a_shutdown_after_hibernating_leaves_jobs_to_the_image(struct kunit *test)
{
	struct fake_transport *t = test->priv;

	printport_shutdown_ms = FAKE_SHORT_MS;
	fake_write(t, 0, 100);
	pm_event(PM_HIBERNATION_PREPARE);
	printport_reboot_notifier.notifier_call(&printport_reboot_notifier, SYS_POWER_OFF,
						NULL);
	KUNIT_EXPECT_EQ(test, fake_stats(t).bytes_lost, 0);
	KUNIT_EXPECT_FALSE(test, printport_shutting_down);
	pm_event(PM_POST_HIBERNATION);
	fake_print_all(t);
	fake_expect_paper(t, 0, 0, 100);
}

static struct kunit_case shutdown_test_cases[] = {
	KUNIT_CASE(nothing_is_printed_while_the_system_hibernates),
	KUNIT_CASE(a_shutdown_after_hibernating_leaves_jobs_to_the_image),
	KUNIT_CASE(no_port_is_opened_any_more),
	KUNIT_CASE(what_is_on_its_way_may_arrive),
	KUNIT_CASE(what_does_not_arrive_in_time_is_dropped_and_counted),
	KUNIT_CASE(the_holder_is_told_what_was_dropped),
	KUNIT_CASE(a_port_that_has_drained_takes_no_more),
	KUNIT_CASE(who_stands_in_line_is_sent_away),
	KUNIT_CASE(a_port_that_drains_is_waited_for),
	{}
};

struct kunit_suite printport_shutdown_suite = {
	.name = "printport_shutdown",
	.init = shutdown_test_init,
	.exit = shutdown_test_exit,
	.test_cases = shutdown_test_cases,
};
