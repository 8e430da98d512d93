// SPDX-License-Identifier: GPL-2.0-only
/* The back channel: what the printer says, and when it is asked. */
#include <linux/slab.h>

#include "fake_transport.h"

static int backchannel_test_init(struct kunit *test)
{
	fake_test_init(test);
	return fake_open(test->priv);
}

static u8 *buffer(struct kunit *test, size_t len)
{
	u8 *buf = kunit_kmalloc(test, len, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, buf);
	return buf;
}

static void what_is_pushed_is_read(struct kunit *test)
{
	struct fake_transport *t = test->priv;
	u8 *buf = buffer(test, 100);

	KUNIT_EXPECT_EQ(test, fake_push(t, 0, 100), 100);
	KUNIT_EXPECT_EQ(test, fake_read(t, buf, 100), 100);
	KUNIT_EXPECT_TRUE(test, fake_is_stream(buf, 0, 0, 100));
}

static void a_read_returns_what_is_there(struct kunit *test)
{
	struct fake_transport *t = test->priv;
	u8 *buf = buffer(test, 100);

	fake_push(t, 0, 10);
	KUNIT_EXPECT_EQ(test, fake_read_wait(t, buf, 100), 10);
}

static void a_short_read_leaves_the_rest(struct kunit *test)
{
	struct fake_transport *t = test->priv;
	u8 *buf = buffer(test, 100);

	fake_push(t, 0, 100);
	fake_read(t, buf, 30);
	KUNIT_EXPECT_EQ(test, fake_read(t, buf, 100), 70);
	KUNIT_EXPECT_TRUE(test, fake_is_stream(buf, 0, 30, 70));
}

static void what_is_read_is_counted(struct kunit *test)
{
	struct fake_transport *t = test->priv;
	u8 *buf = buffer(test, 100);

	fake_push(t, 0, 100);
	fake_read(t, buf, 30);
	KUNIT_EXPECT_EQ(test, fake_stats(t).bytes_read, 30);
}

static void a_full_back_channel_takes_no_more(struct kunit *test)
{
	struct fake_transport *t = test->priv;
	size_t size = t->port->rx.ring.size;

	KUNIT_EXPECT_EQ(test, fake_push(t, 0, size + 100), size);
	KUNIT_EXPECT_EQ(test, fake_push(t, size, 1), 0);
}

static void the_room_is_what_a_push_can_have(struct kunit *test)
{
	struct fake_transport *t = test->priv;
	size_t size = t->port->rx.ring.size;

	KUNIT_EXPECT_EQ(test, printport_rx_room(t->port), size);
	fake_push(t, 0, 100);
	KUNIT_EXPECT_EQ(test, printport_rx_room(t->port), size - 100);
}

static void bytes_survive_many_wraps(struct kunit *test)
{
	struct fake_transport *t = test->priv;
	u8 *buf = buffer(test, 5000);
	u64 head = 0, tail = 0;
	bool same = true;
	ssize_t got;

	while (tail < 5 * t->port->rx.ring.size) {
		head += fake_push(t, head, 7000);
		got = fake_read(t, buf, 5000);
		if (got <= 0)
			break;
		same &= fake_is_stream(buf, 0, tail, got);
		tail += got;
	}
	KUNIT_EXPECT_TRUE(test, same);
	KUNIT_EXPECT_GE(test, tail, 5 * t->port->rx.ring.size);
}

static void nobody_asks_the_printer_before_somebody_reads(struct kunit *test)
{
	struct fake_transport *t = test->priv;

	fake_write(t, 0, 10);
	fake_print_all(t);
	KUNIT_EXPECT_EQ(test, atomic_read(&t->rx_starts), 0);
}

static void a_read_asks_the_printer(struct kunit *test)
{
	struct fake_transport *t = test->priv;
	u8 byte;

	fake_read(t, &byte, 1);
	KUNIT_EXPECT_GE(test, atomic_read(&t->rx_starts), 1);
}

