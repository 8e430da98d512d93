// SPDX-License-Identifier: GPL-2.0-or-later
#include <linux/printport.h>
#include <stdio.h>

#include "pjl_codes.h"

#define REASON(name)	PRINTPORT_REASON_##name

/* Reasons that do not keep a printer from printing. */
#define WARNINGS	(REASON(MEDIA_LOW) | REASON(TONER_LOW) | REASON(MARKER_SUPPLY_LOW))

/*
 * Ascending, more than one entry may match: the shortest range counts. Sources: HP,
 * Printer Job Language Technical Reference Manual, chapter 7 and appendix D, and its
 * Addendum, chapter 4, for the groups; the same for single codes, and marked [1] those
 * that the HPLIP project's table of PJL status codes also has, [2] those of the
 * technical reference manuals of Lexmark, which use HP's scheme.
 */
static const struct pjl_code table[] = {
	{ 0, 99999, PJL_BUSY, 0, "unknown" },

	{ 10000, 10999, PJL_BUSY, 0, "informational" },
	{ 10000, 10000, PJL_IDLE, 0, "power save" },
	{ 10001, 10001, PJL_IDLE, 0, "ready" },					/* [1] */
	{ 10002, 10002, PJL_ERROR, REASON(OFFLINE), "off line" },		/* [1] */
	{ 10003, 10003, PJL_BUSY, 0, "warming up" },				/* [1] */
	{ 10004, 10004, PJL_BUSY, 0, "self test" },				/* [1] */
	{ 10005, 10005, PJL_BUSY, 0, "reset" },					/* [1] */
	{ 10006, 10006, PJL_WARNING, REASON(TONER_LOW), "toner low" },		/* [1] */
	{ 10007, 10007, PJL_BUSY, 0, "cancelling job" },			/* [1] */
	{ 10010, 10010, PJL_NO_CONDITION, 0, "status buffer overflow" },
	{ 10023, 10023, PJL_BUSY, 0, "printing" },				/* [1] */
	{ 10027, 10027, PJL_WARNING, REASON(MEDIA_JAM), "remove paper from printer" },
	{ 10034, 10034, PJL_BUSY, 0, "cancelling job" },			/* [1] */
	{ 10036, 10036, PJL_BUSY, 0, "warming up" },				/* [1] */
	{ 10200, 10203, PJL_WARNING, REASON(TONER_LOW), "order toner" },	/* [1] */
	{ 10204, 10208, PJL_WARNING, REASON(MARKER_SUPPLY_LOW), "order drum" },	/* [1] */
	{ 10209, 10212, PJL_WARNING, REASON(TONER_LOW), "order cartridge" },	/* [1] */
	{ 10213, 10217, PJL_WARNING, 0, "order maintenance kit" },		/* [1] */
	{ 10218, 10218, PJL_WARNING, REASON(MARKER_SUPPLY_LOW), "order supplies" },
	{ 10300, 10303, PJL_WARNING, REASON(TONER_LOW), "replace toner" },	/* [1] */
	{ 10304, 10308, PJL_WARNING, REASON(MARKER_SUPPLY_LOW), "replace drum" }, /* [1] */
	{ 10309, 10312, PJL_WARNING, REASON(TONER_LOW), "replace cartridge" },	/* [1] */
	{ 10313, 10317, PJL_WARNING, 0, "replace maintenance kit" },		/* [1] */
	{ 10318, 10318, PJL_WARNING, REASON(MARKER_SUPPLY_LOW), "replace supplies" },
	{ 10400, 10402, PJL_WARNING, 0, "supply of another make, or needs service" },

	{ 11000, 11999, PJL_WARNING, REASON(MEDIA_LOW),
	  "a paper source is empty, another one serves" },
	{ 12000, 12999, PJL_WARNING, 0, "paper tray open or lifting" },
	{ 15000, 15999, PJL_WARNING, REASON(OUTPUT_AREA_FULL), "output bin" },

	{ 20000, 20999, PJL_NO_CONDITION, 0, "PJL parser error" },
	{ 25000, 25999, PJL_NO_CONDITION, 0, "PJL parser warning" },
	{ 27000, 27999, PJL_NO_CONDITION, 0, "PJL semantic error" },

	{ 30000, 30999, PJL_WARNING, 0, "may go on by itself" },
	{ 30010, 30010, PJL_NO_CONDITION, 0, "status buffer overflow" },
	{ 30034, 30034, PJL_WARNING, REASON(MEDIA_NEEDED), "wrong paper size" }, /* [2] */
	{ 30119, 30119, PJL_WARNING, REASON(MEDIA_JAM), "media feed error" },	/* [1] */
	{ 32000, 32999, PJL_NO_CONDITION, 0, "PJL file system error" },
	{ 35000, 35999, PJL_WARNING, 0, "may need an operator" },
	{ 35078, 35078, PJL_IDLE, 0, "power save" },

	{ 40000, 40999, PJL_ERROR, REASON(OTHER), "needs an operator" },
	{ 40000, 40000, PJL_IDLE, 0, "sleep" },
	{ 40010, 40010, PJL_ERROR, REASON(TONER_EMPTY), "no cartridge" },	/* [2] */
	{ 40019, 40019, PJL_ERROR, REASON(OUTPUT_AREA_FULL), "output bin full" }, /* [2] */
	{ 40021, 40021, PJL_ERROR, REASON(COVER_OPEN), "cover open" },		/* [1] */
	{ 40022, 40022, PJL_ERROR, REASON(MEDIA_JAM), "paper jam" },		/* [1] */
	{ 40038, 40038, PJL_ERROR, REASON(TONER_LOW) | REASON(OTHER),
	  "toner low, waits for an operator" },					/* [1] */
	{ 40039, 40039, PJL_ERROR, REASON(TONER_EMPTY), "cartridge empty" },	/* [2] */
	{ 40079, 40079, PJL_ERROR, REASON(OFFLINE), "off line" },
	{ 40600, 40600, PJL_ERROR, REASON(TONER_EMPTY), "no toner" },		/* [1] */
	{ 41000, 41999, PJL_ERROR, REASON(MEDIA_EMPTY) | REASON(MEDIA_NEEDED),
	  "load paper" },							/* [1] */
	{ 42000, 42999, PJL_ERROR, REASON(MEDIA_JAM), "paper jam" },		/* [1] */
	{ 43000, 43999, PJL_ERROR, REASON(OTHER), "external paper handling device" },
	{ 44000, 44999, PJL_ERROR, REASON(MEDIA_JAM), "paper jam" },		/* [1] */
	{ 45000, 49999, PJL_ERROR, REASON(OTHER), "needs an operator" },
	{ 50000, 50999, PJL_ERROR, REASON(OTHER), "hardware error" },		/* [1] */
	{ 55000, 55999, PJL_ERROR, REASON(OTHER), "personality error" },	/* [1] */
};

