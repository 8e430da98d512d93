// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What is sent to an ESC/POS printer. The codes are those of Epson's ESC/POS command
 * reference: ESC @, CAN, GS a, GS r, GS I, GS ( H (fn 48), DLE EOT, DLE DC4 (fn 8).
 */
#include <stdio.h>
#include <string.h>

#include "escpos.h"

#define DLE	0x10
#define CAN	0x18
#define ESC	0x1b
#define GS	0x1d

/* All of a command that asks for a process ID to be sent back, but the ID. */
static const uint8_t process_id_command[] = { GS, '(', 'H', 6, 0, 48, 48 };

static const uint8_t initialise[] = { ESC, '@' };
static const uint8_t enable_asb[] = { GS, 'a', 0xff };
static const uint8_t ask_paper[] = { GS, 'r', 1 };
static const uint8_t clear_buffers[] = { DLE, 0x14, 8, 1, 3, 20, 1, 6, 2, 8 };

/* A few short commands that are sent in one piece. */
struct commands {
	size_t len;
	uint8_t at[64];
};

static void add(struct commands *commands, const void *buf, size_t len)
{
	memcpy(commands->at + commands->len, buf, len);
	commands->len += len;
}

static int send(struct escpos *escpos, struct printport_doc *doc,
		const struct commands *commands)
{
	return printport_monitor_send(escpos->monitor, doc, commands->at, commands->len);
}

static void next_token(struct escpos *escpos, char *token)
{
	char text[ESCPOS_TOKEN_LEN + 1];

	snprintf(text, sizeof(text), "%04u", escpos->sequence % 10000);
	escpos->sequence = (escpos->sequence + 1) % 10000;
	memcpy(token, text, ESCPOS_TOKEN_LEN);
}

static void add_process_id(struct commands *commands, const char *token)
{
	add(commands, process_id_command, sizeof(process_id_command));
	add(commands, token, ESCPOS_TOKEN_LEN);
}

static void add_asb(struct escpos *escpos, struct commands *commands)
{
	add(commands, enable_asb, sizeof(enable_asb));
	if (escpos->asb_due < ESCPOS_UNANSWERED_MAX)
		escpos->asb_due++;
	escpos->settings_due = false;
	escpos->settings_at = escpos_now(escpos);
}

/*
 * A printer that does not know GS ( takes what follows for text. ESC @ throws away text
 * whose line is not complete, so that asking leaves nothing on the paper.
 */
static bool add_probe(struct escpos *escpos, struct commands *commands)
{
	if (escpos->process_id != ESCPOS_UNKNOWN_SUPPORT || !escpos->option[ESCPOS_INIT])
		return false;
	next_token(escpos, escpos->probe_token);
	add_process_id(commands, escpos->probe_token);
	add(commands, initialise, sizeof(initialise));
	escpos->process_id = ESCPOS_ASKED;
	deadline_set(&escpos->deadlines, escpos->monitor, ESCPOS_AT_PROBE,
		     escpos->option[ESCPOS_PROBE_MS]);
	return true;
}

void escpos_send_settings(struct escpos *escpos, struct printport_doc *doc)
{
	struct commands commands = { 0 };

	if (!add_probe(escpos, &commands) && doc && escpos->option[ESCPOS_INIT])
		add(&commands, initialise, sizeof(initialise));
	add_asb(escpos, &commands);
	send(escpos, doc, &commands);
}

void escpos_send_asb(struct escpos *escpos, struct printport_doc *doc)
{
	struct commands commands = { 0 };

	add_asb(escpos, &commands);
	send(escpos, doc, &commands);
}

void escpos_send_realtime(struct escpos *escpos, struct printport_doc *doc)
{
	struct commands commands = { 0 };
	uint8_t n;

	for (n = 1; n <= ESCPOS_REALTIME_KINDS; n++)
		add(&commands, (uint8_t[]){ DLE, 0x04, n }, 3);
	if (!send(escpos, doc, &commands))
		escpos->realtime = 1;
}

int escpos_send_question(struct escpos *escpos, uint8_t n)
{
	struct commands commands = { 0 };

	add(&commands, (uint8_t[]){ GS, 'I', n }, 3);
	return send(escpos, NULL, &commands);
}

void escpos_send_clear(struct escpos *escpos)
{
	struct commands commands = { 0 };

	add(&commands, clear_buffers, sizeof(clear_buffers));
	send(escpos, NULL, &commands);
}

static void send_padding(struct escpos *escpos, struct printport_doc *doc, size_t len)
{
	static const uint8_t zero[4096];
	size_t piece;

	for (; len; len -= piece) {
		piece = len < sizeof(zero) ? len : sizeof(zero);
		if (printport_monitor_send(escpos->monitor, doc, zero, piece))
			return;
	}
}

void escpos_send_reset(struct escpos *escpos, struct printport_doc *doc,
		       unsigned int padding)
{
	struct commands commands = { 0 };

	send_padding(escpos, doc, padding);
	add(&commands, (uint8_t[]){ CAN }, 1);
	add(&commands, initialise, sizeof(initialise));
	add_asb(escpos, &commands);
	send(escpos, doc, &commands);
}

/*
 * GS a once more, because the job may have switched it off, with ESC @ or otherwise, and
 * because the answer to it says how the printer is when the job is over.
 */
void escpos_send_trailer(struct escpos *escpos, struct printport_doc *doc)
{
	enum escpos_confirmation by = ESCPOS_BY_STATUS;
	struct commands commands = { 0 };
	char token[ESCPOS_TOKEN_LEN];

	add_asb(escpos, &commands);
	if (escpos->process_id == ESCPOS_SUPPORTED) {
		by = ESCPOS_BY_PROCESS_ID;
		next_token(escpos, token);
		add_process_id(&commands, token);
	} else {
		add(&commands, ask_paper, sizeof(ask_paper));
	}
	if (send(escpos, doc, &commands))
		by = ESCPOS_BY_NOTHING;
	escpos_confirm_add(escpos, doc->id, by, by == ESCPOS_BY_PROCESS_ID ? token : NULL);
}
