// SPDX-License-Identifier: GPL-2.0-only
#include <linux/sizes.h>

#include "fake_transport.h"

static struct printport_ring ring;

static void ring_test_exit(struct kunit *test)
{
	printport_ring_free(&ring);
}

static void allocate(struct kunit *test, size_t size)
{
	KUNIT_ASSERT_EQ(test, printport_ring_alloc(&ring, size), 0);
}

static size_t chunk_size(void)
{
	return 1UL << ring.chunk_shift;
}

/* Copies in or out span by span, as the queues do. */
static void copy(u64 pos, u8 *buf, size_t len, bool in)
{
	while (len) {
		size_t part = len;
		void *at = printport_ring_span(&ring, pos, &part);

		if (in)
			memcpy(at, buf, part);
		else
			memcpy(buf, at, part);
		pos += part;
		buf += part;
		len -= part;
	}
}

struct ring_size {
	const char *name;
	size_t asked;
	size_t got;
};

static const struct ring_size ring_sizes[] = {
	{ "nothing becomes the smallest", 0, SZ_4K },
	{ "a byte becomes the smallest", 1, SZ_4K },
	{ "the smallest", SZ_4K, SZ_4K },
	{ "a byte more is rounded up", SZ_4K + 1, SZ_8K },
	{ "a power of two stays", SZ_64K, SZ_64K },
	{ "between chunk sizes", SZ_64K + 1, SZ_128K },
	{ "the usual size", SZ_256K, SZ_256K },
	{ "the largest", SZ_16M, SZ_16M },
	{ "more becomes the largest", SZ_16M + 1, SZ_16M },
	{ "far too much becomes the largest", SIZE_MAX, SZ_16M },
};

KUNIT_ARRAY_PARAM_DESC(ring_size, ring_sizes, name);

static void a_size_is_rounded_and_clamped(struct kunit *test)
{
	const struct ring_size *c = test->param_value;

	allocate(test, c->asked);
	KUNIT_EXPECT_EQ(test, ring.size, c->got);
}

static void the_chunks_make_up_the_size(struct kunit *test)
{
	const struct ring_size *c = test->param_value;

	allocate(test, c->asked);
	KUNIT_EXPECT_EQ(test, ring.nr_chunks * chunk_size(), ring.size);
}

static void a_span_ends_at_the_chunk(struct kunit *test)
{
	size_t len = SZ_1M;

	allocate(test, SZ_256K);
	printport_ring_span(&ring, chunk_size() - 10, &len);
	KUNIT_EXPECT_EQ(test, len, 10);
}

static void a_span_inside_a_chunk_is_as_long_as_asked(struct kunit *test)
{
	size_t len = 10;

	allocate(test, SZ_256K);
	printport_ring_span(&ring, chunk_size() - 10, &len);
	KUNIT_EXPECT_EQ(test, len, 10);
}

static void the_next_chunk_begins_where_the_last_one_ended(struct kunit *test)
{
	size_t len = 10;

	allocate(test, SZ_256K);
	if (ring.nr_chunks < 2)
		kunit_skip(test, "one chunk");
	KUNIT_EXPECT_PTR_EQ(test, printport_ring_span(&ring, chunk_size(), &len),
			    ring.chunks[1]);
}

static void a_span_ends_at_the_end_of_the_ring(struct kunit *test)
{
	size_t len = 100;

	allocate(test, SZ_256K);
	printport_ring_span(&ring, ring.size - 1, &len);
	KUNIT_EXPECT_EQ(test, len, 1);
}

static void behind_its_end_the_ring_begins_again(struct kunit *test)
{
	size_t len = 1;

	allocate(test, SZ_256K);
	KUNIT_EXPECT_PTR_EQ(test, printport_ring_span(&ring, ring.size, &len),
			    ring.chunks[0]);
}

static void a_position_beyond_32_bits_is_found(struct kunit *test)
{
	size_t len = 1;

	allocate(test, SZ_256K);
	KUNIT_EXPECT_PTR_EQ(test, printport_ring_span(&ring, (1ULL << 40) + 5, &len),
			    ring.chunks[0] + 5);
}

static void a_stream_that_wraps_comes_out_as_it_went_in(struct kunit *test)
{
	const size_t step = 12345, half = SZ_64K;
	u8 *in = kunit_kmalloc(test, step, GFP_KERNEL);
	u8 *out = kunit_kmalloc(test, step, GFP_KERNEL);
	u64 head = 0, tail = 0;
	bool same = true;
	size_t i;

	KUNIT_ASSERT_NOT_NULL(test, in);
	KUNIT_ASSERT_NOT_NULL(test, out);
	allocate(test, SZ_128K);
	while (tail < 4 * SZ_128K) {
		for (; head - tail < half; head += step) {
			for (i = 0; i < step; i++)
				in[i] = fake_byte(0, head + i);
			copy(head, in, step, true);
		}
		copy(tail, out, step, false);
		same &= fake_is_stream(out, 0, tail, step);
		tail += step;
	}
	KUNIT_EXPECT_TRUE(test, same);
}

static void freeing_leaves_nothing_behind(struct kunit *test)
{
	allocate(test, SZ_64K);
	printport_ring_free(&ring);
	KUNIT_EXPECT_NULL(test, ring.chunks);
	KUNIT_EXPECT_EQ(test, ring.size, 0);
}

static void freeing_twice_is_harmless(struct kunit *test)
{
	allocate(test, SZ_64K);
	printport_ring_free(&ring);
	printport_ring_free(&ring);
	KUNIT_EXPECT_EQ(test, ring.nr_chunks, 0);
}

static struct kunit_case ring_test_cases[] = {
	KUNIT_CASE_PARAM(a_size_is_rounded_and_clamped, ring_size_gen_params),
	KUNIT_CASE_PARAM(the_chunks_make_up_the_size, ring_size_gen_params),
	KUNIT_CASE(a_span_ends_at_the_chunk),
	KUNIT_CASE(a_span_inside_a_chunk_is_as_long_as_asked),
	KUNIT_CASE(the_next_chunk_begins_where_the_last_one_ended),
	KUNIT_CASE(a_span_ends_at_the_end_of_the_ring),
	KUNIT_CASE(behind_its_end_the_ring_begins_again),
	KUNIT_CASE(a_position_beyond_32_bits_is_found),
	KUNIT_CASE(a_stream_that_wraps_comes_out_as_it_went_in),
	KUNIT_CASE(freeing_leaves_nothing_behind),
	KUNIT_CASE(freeing_twice_is_harmless),
	{}
};

struct kunit_suite printport_ring_suite = {
	.name = "printport_ring",
	.exit = ring_test_exit,
	.test_cases = ring_test_cases,
};
