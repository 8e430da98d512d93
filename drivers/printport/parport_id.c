// SPDX-License-Identifier: GPL-2.0-only
/* The IEEE 1284 device id: asked for when the port appears, and when somebody wants it. */
#include <linux/kernel.h>
#include <linux/minmax.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "parport.h"

#define PRINTPORT_PARPORT_ID_SIZE	1024
#define PRINTPORT_PARPORT_ID_MS		1000

/* Where an id goes: two bytes of length, then the text. */
struct printport_parport_id {
	u8 *buf;
	size_t size;
};

/*
 * IEEE 1284-1994, 7.6, in nibble mode, which every printer with an id has. Many printers
 * count wrongly, so the end that the printer signals comes first. Returns the bytes
 * behind the length, -EIO: it has none.
 */
static int printport_parport_run_id(struct printport_parport *pp, void *data)
{
	struct printport_parport_id *id = data;
	struct parport *parport = pp->parport;
	size_t received = 0, len = 0;
	bool more = false;

	printport_parport_enter(pp, PRINTPORT_PARPORT_COMPATIBILITY);
	printport_parport_irq_off(pp);
	if (!parport_negotiate(parport, IEEE1284_MODE_NIBBLE | IEEE1284_DEVICEID))
		received = printport_parport_read(pp, id->buf, id->size,
						  PRINTPORT_PARPORT_ID_MS, &more);
	printport_parport_compatibility(pp);
	if (received <= 2)
		return -EIO;

	len = more ? printport_device_id_len(id->buf, received) : received - 2;
	/* It goes on and on, and no length says where it should have ended: a stuck line. */
	if (!len || (more && len + 2 == received))
		return -EIO;
	pp->ieee1284 = true;
	pp->refused = 0;
	return len;
}

/**
 * printport_parport_get_device_id - ->get_device_id()
 * @port: the port
 * @id: out: two bytes, then the device id
 * @size: bytes for the id
 *
 * Context: process, sleeps, some 1.5 s at most.
 * Return: bytes of the id; -EIO: the printer has none, -EBUSY: another driver has the bus.
 */
int printport_parport_get_device_id(struct printport *port, u8 *id, size_t size)
{
	struct printport_parport_id place = { .buf = id, .size = size + 2 };
	struct printport_parport_request request = {
		.run = printport_parport_run_id,
		.data = &place,
	};

	return printport_parport_ask(printport_priv(port), &request);
}

/* What parport found when the port came up, for when the printer cannot be asked. */
static size_t printport_parport_probed_id(const struct parport *parport, char *id,
					  size_t size)
{
	const struct parport_device_info *info = &parport->probe_info[0];
	const struct {
		const char *key;
		const char *value;
	} fields[] = {
		{ "MFG", info->mfr },
		{ "MDL", info->model },
		{ "CMD", info->cmdset },
		{ "CLS", info->class_name },
		{ "DES", info->description },
	};
	size_t len = 0;
	int i;

	for (i = 0; i < ARRAY_SIZE(fields); i++)
		if (fields[i].value)
			len += scnprintf(id + len, size - len, "%s:%s;", fields[i].key,
					 fields[i].value);
	return len;
}

/**
 * printport_parport_identify - find out what printer it is
 * @pp: the printer, not registered yet; its worker runs
 *
 * A printer without a device id, or that is switched off, is a printer too.
 *
 * Context: process, sleeps.
 */
void printport_parport_identify(struct printport_parport *pp)
{
	u8 *id = kzalloc(PRINTPORT_PARPORT_ID_SIZE + 2, GFP_KERNEL);
	int len = -EIO;

	if (!id)
		return;
	if (IS_ENABLED(CONFIG_PARPORT_1284))
		len = printport_parport_get_device_id(pp->port, id, PRINTPORT_PARPORT_ID_SIZE);
	if (len <= 0)
		len = printport_parport_probed_id(pp->parport, id + 2,
						  PRINTPORT_PARPORT_ID_SIZE);
	if (len > 0)
		printport_set_device_id(pp->port, id + 2, len);
	kfree(id);
}
