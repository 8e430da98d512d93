// SPDX-License-Identifier: GPL-2.0-only
/*
 * The wire of a port with a language monitor: the bytes that go to the printer, as
 * pieces of the job ring (what the monitor forwards) and of the wire ring (what it
 * writes). Nothing is copied: a transport takes spans of either ring. Positions on the
 * wire are those of queue.c (head, taken, tail), which knows nothing else of all this.
 *
 *	job ring:	job_tail ....... decided ....... job_head
 *			   on the wire      undecided
 */
#include <linux/kernel.h>
#include <linux/slab.h>

#include "lm.h"

/**
 * printport_lm_current - the job whose turn it is
 * @port: the port, locked
 *
 * Context: any.
 * Return: the first job that the monitor has not finished with, or NULL.
 */
struct printport_job *printport_lm_current(const struct printport *port)
{
	struct printport_job *job;

	list_for_each_entry(job, &port->jobs, node)
		if (!job->internal && !job->done)
			return job;
	return NULL;
}

/**
 * printport_lm_begin - it is a job's turn on the wire
 * @port: the port, locked
 * @job: from printport_lm_current(), alive; one that has begun is left alone
 *
 * Context: any.
 */
void printport_lm_begin(struct printport *port, struct printport_job *job)
{
	if (job->begun)
		return;
	job->begun = true;
	job->start = port->head;
	port->lm->decided = max(port->lm->decided, job->in_start);
}

static struct printport_piece *piece_at(const struct printport_lm *lm, unsigned int i)
{
	return (struct printport_piece *)
		&lm->pieces[(lm->first_piece + i) % PRINTPORT_PIECES_MAX];
}

static u64 piece_wire_len(const struct printport_piece *piece)
{
	return piece->kind == PRINTPORT_PIECE_CONSUME ? 0 : piece->len;
}

/**
 * printport_wire_full - whether there is room for one more piece
 * @lm: the monitor; its port is locked
 *
 * Context: any.
 */
bool printport_wire_full(const struct printport_lm *lm)
{
	return lm->nr_pieces == PRINTPORT_PIECES_MAX;
}

/* The last piece goes on without a gap: it grows. */
static bool piece_grow(struct printport_lm *lm, enum printport_piece_kind kind,
		       struct printport_job *job, u64 pos, u64 len)
{
	struct printport_piece *last;

	if (!lm->nr_pieces)
		return false;
	last = piece_at(lm, lm->nr_pieces - 1);
	if (last->kind != kind || last->job != job || last->pos + last->len != pos)
		return false;
	last->len += len;
	return true;
}

/**
 * printport_wire_add - put a piece on the wire
 * @port: the port, locked; its wire is not full
 * @kind: where from
 * @job: whose; begun and not over
 * @pos: position in its ring
 * @len: bytes
 *
 * Context: any.
 */
void printport_wire_add(struct printport *port, enum printport_piece_kind kind,
			struct printport_job *job, u64 pos, u64 len)
{
	struct printport_lm *lm = port->lm;

	if (!piece_grow(lm, kind, job, pos, len))
		*piece_at(lm, lm->nr_pieces++) = (struct printport_piece){
			.wire = port->head,
			.pos = pos,
			.len = len,
			.job = job,
			.kind = kind,
		};
	if (kind != PRINTPORT_PIECE_WRITE) {
		lm->decided = pos + len;
		job->decided += len;
		port->undecided -= len;
	}
	if (kind == PRINTPORT_PIECE_CONSUME)
		return;
	if (!port->queued)
		port->tx_progress = jiffies;
	port->head += len;
	port->queued += len;
	job->wired += len;
	if (kind == PRINTPORT_PIECE_WRITE)
		lm->wire_head = pos + len;
}

/* Bytes of the job ring are delivered, or what stands for them is. */
static void piece_delivered(struct printport *port, struct printport_piece *piece, u64 len)
{
	if (piece->kind == PRINTPORT_PIECE_WRITE || piece->job->written_off)
		return;
	piece->job->delivered += len;
	port->stats.bytes_delivered += len;
}

static void lm_tails(struct printport_lm *lm)
{
	bool job = false, wire = false;
	unsigned int i;

	lm->job_tail = lm->decided;
	lm->wire_tail = lm->wire_head;
	for (i = 0; i < lm->nr_pieces && !(job && wire); i++) {
		struct printport_piece *piece = piece_at(lm, i);

		if (piece->kind == PRINTPORT_PIECE_WRITE && !wire) {
			lm->wire_tail = piece->pos;
			wire = true;
		} else if (piece->kind != PRINTPORT_PIECE_WRITE && !job) {
			lm->job_tail = piece->pos;
			job = true;
		}
	}
	WRITE_ONCE(lm->state->job_decided, lm->decided);
	WRITE_ONCE(lm->state->wire_head, lm->wire_head);
	WRITE_ONCE(lm->state->wire_tail, lm->wire_tail);
}

