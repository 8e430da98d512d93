// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What is done about what an ESC/POS printer says. What nobody asked for on our side is
 * the answer to something in a job, and goes to the spooler.
 */
#include <string.h>

#include "escpos.h"

/* A spooler that does not read loses what there is no room for. */
static void to_spooler(struct escpos *escpos, const uint8_t *data, size_t len)
{
	if (escpos->open)
		printport_monitor_back(escpos->monitor, data, len);
}

static void set_conditions(struct escpos *escpos, uint32_t conditions)
{
	if (escpos->conditions != conditions || !escpos->current)
		escpos->progress_at = escpos_now(escpos);
	escpos->conditions = conditions;
	escpos->heard = true;
	escpos->current = true;
}

/*
 * A printer says how it is when that changes, and when it is asked. If it does so for
 * neither reason, and all is well, it has been switched on: that resets GS a to what its
 * switches say. The bound on how often that is believed keeps a printer that says
 * everything twice from being asked for ever.
 */
static void check_restart(struct escpos *escpos, uint32_t conditions)
{
	if (escpos->asb_due) {
		escpos->asb_due--;
		return;
	}
	if (escpos->current && conditions == escpos->conditions &&
	    !escpos_reasons(conditions) &&
	    escpos_now(escpos) - escpos->settings_at >= escpos->option[ESCPOS_SILENCE_MS])
		escpos->settings_due = true;
}

static void heard_asb(struct escpos *escpos, const uint8_t *data)
{
	uint32_t conditions = escpos_asb_conditions(data);

	check_restart(escpos, conditions);
	escpos->asb_seen = true;
	set_conditions(escpos, conditions);
	if (escpos->option[ESCPOS_ASB_TO_SPOOLER])
		to_spooler(escpos, data, ESCPOS_ASB_LEN);
}

static void heard_realtime(struct escpos *escpos, uint8_t byte)
{
	unsigned int n = escpos->realtime;

	if (!n) {
		to_spooler(escpos, &byte, 1);
		return;
	}
	escpos->realtime = n < ESCPOS_REALTIME_KINDS ? n + 1 : 0;
	set_conditions(escpos, escpos_realtime_conditions(escpos->conditions, n, byte));
}

static void heard_status(struct escpos *escpos, uint8_t byte)
{
	if (!escpos_query_byte(escpos, byte) && !escpos_confirm_status(escpos))
		to_spooler(escpos, &byte, 1);
}

static bool heard_process_id(struct escpos *escpos, const uint8_t *data, size_t len)
{
	/* Header, identifier, process ID, NUL. */
	if (len != 3 + ESCPOS_TOKEN_LEN)
		return false;
	if (escpos->probe_token[0] &&
	    !memcmp(data + 2, escpos->probe_token, ESCPOS_TOKEN_LEN)) {
		memset(escpos->probe_token, 0, ESCPOS_TOKEN_LEN);
		escpos_probe_over(escpos, ESCPOS_SUPPORTED);
		return true;
	}
	return escpos_confirm_process_id(escpos, data + 2);
}

static bool heard_response(struct escpos *escpos, const uint8_t *data, size_t len)
{
	switch (data[1]) {
	case ESCPOS_RESPONSE_PROCESS:
		return heard_process_id(escpos, data, len);
	case ESCPOS_RESPONSE_CLEAR:
		if (!escpos->clearing)
			return false;
		escpos_clear_over(escpos, true);
		return true;
	}
	return false;
}

/* What it had in its buffers is gone, and so are settings and answers. */
static void switched_on(struct escpos *escpos)
{
	escpos_confirm_give_up(escpos, true);
	escpos->asb_due = 0;
	escpos->realtime = 0;
	escpos->asked = 0;
	escpos->settings_due = true;
	if (escpos->process_id == ESCPOS_UNSUPPORTED &&
	    escpos->option[ESCPOS_PROCESS_ID] == ESCPOS_PROCESS_ID_PROBE) {
		escpos->process_id = ESCPOS_UNKNOWN_SUPPORT;
		escpos->probes = 0;
	}
	if (escpos->clearing)
		escpos_clear_over(escpos, true);
}

static bool heard_power(struct escpos *escpos, const uint8_t *data, size_t len)
{
	if (len != 3)
		return false;
	if (data[1] == ESCPOS_POWER_ON)
		switched_on(escpos);
	return data[1] == ESCPOS_POWER_ON || data[1] == ESCPOS_POWER_OFF;
}

static bool block_for_us(struct escpos *escpos, const uint8_t *data, size_t len)
{
	switch (data[0]) {
	case ESCPOS_HEADER_RESPONSE:
		return heard_response(escpos, data, len);
	case ESCPOS_HEADER_POWER:
		return heard_power(escpos, data, len);
	case ESCPOS_HEADER_INFO_B:
		return escpos_query_block(escpos, data, len);
	}
	return false;
}

void escpos_heard(void *arg, enum escpos_message_type type, const uint8_t *data, size_t len)
{
	struct escpos *escpos = arg;

	switch (type) {
	case ESCPOS_ASB:
		heard_asb(escpos, data);
		break;
	case ESCPOS_REALTIME:
		heard_realtime(escpos, data[0]);
		break;
	case ESCPOS_STATUS:
		heard_status(escpos, data[0]);
		break;
	case ESCPOS_BLOCK:
		if (!block_for_us(escpos, data, len))
			to_spooler(escpos, data, len);
		break;
	case ESCPOS_UNKNOWN:
		to_spooler(escpos, data, len);
		break;
	}
}
