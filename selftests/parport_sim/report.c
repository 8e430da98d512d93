// SPDX-License-Identifier: GPL-2.0-only
/*
 * What was seen: the trace of the lines, what the host did wrong, counters; and how all
 * this is written as text.
 */
#include <linux/kernel.h>
#include <linux/minmax.h>
#include <linux/string.h>

#include "parport_sim.h"

const char *const psim_mode_names[PSIM_MODES] = {
	[PSIM_COMPATIBILITY] = "compatibility",
	[PSIM_NEGOTIATION] = "negotiation",
	[PSIM_NIBBLE] = "nibble",
	[PSIM_BYTE] = "byte",
	[PSIM_ECP] = "ecp",
	[PSIM_ECP_REVERSE] = "ecp-reverse",
	[PSIM_EPP] = "epp",
	[PSIM_TERMINATE] = "terminate",
};

static const char *const psim_events[PSIM_EVENT_LAST - PSIM_EVENT_NONE] = {
	[PSIM_EVENT_NONE - PSIM_EVENT_NONE] = "none",
	[PSIM_EVENT_DATA - PSIM_EVENT_NONE] = "data",
	[PSIM_EVENT_STROBE - PSIM_EVENT_NONE] = "strobe",
	[PSIM_EVENT_STROBE_END - PSIM_EVENT_NONE] = "strobe-end",
	[PSIM_EVENT_BUSY - PSIM_EVENT_NONE] = "busy",
	[PSIM_EVENT_ACK - PSIM_EVENT_NONE] = "ack",
	[PSIM_EVENT_ACK_END - PSIM_EVENT_NONE] = "ack-end",
	[PSIM_EVENT_INIT - PSIM_EVENT_NONE] = "init",
	[PSIM_EVENT_INIT_END - PSIM_EVENT_NONE] = "init-end",
	[PSIM_EVENT_CONDITION - PSIM_EVENT_NONE] = "condition",
	[PSIM_EVENT_LINES - PSIM_EVENT_NONE] = "lines",
};

static const char *const psim_counter_names[PSIM_COUNTERS] = {
	[PSIM_N_FORWARD] = "forward_bytes",
	[PSIM_N_COMPAT] = "compat_bytes",
	[PSIM_N_ECP] = "ecp_bytes",
	[PSIM_N_EPP] = "epp_bytes",
	[PSIM_N_HARDWARE] = "hardware_bytes",
	[PSIM_N_REVERSE] = "reverse_bytes",
	[PSIM_N_NIBBLE] = "nibble_bytes",
	[PSIM_N_BYTE] = "byte_bytes",
	[PSIM_N_ECP_REVERSE] = "ecp_reverse_bytes",
	[PSIM_N_EPP_REVERSE] = "epp_reverse_bytes",
	[PSIM_N_ID] = "id_bytes",
	[PSIM_N_NEGOTIATIONS] = "negotiations",
	[PSIM_N_REFUSED] = "refused",
	[PSIM_N_TERMINATIONS] = "terminations",
	[PSIM_N_IMMEDIATE] = "immediate_terminations",
	[PSIM_N_RECOVERIES] = "recoveries",
	[PSIM_N_INITS] = "inits",
	[PSIM_N_INTERRUPTS] = "interrupts",
	[PSIM_N_STATUS_READS] = "status_reads",
	[PSIM_N_WRITES] = "writes",
	[PSIM_N_VIOLATIONS] = "violations",
	[PSIM_N_LOST] = "lost_bytes",
	[PSIM_N_ECP_COMMANDS] = "ecp_addresses",
	[PSIM_N_EPP_ADDRESSES] = "epp_addresses",
};

/**
 * psim_event_name - an event as text
 * @event: the event
 * @buf: for its number
 * @size: bytes at @buf
 *
 * Return: the text
 */
const char *psim_event_name(int event, char *buf, size_t size)
{
	if (event >= PSIM_EVENT_NONE && event < PSIM_EVENT_LAST)
		return psim_events[event - PSIM_EVENT_NONE];
	scnprintf(buf, size, "%d", event);
	return buf;
}

/**
 * psim_event_parse - an event that a trigger may wait for
 * @word: its name or number
 *
 * Return: the event, or -EINVAL.
 */
int psim_event_parse(const char *word)
{
	unsigned int event;
	int i;

	for (i = PSIM_EVENT_DATA; i <= PSIM_EVENT_INIT_END; i++)
		if (!strcmp(word, psim_events[i - PSIM_EVENT_NONE]))
			return i;
	if (kstrtouint(word, 10, &event) || event > 75)
		return -EINVAL;
	return event;
}

