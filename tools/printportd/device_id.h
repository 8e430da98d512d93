/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a printer says of itself: the IEEE 1284 device id. */
#ifndef PRINTPORTD_DEVICE_ID_H
#define PRINTPORTD_DEVICE_ID_H

#define DEVICE_ID_VALUE_SIZE	256

/**
 * struct device_id - the values that a language is chosen by
 * @manufacturer: MFG or MANUFACTURER
 * @model: MDL or MODEL
 * @serial: SN, SERN or SERIALNUMBER
 * @command_set: CMD or COMMAND SET; one that is too long ends at a comma
 *
 * Never NULL, "" where the id says nothing; a control character has become '?'.
 */
struct device_id {
	char manufacturer[DEVICE_ID_VALUE_SIZE];
	char model[DEVICE_ID_VALUE_SIZE];
	char serial[DEVICE_ID_VALUE_SIZE];
	char command_set[DEVICE_ID_VALUE_SIZE];
};

/**
 * device_id_parse - takes a device id apart
 * @id: out
 * @text: ``KEY:value;KEY:value;``, not trusted. Of a key that comes twice the first counts
 */
void device_id_parse(struct device_id *id, const char *text);

#endif /* PRINTPORTD_DEVICE_ID_H */
