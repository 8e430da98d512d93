// SPDX-License-Identifier: LGPL-2.1-or-later
/* Status reasons and their keywords: RFC 8011, 5.4.12, and PWG 5100.9. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "printport.h"

/* By bit number of PRINTPORT_REASON_*. */
static const char *const names[] = {
	"media-empty", "media-jam", "media-low", "media-needed", "cover-open",
	"door-open", "offline", "toner-low", "toner-empty", "marker-supply-low",
	"marker-supply-empty", "output-area-full", "paused", "other",
};

#define COUNT	(sizeof(names) / sizeof(names[0]))

_Static_assert(PRINTPORT_REASON_ALL == (1ULL << COUNT) - 1, "a reason without a name");

const char *printport_reason_name(uint64_t reason)
{
	size_t i;

	for (i = 0; i < COUNT; i++)
		if (reason == 1ULL << i)
			return names[i];
	return NULL;
}

size_t printport_reasons_format(uint64_t reasons, char *text, size_t size)
{
	size_t len = 0, i;

	for (i = 0; i < COUNT; i++)
		if (reasons & (1ULL << i))
			len += snprintf(len < size ? text + len : NULL,
					len < size ? size - len : 0, "%s%s",
					len ? " " : "", names[i]);
	return len ? len : (size_t)snprintf(text, size, "none");
}

/* The bit of a keyword, or 0; @known: it is one, or "none". */
static uint64_t word_bit(const char *word, size_t len, bool *known)
{
	size_t i;

	*known = true;
	for (i = 0; i < COUNT; i++)
		if (strlen(names[i]) == len && !memcmp(word, names[i], len))
			return 1ULL << i;
	*known = len == 4 && !memcmp(word, "none", len);
	return 0;
}

int printport_reasons_parse(const char *text, uint64_t *reasons)
{
	static const char separators[] = " ,\t\r\n";
	uint64_t found = 0;
	bool known;
	size_t len;

	for (text += strspn(text, separators); *text; text += strspn(text, separators)) {
		len = strcspn(text, separators);
		found |= word_bit(text, len, &known);
		if (!known)
			return -EINVAL;
		text += len;
	}
	*reasons = found;
	return 0;
}
