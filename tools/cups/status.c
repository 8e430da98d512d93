// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The printer's condition as cupsd knows it: keywords of printer-state-reasons, RFC 8011
 * 5.4.12, with its suffixes -error (the printer has stopped), -warning (it goes on, for
 * now) and -report. "offline-report" is what the backends of CUPS say.
 */
#include <cups/sidechannel.h>
#include <linux/printport.h>
#include <stdio.h>
#include <string.h>

#include "message.h"
#include "status.h"

/*
 * "paused" would have cupsd pause the queue. A printer that somebody has paused at its
 * panel is off-line to whoever prints.
 */
static const struct {
	uint64_t reasons;
	const char *keyword;
} keywords[] = {
	{ PRINTPORT_REASON_MEDIA_EMPTY, "media-empty-error" },
	{ PRINTPORT_REASON_MEDIA_JAM, "media-jam-error" },
	{ PRINTPORT_REASON_MEDIA_LOW, "media-low-warning" },
	{ PRINTPORT_REASON_MEDIA_NEEDED, "media-needed-error" },
	{ PRINTPORT_REASON_COVER_OPEN, "cover-open-error" },
	{ PRINTPORT_REASON_DOOR_OPEN, "door-open-error" },
	{ PRINTPORT_REASON_OFFLINE | PRINTPORT_REASON_PAUSED, "offline-report" },
	{ PRINTPORT_REASON_TONER_LOW, "toner-low-warning" },
	{ PRINTPORT_REASON_TONER_EMPTY, "toner-empty-error" },
	{ PRINTPORT_REASON_MARKER_SUPPLY_LOW, "marker-supply-low-warning" },
	{ PRINTPORT_REASON_MARKER_SUPPLY_EMPTY, "marker-supply-empty-error" },
	{ PRINTPORT_REASON_OUTPUT_AREA_FULL, "output-area-full-error" },
	{ PRINTPORT_REASON_OTHER, "other-error" },
	{ 0, "connecting-to-device" },
};

#define KEYWORDS	(sizeof(keywords) / sizeof(keywords[0]))
#define CONNECTING	(1U << (KEYWORDS - 1))

static unsigned int shown;

static void say_keywords(char sign, unsigned int which)
{
	char text[512];
	size_t i, at = 0;

	for (i = 0; i < KEYWORDS; i++)
		if (which & (1U << i))
			at += snprintf(text + at, sizeof(text) - at, "%s%s", at ? "," : "",
				       keywords[i].keyword);
	if (at)
		say("STATE", "%c%s", sign, text);
}

void status_show(uint64_t reasons, bool connecting)
{
	unsigned int now = connecting ? CONNECTING : 0;
	size_t i;

	for (i = 0; i < KEYWORDS; i++)
		if (keywords[i].reasons & reasons)
			now |= 1U << i;
	say_keywords('+', now & ~shown);
	say_keywords('-', shown & ~now);
	shown = now;
}

void status_reset(void)
{
	say_keywords('-', (1U << KEYWORDS) - 1);
	shown = 0;
}

unsigned char status_side_channel(uint64_t reasons, bool busy)
{
	static const uint64_t media_low = PRINTPORT_REASON_MEDIA_LOW;
	static const uint64_t media_empty = PRINTPORT_REASON_MEDIA_EMPTY |
					    PRINTPORT_REASON_MEDIA_NEEDED;
	static const uint64_t marker_low = PRINTPORT_REASON_TONER_LOW |
					   PRINTPORT_REASON_MARKER_SUPPLY_LOW;
	static const uint64_t marker_empty = PRINTPORT_REASON_TONER_EMPTY |
					     PRINTPORT_REASON_MARKER_SUPPLY_EMPTY;
	static const uint64_t error = PRINTPORT_REASON_MEDIA_JAM |
				      PRINTPORT_REASON_COVER_OPEN |
				      PRINTPORT_REASON_DOOR_OPEN |
				      PRINTPORT_REASON_OUTPUT_AREA_FULL |
				      PRINTPORT_REASON_OTHER;
	unsigned char state = busy ? CUPS_SC_STATE_BUSY : 0;

	if (!(reasons & (PRINTPORT_REASON_OFFLINE | PRINTPORT_REASON_PAUSED)))
		state |= CUPS_SC_STATE_ONLINE;
	state |= reasons & error ? CUPS_SC_STATE_ERROR : 0;
	state |= reasons & media_low ? CUPS_SC_STATE_MEDIA_LOW : 0;
	state |= reasons & media_empty ? CUPS_SC_STATE_MEDIA_EMPTY : 0;
	state |= reasons & marker_low ? CUPS_SC_STATE_MARKER_LOW : 0;
	state |= reasons & marker_empty ? CUPS_SC_STATE_MARKER_EMPTY : 0;
	return state;
}