/**
 * printport_wire_trim - forget the pieces that the tail has passed
 * @port: the port, locked
 *
 * Context: any.
 */
void printport_wire_trim(struct printport *port)
{
	struct printport_lm *lm = port->lm;

	while (lm->nr_pieces) {
		struct printport_piece *piece = piece_at(lm, 0);
		u64 passed;

		if (piece->wire + piece_wire_len(piece) <= port->tail) {
			piece_delivered(port, piece, piece->len);
			lm->first_piece = (lm->first_piece + 1) % PRINTPORT_PIECES_MAX;
			lm->nr_pieces--;
			continue;
		}
		if (piece->kind != PRINTPORT_PIECE_CONSUME && piece->wire < port->tail) {
			passed = port->tail - piece->wire;
			piece_delivered(port, piece, passed);
			piece->wire += passed;
			piece->pos += passed;
			piece->len -= passed;
		}
		break;
	}
	lm_tails(lm);
}

/**
 * printport_wire_span - where a position of the wire lies
 * @lm: the monitor; its port is locked
 * @wire: the position; not delivered
 * @len: in: bytes wanted; out: how many of them are contiguous
 *
 * Context: any.
 * Return: the address of the byte, or NULL: there is none
 */
void *printport_wire_span(const struct printport_lm *lm, u64 wire, size_t *len)
{
	unsigned int i;

	for (i = 0; i < lm->nr_pieces; i++) {
		struct printport_piece *piece = piece_at(lm, i);
		u64 offset = wire - piece->wire;

		if (piece->kind == PRINTPORT_PIECE_CONSUME || offset >= piece->len)
			continue;
		*len = min_t(u64, *len, piece->len - offset);
		return printport_ring_span(piece->kind == PRINTPORT_PIECE_WRITE ?
					   &lm->wire : &lm->job, piece->pos + offset, len);
	}
	*len = 0;
	return NULL;
}

/**
 * printport_lm_skip - pass over what is left of jobs that are dead or done
 * @port: the port, locked
 *
 * Context: any.
 */
void printport_lm_skip(struct printport *port)
{
	struct printport_lm *lm = port->lm;
	struct printport_job *job;

	list_for_each_entry(job, &port->jobs, node) {
		if (job->internal)
			continue;
		if (!job->dead && !job->over)
			break;
		if (lm->decided < job->in_end) {
			lm->decided = job->in_end;
			lm->forward_left = 0;
		}
	}
	lm_tails(lm);
}

/**
 * printport_lm_align - an empty job ring begins anew at a border of its memory
 * @port: the port, locked, about to begin a job; its tx_mutex is held, and no byte is
 *	being copied
 *
 * So that writes of usual sizes are not cut in two.
 *
 * Context: any.
 */
void printport_lm_align(struct printport *port)
{
	struct printport_lm *lm = port->lm;

	if (!lm || lm->job_tail != lm->job_head || printport_lm_current(port))
		return;
	lm->job_head = ALIGN(lm->job_head, 1UL << lm->job.chunk_shift);
	lm->decided = lm->job_head;
	/* In this order, so that the monitor never sees the head behind what is decided. */
	smp_store_release(&lm->state->job_head, lm->job_head);
	lm_tails(lm);
}

/**
 * printport_lm_forward_more - forward what was asked for and has come
 * @port: the port, locked
 *
 * Context: any.
 */
void printport_lm_forward_more(struct printport *port)
{
	struct printport_lm *lm = port->lm;
	struct printport_job *job;
	u64 end, len;

	if (!lm->forward_left)
		return;
	job = printport_lm_current(port);
	if (!job || job->dead || !job->begun)
		return;
	end = job->ended ? job->in_end : lm->job_head;
	len = min(lm->forward_left, end - lm->decided);
	if (!len)
		return;
	/* A piece that only grows needs no room. */
	if (printport_wire_full(lm)) {
		struct printport_piece *last = piece_at(lm, lm->nr_pieces - 1);

		if (last->kind != PRINTPORT_PIECE_FORWARD || last->job != job ||
		    last->pos + last->len != lm->decided)
			return;
	}
	printport_wire_add(port, PRINTPORT_PIECE_FORWARD, job, lm->decided, len);
	if (lm->forward_left != PRINTPORT_LM_REST)
		lm->forward_left -= len;
	job->shown = max(job->shown, lm->decided);
	WRITE_ONCE(lm->state->job_decided, lm->decided);
}

/**
 * printport_lm_written - the spooler has written bytes into the job ring
 * @port: the port, locked
 * @len: bytes
 *
 * Context: any.
 */
void printport_lm_written(struct printport *port, size_t len)
{
	struct printport_lm *lm = port->lm;

	lm->job_head += len;
	port->undecided += len;
	/* The bytes are there before the position says so; the reader is the monitor. */
	smp_store_release(&lm->state->job_head, lm->job_head);
	printport_lm_forward_more(port);
}
