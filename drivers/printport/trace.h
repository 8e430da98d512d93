/* SPDX-License-Identifier: GPL-2.0-only */
/* Tracepoints: events/printport/ in tracefs. */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM printport

#if !defined(_PRINTPORT_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define _PRINTPORT_TRACE_H

#include <linux/tracepoint.h>

#include "core.h"

#ifndef _PRINTPORT_TRACE_QUEUE
#define _PRINTPORT_TRACE_QUEUE
enum printport_queue_event {
	PRINTPORT_QUEUE_WRITE,
	PRINTPORT_QUEUE_TAKE,
	PRINTPORT_QUEUE_DONE,
	PRINTPORT_QUEUE_STOP,
};
#endif

TRACE_DEFINE_ENUM(PRINTPORT_QUEUE_WRITE);
TRACE_DEFINE_ENUM(PRINTPORT_QUEUE_TAKE);
TRACE_DEFINE_ENUM(PRINTPORT_QUEUE_DONE);
TRACE_DEFINE_ENUM(PRINTPORT_QUEUE_STOP);

TRACE_EVENT(printport_open,
	TP_PROTO(int port, int result),
	TP_ARGS(port, result),
	TP_STRUCT__entry(
		__field(int, port)
		__field(int, result)
	),
	TP_fast_assign(
		__entry->port = port;
		__entry->result = result;
	),
	TP_printk("port=%d result=%d", __entry->port, __entry->result)
);

TRACE_EVENT(printport_close,
	TP_PROTO(int port, size_t queued),
	TP_ARGS(port, queued),
	TP_STRUCT__entry(
		__field(int, port)
		__field(size_t, queued)
	),
	TP_fast_assign(
		__entry->port = port;
		__entry->queued = queued;
	),
	TP_printk("port=%d queued=%zu", __entry->port, __entry->queued)
);

TRACE_EVENT(printport_job,
	TP_PROTO(int port, const struct printport_job *job),
	TP_ARGS(port, job),
	TP_STRUCT__entry(
		__field(int, port)
		__field(u32, job)
		__field(u32, state)
		__field(u64, accepted)
		__field(u64, delivered)
		__field(u64, lost)
	),
	TP_fast_assign(
		__entry->port = port;
		__entry->job = job->id;
		__entry->state = job->state;
		__entry->accepted = job->accepted;
		__entry->delivered = job->delivered;
		__entry->lost = job->lost;
	),
	TP_printk("port=%d job=%u state=%s accepted=%llu delivered=%llu lost=%llu",
		  __entry->port, __entry->job,
		  __print_symbolic(__entry->state,
				   { 0, "active" }, { 1, "pending" },
				   { 2, "completed" }, { 3, "aborted" },
				   { 4, "failed" }),
		  __entry->accepted, __entry->delivered, __entry->lost)
);

TRACE_EVENT(printport_queue,
	TP_PROTO(int port, enum printport_queue_event event, size_t bytes,
		 size_t queued, size_t in_flight),
	TP_ARGS(port, event, bytes, queued, in_flight),
	TP_STRUCT__entry(
		__field(int, port)
		__field(int, event)
		__field(size_t, bytes)
		__field(size_t, queued)
		__field(size_t, in_flight)
	),
	TP_fast_assign(
		__entry->port = port;
		__entry->event = event;
		__entry->bytes = bytes;
		__entry->queued = queued;
		__entry->in_flight = in_flight;
	),
	TP_printk("port=%d %s bytes=%zu queued=%zu in_flight=%zu", __entry->port,
		  __print_symbolic(__entry->event,
				   { PRINTPORT_QUEUE_WRITE, "write" },
				   { PRINTPORT_QUEUE_TAKE, "take" },
				   { PRINTPORT_QUEUE_DONE, "done" },
				   { PRINTPORT_QUEUE_STOP, "stop" }),
		  __entry->bytes, __entry->queued, __entry->in_flight)
);

TRACE_EVENT(printport_error,
	TP_PROTO(int port, u32 job, int error, u64 lost),
	TP_ARGS(port, job, error, lost),
	TP_STRUCT__entry(
		__field(int, port)
		__field(u32, job)
		__field(int, error)
		__field(u64, lost)
	),
	TP_fast_assign(
		__entry->port = port;
		__entry->job = job;
		__entry->error = error;
		__entry->lost = lost;
	),
	TP_printk("port=%d job=%u error=%d lost=%llu", __entry->port, __entry->job,
		  __entry->error, __entry->lost)
);

#endif /* _PRINTPORT_TRACE_H */

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>
