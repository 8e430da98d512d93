/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _PRINTPORT_IEEE1284_ID_H
#define _PRINTPORT_IEEE1284_ID_H

#include <linux/types.h>

/* More than any printer sends; what is longer is cut. */
#define IEEE1284_ID_MAX		4096

/**
 * struct ieee1284_id - what an IEEE 1284 device id says, cleaned
 * @text: the whole id on one line
 * @manufacturer: MFG or MANUFACTURER
 * @model: MDL or MODEL
 * @serial: SN, SERN or SERIALNUMBER
 * @command_set: CMD or COMMAND SET
 * @device_class: CLS or CLASS
 * @description: DES or DESCRIPTION
 *
 * All NUL-terminated and printable: a byte that is not, or that no UTF-8
 * character needs, has become '?'. A key that the id does not have is "".
 */
struct ieee1284_id {
	char text[1024];
	char manufacturer[64];
	char model[128];
	char serial[64];
	char command_set[256];
	char device_class[32];
	char description[128];
};

void ieee1284_id_parse(struct ieee1284_id *id, const void *raw, size_t len);

#endif /* _PRINTPORT_IEEE1284_ID_H */