static const char *const reason_names[] = {
	"media-empty", "media-jam", "media-low", "media-needed", "cover-open", "door-open",
	"offline", "toner-low", "toner-empty", "marker-supply-low", "marker-supply-empty",
	"output-area-full", "paused", "other",
};

_Static_assert(PRINTPORT_REASON_ALL == (1ULL << sizeof(reason_names) /
					sizeof(reason_names[0])) - 1, "a name for each bit");

const struct pjl_code *pjl_code(unsigned int code)
{
	const struct pjl_code *best = &table[0];
	size_t i;

	for (i = 1; i < sizeof(table) / sizeof(table[0]) && table[i].first <= code; i++)
		if (code <= table[i].last && table[i].last - table[i].first <=
		    best->last - best->first)
			best = &table[i];
	return best;
}

/* xx of 15xxy is the bin, y what is the matter with it: 1 full, 2 open, 3 broken. */
static uint64_t stopping_reasons(unsigned int code, const struct pjl_code *entry)
{
	if (entry->first == 15000 && code % 10 != 1)
		return PRINTPORT_REASON_OTHER;
	return entry->reasons;
}

static uint64_t reasons_of(unsigned int code, enum pjl_online online)
{
	const struct pjl_code *entry = pjl_code(code);

	switch (entry->severity) {
	case PJL_ERROR:
		return entry->reasons;
	case PJL_WARNING:
		if (online != PJL_ONLINE_FALSE)
			return entry->reasons & WARNINGS;
		return stopping_reasons(code, entry);
	default:
		return 0;
	}
}

uint64_t pjl_code_reasons(const unsigned int *codes, size_t count, enum pjl_online online)
{
	bool needs_help = false;
	uint64_t reasons = 0;
	size_t i;

	for (i = 0; i < count; i++) {
		reasons |= reasons_of(codes[i], online);
		needs_help |= codes[i] >= 30000 &&
			      pjl_code(codes[i])->severity >= PJL_WARNING;
	}
	if (online == PJL_ONLINE_FALSE && !(reasons & ~WARNINGS))
		reasons |= needs_help ? PRINTPORT_REASON_OTHER : PRINTPORT_REASON_OFFLINE;
	return reasons;
}

enum pjl_severity pjl_code_severity(const unsigned int *codes, size_t count,
				    enum pjl_online online)
{
	enum pjl_severity worst = PJL_NO_CONDITION;
	size_t i;

	for (i = 0; i < count; i++)
		if (pjl_code(codes[i])->severity > worst)
			worst = pjl_code(codes[i])->severity;
	return online == PJL_ONLINE_FALSE ? PJL_ERROR : worst;
}

size_t pjl_reason_names(uint64_t reasons, char *buf, size_t size)
{
	size_t i, len = 0;

	buf[0] = 0;
	for (i = 0; i < sizeof(reason_names) / sizeof(reason_names[0]); i++)
		if (reasons & 1ULL << i && len < size)
			len += (size_t)snprintf(buf + len, size - len, "%s%s",
						len ? " " : "", reason_names[i]);
	if (!len)
		len = (size_t)snprintf(buf, size, "none");
	return len < size ? len : size - 1;
}