/**
 * psim_trace - record that lines have changed
 * @sim: the port
 * @printer: by the printer, else by the host
 * @event: the event that this is
 */
void psim_trace(struct psim *sim, bool printer, int event)
{
	struct psim_trace *entry = &sim->trace[sim->trace_count++ % PSIM_TRACE_ENTRIES];

	*entry = (struct psim_trace) {
		.ns = sim->now,
		.event = event,
		.printer = printer,
		.data = psim_data(sim),
		.status = sim->lines ^ PSIM_STATUS_INVERTED,
		.control = sim->host ^ PSIM_CONTROL_INVERTED,
		.mode = sim->mode,
	};
}

/**
 * psim_violation - the host has done what it must not
 * @sim: the port
 * @event: when, or what it should have been
 * @fmt: what
 */
void psim_violation(struct psim *sim, int event, const char *fmt, ...)
{
	const char *mode = psim_mode_names[sim->mode];
	char name[8], *line;
	va_list args;
	int len;

	sim->counters[PSIM_N_VIOLATIONS]++;
	if (sim->violation_count++ >= PSIM_VIOLATIONS)
		return;
	line = sim->violations[sim->violation_count - 1];
	len = scnprintf(line, PSIM_VIOLATION_LEN, "%llu %s %s: ", sim->now,
			mode, psim_event_name(event, name, sizeof(name)));
	va_start(args, fmt);
	vscnprintf(line + len, PSIM_VIOLATION_LEN - len, fmt, args);
	va_end(args);
}

/**
 * psim_violations_clear - forget what the host has done wrong
 * @sim: the port
 */
void psim_violations_clear(struct psim *sim)
{
	sim->violation_count = 0;
	sim->counters[PSIM_N_VIOLATIONS] = 0;
	sim->compat.min_setup = U64_MAX;
	sim->compat.min_strobe = U64_MAX;
	sim->compat.min_hold = U64_MAX;
}

/**
 * psim_print_violations - as text
 * @sim: the port
 * @buf: out
 * @size: bytes at @buf
 *
 * Return: bytes
 */
size_t psim_print_violations(struct psim *sim, char *buf, size_t size)
{
	unsigned int i, lines = min_t(unsigned int, sim->violation_count, PSIM_VIOLATIONS);
	size_t len = 0;

	for (i = 0; i < lines; i++)
		len += scnprintf(buf + len, size - len, "%s\n", sim->violations[i]);
	if (sim->violation_count > lines)
		len += scnprintf(buf + len, size - len, "and %u more\n",
				 sim->violation_count - lines);
	return len;
}

/**
 * psim_print_trace - as text
 * @sim: the port
 * @buf: out
 * @size: bytes at @buf
 *
 * Return: bytes
 */
size_t psim_print_trace(struct psim *sim, char *buf, size_t size)
{
	unsigned int n = min_t(unsigned int, sim->trace_count, PSIM_TRACE_ENTRIES);
	const struct psim_trace *entry;
	unsigned int i;
	const char *event;
	size_t len = 0;
	char name[8];

	for (i = sim->trace_count - n; i != sim->trace_count; i++) {
		entry = &sim->trace[i % PSIM_TRACE_ENTRIES];
		event = psim_event_name(entry->event, name, sizeof(name));
		len += scnprintf(buf + len, size - len,
				 "%llu %s %s data=%02x status=%02x control=%02x %s\n",
				 entry->ns, entry->printer ? "printer" : "host", event,
				 entry->data, entry->status, entry->control,
				 psim_mode_names[entry->mode]);
	}
	return len;
}

static size_t psim_print_ns(const char *name, u64 ns, char *buf, size_t size)
{
	return scnprintf(buf, size, "%s %llu\n", name, ns == U64_MAX ? 0 : ns);
}

/**
 * psim_print_counters - as text
 * @sim: the port
 * @buf: out
 * @size: bytes at @buf
 *
 * Return: bytes
 */
size_t psim_print_counters(struct psim *sim, char *buf, size_t size)
{
	const struct psim_compat *compat = &sim->compat;
	size_t len = 0;
	int i;

	for (i = 0; i < PSIM_COUNTERS; i++)
		len += scnprintf(buf + len, size - len, "%s %llu\n", psim_counter_names[i],
				 sim->counters[i]);
	len += scnprintf(buf + len, size - len, "reply_left %u\nmode %s\n",
			 kfifo_len(&sim->reply), psim_mode_names[sim->mode]);
	len += psim_print_ns("min_setup_ns", compat->min_setup, buf + len, size - len);
	len += psim_print_ns("min_strobe_ns", compat->min_strobe, buf + len, size - len);
	len += psim_print_ns("min_hold_ns", compat->min_hold, buf + len, size - len);
	return len;
}