static void a_read_that_made_room_asks_the_printer_again(struct kunit *test)
{
	struct fake_transport *t = test->priv;
	int before;
	u8 byte;

	fake_push(t, 0, t->port->rx.ring.size);
	before = atomic_read(&t->rx_starts);
	fake_read(t, &byte, 1);
	KUNIT_EXPECT_GT(test, atomic_read(&t->rx_starts), before);
	KUNIT_EXPECT_EQ(test, printport_rx_room(t->port), 1);
}

static void close_tells_the_transport_to_stop_reading(struct kunit *test)
{
	struct fake_transport *t = test->priv;

	fake_close(t);
	KUNIT_EXPECT_EQ(test, atomic_read(&t->rx_stops), 1);
}

static void an_empty_back_channel_does_not_wait_unasked(struct kunit *test)
{
	struct fake_transport *t = test->priv;
	u8 byte;

	KUNIT_EXPECT_EQ(test, fake_read(t, &byte, 1), -EAGAIN);
}

static void a_read_of_nothing_is_nothing(struct kunit *test)
{
	struct fake_transport *t = test->priv;
	u8 byte;

	KUNIT_EXPECT_EQ(test, fake_read_wait(t, &byte, 0), 0);
}

static void a_waiting_reader_gets_what_arrives(struct kunit *test)
{
	struct fake_transport *t = test->priv;
	struct fake_actor *reader = fake_actor(t, fake_act_read);

	fake_go(reader);
	fake_wait_for_reader(t);
	fake_push(t, 0, 1);
	KUNIT_EXPECT_EQ(test, fake_join(reader), 1);
}

static void a_waiting_reader_has_asked_the_printer(struct kunit *test)
{
	struct fake_transport *t = test->priv;
	struct fake_actor *reader = fake_actor(t, fake_act_read);

	fake_go(reader);
	fake_wait_for_reader(t);
	KUNIT_EXPECT_GE(test, atomic_read(&t->rx_starts), 1);
	fake_push(t, 0, 1);
	fake_join(reader);
}

static void a_waiting_reader_learns_that_the_back_channel_is_gone(struct kunit *test)
{
	struct fake_transport *t = test->priv;
	struct fake_actor *reader = fake_actor(t, fake_act_read);

	fake_go(reader);
	fake_wait_for_reader(t);
	printport_set_back_channel(t->port, false);
	KUNIT_EXPECT_EQ(test, fake_join(reader), -EINVAL);
	printport_set_back_channel(t->port, true);
}

static void a_waiting_reader_is_woken_by_unplugging(struct kunit *test)
{
	struct fake_transport *t = test->priv;
	struct fake_actor *reader = fake_actor(t, fake_act_read);

	fake_go(reader);
	fake_wait_for_reader(t);
	fake_unplug(t);
	KUNIT_EXPECT_EQ(test, fake_join(reader), -ENODEV);
}

static void a_second_reader_does_not_wait_unasked(struct kunit *test)
{
	struct fake_transport *t = test->priv;
	struct fake_actor *reader = fake_actor(t, fake_act_read);
	u8 byte;

	fake_go(reader);
	fake_wait_for_reader(t);
	KUNIT_EXPECT_EQ(test, fake_read(t, &byte, 1), -EAGAIN);
	fake_push(t, 0, 1);
	fake_join(reader);
}

static void a_read_gives_up_at_its_limit(struct kunit *test)
{
	struct fake_transport *t = test->priv;
	u8 byte;

	t->port->limits.read_ms = FAKE_SHORT_MS;
	KUNIT_EXPECT_EQ(test, fake_read_wait(t, &byte, 1), -ETIMEDOUT);
}

static void a_port_without_a_back_channel_cannot_be_read(struct kunit *test)
{
	struct fake_transport *t = fake_plug_in(test, &fake_one_way_ops);
	u8 byte;

	KUNIT_EXPECT_EQ(test, fake_open(t), 0);
	KUNIT_EXPECT_EQ(test, fake_read(t, &byte, 1), -EINVAL);
	KUNIT_EXPECT_EQ(test, fake_read_wait(t, &byte, 1), -EINVAL);
	fake_free(t);
}

