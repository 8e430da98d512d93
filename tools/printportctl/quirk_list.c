// SPDX-License-Identifier: GPL-2.0-or-later
/* The value of printport_usb's parameter quirks: VENDOR:PRODUCT:WORD[+WORD...][,...] */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "quirk.h"

static const char *const known[] = {
	"unidirectional", "vendor-class", "no-status", "no-id", "none",
};

#define N_KNOWN (sizeof(known) / sizeof(known[0]))

/* 1 to 4 hexadecimal digits and then @after; behind it is *@at. */
static bool parse_number(const char **at, char after, uint16_t *number)
{
	size_t len = strspn(*at, "0123456789abcdefABCDEF");

	if (!len || len > 4 || (*at)[len] != after)
		return false;
	*number = strtoul(*at, NULL, 16);
	*at += len + (after != '\0');
	return true;
}

bool quirk_id_parse(const char *text, struct quirk_id *id)
{
	return parse_number(&text, ':', &id->vendor) &&
	       parse_number(&text, '\0', &id->product);
}

static bool is_known(const char *word, size_t len)
{
	size_t i;

	for (i = 0; i < N_KNOWN; i++)
		if (strlen(known[i]) == len && !strncmp(known[i], word, len))
			return true;
	return false;
}

bool quirk_words_parse(const char *text, char words[QUIRK_WORDS_MAX])
{
	const char *at = text;
	size_t len;

	if (strlen(text) >= QUIRK_WORDS_MAX)
		return false;
	for (;;) {
		len = strcspn(at, "+");
		if (!is_known(at, len))
			return false;
		at += len;
		if (!*at)
			break;
		at++;
	}
	strcpy(words, text);
	return true;
}

bool quirk_parse(const char *text, struct quirk_list *list)
{
	char words[QUIRK_TEXT_MAX];
	struct quirk quirk;
	size_t len;

	while (*text) {
		if (!parse_number(&text, ':', &quirk.id.vendor) ||
		    !parse_number(&text, ':', &quirk.id.product))
			return false;
		len = strcspn(text, ",");
		if (len >= sizeof(words))
			return false;
		memcpy(words, text, len);
		words[len] = '\0';
		if (!quirk_words_parse(words, quirk.words) || !quirk_set(list, &quirk))
			return false;
		text += len;
		if (*text == ',' && !*++text)
			return false;
	}
	return true;
}

bool quirk_format(const struct quirk_list *list, char *text, size_t size)
{
	const struct quirk *quirk = list->quirks;
	size_t len = 0, i;

	text[0] = '\0';
	for (i = 0; i < list->count && len < size; i++, quirk++)
		len += snprintf(text + len, size - len, "%s%04x:%04x:%s", i ? "," : "",
				quirk->id.vendor, quirk->id.product, quirk->words);
	return len < size;
}

static bool same_id(const struct quirk_id *a, const struct quirk_id *b)
{
	return a->vendor == b->vendor && a->product == b->product;
}

const struct quirk *quirk_find(const struct quirk_list *list, const struct quirk_id *id)
{
	size_t i;

	for (i = 0; i < list->count; i++)
		if (same_id(&list->quirks[i].id, id))
			return &list->quirks[i];
	return NULL;
}

bool quirk_set(struct quirk_list *list, const struct quirk *quirk)
{
	size_t i;

	for (i = 0; i < list->count; i++)
		if (same_id(&list->quirks[i].id, &quirk->id))
			break;
	if (i == QUIRK_COUNT_MAX)
		return false;
	list->quirks[i] = *quirk;
	if (i == list->count)
		list->count++;
	return true;
}

void quirk_clear(struct quirk_list *list, const struct quirk_id *id)
{
	size_t i, kept = 0;

	for (i = 0; i < list->count; i++)
		if (!same_id(&list->quirks[i].id, id))
			list->quirks[kept++] = list->quirks[i];
	list->count = kept;
}
