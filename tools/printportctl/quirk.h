/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PRINTPORTCTL_QUIRK_H
#define PRINTPORTCTL_QUIRK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define QUIRK_FILE "/etc/modprobe.d/printport-quirks.conf"

/* As printport_usb has it: the parameter's length, and its NUL. */
#define QUIRK_TEXT_MAX 1024
#define QUIRK_WORDS_MAX 64
#define QUIRK_COUNT_MAX 128

struct quirk_id {
	uint16_t vendor;
	uint16_t product;
};

/* @words: "no-id+no-status", or "none" */
struct quirk {
	struct quirk_id id;
	char words[QUIRK_WORDS_MAX];
};

struct quirk_list {
	struct quirk quirks[QUIRK_COUNT_MAX];
	size_t count;
};

/* "04b8:0202". Whether it is one. */
bool quirk_id_parse(const char *text, struct quirk_id *id);

/* "WORD+WORD", each of those that there are, or "none". Whether it is. */
bool quirk_words_parse(const char *text, char words[QUIRK_WORDS_MAX]);

/* Adds the entries of a value of the parameter. Whether it is one. */
bool quirk_parse(const char *text, struct quirk_list *list);

/* The value of the parameter. Whether it fits. */
bool quirk_format(const struct quirk_list *list, char *text, size_t size);

const struct quirk *quirk_find(const struct quirk_list *list, const struct quirk_id *id);

/* Whether there was room. */
bool quirk_set(struct quirk_list *list, const struct quirk *quirk);

void quirk_clear(struct quirk_list *list, const struct quirk_id *id);

/*
 * What QUIRK_FILE says; no file is an empty list. Writing puts @list in place of what it
 * said of quirks, leaves everything else as it is, and is all or nothing. 0, or an exit
 * code, and then it has said why.
 */
int quirk_file_read(struct quirk_list *list);
int quirk_file_write(const struct quirk_list *list);

/*
 * Held by who changes quirks, the module's or those of QUIRK_FILE, from reading to writing.
 * Returns a file to close afterwards, or minus an exit code, and then it has said why.
 */
int quirk_lock(void);

#endif