static void a_port_without_a_back_channel_takes_no_push(struct kunit *test)
{
	struct fake_transport *t = fake_plug_in(test, &fake_one_way_ops);

	KUNIT_EXPECT_EQ(test, fake_open(t), 0);
	KUNIT_EXPECT_EQ(test, printport_rx_room(t->port), 0);
	KUNIT_EXPECT_EQ(test, fake_push(t, 0, 10), 0);
	fake_free(t);
}

static void a_closed_port_takes_no_push(struct kunit *test)
{
	struct fake_transport *t = test->priv;

	fake_close(t);
	KUNIT_EXPECT_EQ(test, printport_rx_room(t->port), 0);
	KUNIT_EXPECT_EQ(test, fake_push(t, 0, 10), 0);
}

static void a_draining_port_takes_no_push(struct kunit *test)
{
	struct fake_transport *t = test->priv;

	fake_write(t, 0, 10);
	fake_close(t);
	fake_expect_state(t, PRINTPORT_STATE_DRAINING);
	KUNIT_EXPECT_EQ(test, fake_push(t, 0, 10), 0);
}

static void a_gone_port_takes_no_push(struct kunit *test)
{
	struct fake_transport *t = test->priv;

	fake_unplug(t);
	KUNIT_EXPECT_EQ(test, fake_push(t, 0, 10), 0);
}

static void the_next_holder_does_not_read_what_the_last_one_left(struct kunit *test)
{
	struct fake_transport *t = test->priv;
	u8 byte;

	fake_push(t, 0, 10);
	fake_close(t);
	KUNIT_ASSERT_EQ(test, fake_open(t), 0);
	KUNIT_EXPECT_EQ(test, fake_read(t, &byte, 1), -EAGAIN);
}

static struct kunit_case backchannel_test_cases[] = {
	KUNIT_CASE(what_is_pushed_is_read),
	KUNIT_CASE(a_read_returns_what_is_there),
	KUNIT_CASE(a_short_read_leaves_the_rest),
	KUNIT_CASE(what_is_read_is_counted),
	KUNIT_CASE(a_full_back_channel_takes_no_more),
	KUNIT_CASE(the_room_is_what_a_push_can_have),
	KUNIT_CASE(bytes_survive_many_wraps),
	KUNIT_CASE(nobody_asks_the_printer_before_somebody_reads),
	KUNIT_CASE(a_read_asks_the_printer),
	KUNIT_CASE(a_read_that_made_room_asks_the_printer_again),
	KUNIT_CASE(close_tells_the_transport_to_stop_reading),
	KUNIT_CASE(an_empty_back_channel_does_not_wait_unasked),
	KUNIT_CASE(a_read_of_nothing_is_nothing),
	KUNIT_CASE(a_waiting_reader_gets_what_arrives),
	KUNIT_CASE(a_waiting_reader_has_asked_the_printer),
	KUNIT_CASE(a_waiting_reader_learns_that_the_back_channel_is_gone),
	KUNIT_CASE(a_waiting_reader_is_woken_by_unplugging),
	KUNIT_CASE(a_second_reader_does_not_wait_unasked),
	KUNIT_CASE(a_read_gives_up_at_its_limit),
	KUNIT_CASE(a_port_without_a_back_channel_cannot_be_read),
	KUNIT_CASE(a_port_without_a_back_channel_takes_no_push),
	KUNIT_CASE(a_closed_port_takes_no_push),
	KUNIT_CASE(a_draining_port_takes_no_push),
	KUNIT_CASE(a_gone_port_takes_no_push),
	KUNIT_CASE(the_next_holder_does_not_read_what_the_last_one_left),
	{}
};

struct kunit_suite printport_backchannel_suite = {
	.name = "printport_backchannel",
	.init = backchannel_test_init,
	.exit = fake_test_exit,
	.test_cases = backchannel_test_cases,
};
