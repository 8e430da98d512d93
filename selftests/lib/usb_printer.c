// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * "Printer class" is the USB Device Class Definition for Printing Devices, version 1.1;
 * the HP request is the one that usblp sends.
 */
#include <dirent.h>
#include <endian.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <linux/usb/ch9.h>
#include <linux/usbdevice_fs.h>

#include "random.h"
#include "raw_gadget.h"
#include "tap.h"
#include "usb_printer.h"

/* Printer class, 4.2 */
#define GET_DEVICE_ID		0
#define GET_PORT_STATUS		1
#define SOFT_RESET		2

#define HP_SET_CHANNEL		0

#define CLASS_PORT		"/sys/class/printport"

/* Instead of a length, in transfers[]. */
#define SAY_STALL		(-1)
#define SAY_WEDGE		(-2)

/* How long a thread that has nothing to do waits for something, in ms. */
#define IDLE			5

/* Scripts */

struct usb_printer_alt *usb_printer_add(struct usb_printer_script *script,
					uint8_t interface, uint8_t alternate,
					uint8_t protocol, unsigned int pair)
{
	struct usb_printer_alt *alt = &script->alts[script->alts_count++];
	const struct usb_printer_endpoint out = {
		USB_PRINTER_OUT(pair), USB_ENDPOINT_XFER_BULK, USB_PRINTER_PACKET
	};
	const struct usb_printer_endpoint in = {
		USB_PRINTER_IN(pair), USB_ENDPOINT_XFER_BULK, USB_PRINTER_PACKET
	};

	CHECK(script->alts_count <= USB_PRINTER_ALTS);
	*alt = (struct usb_printer_alt) {
		.interface = interface,
		.alternate = alternate,
		.class = 7,
		.subclass = 1,
		.protocol = protocol,
		.count = protocol == 1 ? 1 : 2,
		.endpoints = { out, in },
	};
	return alt;
}

void usb_printer_set_id(struct usb_printer_script *script, const char *id)
{
	size_t len = strlen(id) + 2;

	CHECK(len <= sizeof(script->id));
	script->id[0] = len >> 8;
	script->id[1] = len;
	memcpy(script->id + 2, id, len - 2);
	script->id_len = len;
}

struct usb_printer_script usb_printer_honest(void)
{
	struct usb_printer_script script = {
		.vendor = 0x1d6b,
		.product = 0x0104,
		.lines = 0x18,
		.reset_types = USB_PRINTER_RESET_INTERFACE,
		.silence_ms = 6500,
	};
	static unsigned int count;

	snprintf(script.serial, sizeof(script.serial), "H%d-%u", getpid(), ++count);
	usb_printer_add(&script, 0, 0, 2, 0);
	usb_printer_set_id(&script, "MFG:Acme;MDL:Hostile 1;CMD:PS;");
	return script;
}

/* Descriptors */

static size_t put_alt(const struct usb_printer_alt *alt, uint8_t *to)
{
	const uint8_t interface[USB_DT_INTERFACE_SIZE] = {
		USB_DT_INTERFACE_SIZE, USB_DT_INTERFACE, alt->interface, alt->alternate,
		alt->claimed ? alt->claimed : alt->count, alt->class, alt->subclass,
		alt->protocol, 0
	};
	size_t len = sizeof(interface);
	unsigned int i;

	memcpy(to, interface, len);
	for (i = 0; i < alt->count; i++) {
		const struct usb_printer_endpoint *at = &alt->endpoints[i];
		const uint8_t endpoint[USB_DT_ENDPOINT_SIZE] = {
			USB_DT_ENDPOINT_SIZE, USB_DT_ENDPOINT, at->address, at->attributes,
			at->packet & 0xff, at->packet >> 8, (at->attributes & 3) == 3 ? 4 : 0
		};

		memcpy(to + len, endpoint, sizeof(endpoint));
		len += sizeof(endpoint);
	}
	return len;
}

static size_t put_config(const struct usb_printer_script *script, uint8_t *to)
{
	size_t len = USB_DT_CONFIG_SIZE;
	uint8_t interfaces = 0;
	unsigned int i;

	for (i = 0; i < script->alts_count; i++) {
		len += put_alt(&script->alts[i], to + len);
		if (script->alts[i].interface >= interfaces)
			interfaces = script->alts[i].interface + 1;
	}
	memcpy(to, ((const uint8_t[USB_DT_CONFIG_SIZE]) {
		USB_DT_CONFIG_SIZE, USB_DT_CONFIG, len & 0xff, len >> 8, interfaces, 1, 0,
		USB_CONFIG_ATT_ONE | USB_CONFIG_ATT_SELFPOWER, 50
	}), USB_DT_CONFIG_SIZE);
	return len;
}

static void put_device(const struct usb_printer_script *script, uint8_t *to)
{
	const struct usb_device_descriptor device = {
		.bLength = USB_DT_DEVICE_SIZE,
		.bDescriptorType = USB_DT_DEVICE,
		.bcdUSB = htole16(0x0200),
		.bMaxPacketSize0 = 64,
		.idVendor = htole16(script->vendor),
		.idProduct = htole16(script->product),
		.bcdDevice = htole16(0x0100),
		.iManufacturer = 1,
		.iProduct = 2,
		.iSerialNumber = 3,
		.bNumConfigurations = 1,
	};

	memcpy(to, &device, USB_DT_DEVICE_SIZE);
}

/* Control requests */

static int answer_bytes(enum usb_printer_answer answer, const void *bytes, size_t len,
			uint8_t *data)
{
	switch (answer) {
	case USB_PRINTER_ANSWER:
		memcpy(data, bytes, len);
		return len;
	case USB_PRINTER_SILENCE:
		return RAW_GADGET_SILENCE;
	case USB_PRINTER_EMPTY:
		return 0;
	case USB_PRINTER_VANISH:
		raw_gadget_vanish();
	default:
		return RAW_GADGET_STALL;
	}
}

static const struct usb_printer_alt *alt_of(const struct usb_printer *printer,
					    unsigned int interface)
{
	unsigned int i;

	for (i = 0; i < printer->script.alts_count; i++)
		if (printer->script.alts[i].interface == interface)
			return &printer->script.alts[i];
	return NULL;
}

static int get_device_id(void *priv, const struct raw_gadget_setup *setup, uint8_t *data)
{
	struct usb_printer *printer = priv;
	const struct usb_printer_script *script = &printer->script;
	const struct usb_printer_alt *alt;

	printer->ids++;
	alt = alt_of(printer, script->id_plain_index ? setup->index : setup->index >> 8);
	if (!alt || alt->class != USB_CLASS_PRINTER)
		return RAW_GADGET_STALL;
	return answer_bytes(script->id_answer, script->id, script->id_len, data);
}

static int get_port_status(void *priv, const struct raw_gadget_setup *setup, uint8_t *data)
{
	struct usb_printer *printer = priv;
	uint8_t lines = printer->script.lines;

	(void)setup;
	printer->statuses++;
	return answer_bytes(printer->script.status_answer, &lines, 1, data);
}

static int soft_reset(void *priv, const struct raw_gadget_setup *setup, uint8_t *data)
{
	struct usb_printer *printer = priv;
	unsigned int type = (setup->type & USB_RECIP_MASK) == USB_RECIP_INTERFACE ?
			    USB_PRINTER_RESET_INTERFACE : USB_PRINTER_RESET_OTHER;

	(void)data;
	if (!(printer->script.reset_types & type)) {
		printer->resets_refused++;
		return RAW_GADGET_STALL;
	}
	printer->resets++;
	return 0;
}

static int hp_set_channel(void *priv, const struct raw_gadget_setup *setup, uint8_t *data)
{
	struct usb_printer *printer = priv;

	printer->channel = setup->value;
	printer->channels++;
	data[0] = setup->value;
	return 1;
}

static int set_interface(void *priv, const struct raw_gadget_setup *setup, uint8_t *data)
{
	struct usb_printer *printer = priv;

	(void)data;
	printer->set_interfaces++;
	switch (printer->script.set_interface) {
	case USB_PRINTER_ANSWER:
		printer->alternate = setup->value;
		return RAW_GADGET_USUAL;
	default:
		return answer_bytes(printer->script.set_interface, NULL, 0, NULL);
	}
}

#define CLASS_IN	(USB_DIR_IN | USB_TYPE_CLASS | USB_RECIP_INTERFACE)
#define CLASS_OUT	(USB_DIR_OUT | USB_TYPE_CLASS)

static const struct raw_gadget_request requests[] = {
	{ CLASS_IN, GET_DEVICE_ID, get_device_id },
	{ CLASS_IN, GET_PORT_STATUS, get_port_status },
	{ CLASS_OUT | USB_RECIP_INTERFACE, SOFT_RESET, soft_reset },
	{ CLASS_OUT | USB_RECIP_OTHER, SOFT_RESET, soft_reset },
	{ USB_DIR_IN | USB_TYPE_VENDOR | USB_RECIP_INTERFACE, HP_SET_CHANNEL, hp_set_channel },
	{ USB_DIR_OUT | USB_RECIP_INTERFACE, USB_REQ_SET_INTERFACE, set_interface },
	{ }
};

/* The endpoint to the printer */

static void stall_out(struct usb_printer *printer, struct usb_printer_out *out,
		      struct raw_gadget *gadget, uint8_t address)
{
	uint32_t cleared = printer->bus.cleared.out;

	if (out->stalls == USB_PRINTER_FOR_EVER) {
		raw_gadget_wedge(gadget, address);
		out->stalled++;
		while (out->stalls)
			tap_sleep_ms(IDLE);
		raw_gadget_unhalt(gadget, address);
		return;
	}
	raw_gadget_halt(gadget, address);
	out->stalled++;
	/* Nothing is taken before the next one: without a reader the endpoint NAKs. */
	if (--out->stalls) {
		while (printer->bus.cleared.out == cleared)
			tap_sleep_ms(1);
	} else if (out->stall_every) {
		out->stall_at += out->stall_every;
		out->stalls = 1;
	}
}

static void mute_out(struct usb_printer_out *out, struct raw_gadget *gadget, uint8_t address)
{
	raw_gadget_mute(gadget, address);
	tap_sleep_ms(out->mute_ms);
	out->mute_ms = 0;
	raw_gadget_unmute(gadget, address);
}

static void play_out(struct raw_gadget *gadget, uint8_t address, void *priv)
{
	struct usb_printer *printer = priv;
	unsigned int pair = address == USB_PRINTER_OUT(1);
	struct usb_printer_out *out = &printer->script.out[pair];
	uint8_t packet[USB_PRINTER_PACKET];
	ssize_t len;

	for (;;) {
		if (out->vanish_at && out->taken >= out->vanish_at)
			raw_gadget_vanish();
		if (out->stop || (out->stop_at && out->taken >= out->stop_at)) {
			tap_sleep_ms(IDLE);
			continue;
		}
		if (out->stalls && out->taken >= out->stall_at) {
			stall_out(printer, out, gadget, address);
			continue;
		}
		if (out->mute_ms && out->taken >= out->mute_at) {
			mute_out(out, gadget, address);
			continue;
		}
		len = raw_gadget_read(gadget, address, packet, sizeof(packet));
		if (len <= 0)
			continue;
		CHECK(len <= (ssize_t)sizeof(packet));
		if (len > (ssize_t)sizeof(printer->paper[pair]) - (ssize_t)out->taken)
			FAIL("no room on paper");
		memcpy(printer->paper[pair] + out->taken, packet, len);
		__atomic_store_n(&out->taken, out->taken + len, __ATOMIC_RELEASE);
	}
}

/* The endpoint from the printer */

static void say_one(struct usb_printer *printer, struct raw_gadget *gadget, uint8_t address)
{
	uint32_t nr = printer->said % USB_PRINTER_TRANSFERS;
	int32_t len = printer->transfers[nr].len;

	if (len == SAY_STALL)
		raw_gadget_halt(gadget, address);
	else if (len == SAY_WEDGE)
		raw_gadget_wedge(gadget, address);
	else if (raw_gadget_write(gadget, address,
				  printer->speech + printer->transfers[nr].at, len) < 0)
		return;
	printer->said++;
}

static void play_in(struct raw_gadget *gadget, uint8_t address, void *priv)
{
	struct usb_printer *printer = priv;

	for (;;) {
		if (__atomic_load_n(&printer->to_say, __ATOMIC_ACQUIRE) != printer->said)
			say_one(printer, gadget, address);
		else if (printer->script.in_empty)
			raw_gadget_write(gadget, address, "", 0);
		else
			tap_sleep_ms(IDLE);
	}
}

static void say(struct usb_printer *printer, const void *buf, int32_t len)
{
	uint32_t nr = printer->to_say % USB_PRINTER_TRANSFERS;

	CHECK(printer->to_say - printer->said < USB_PRINTER_TRANSFERS);
	printer->transfers[nr].len = len;
	printer->transfers[nr].at = printer->speech_len;
	if (len > 0) {
		CHECK(printer->speech_len + len <= sizeof(printer->speech));
		memcpy(printer->speech + printer->speech_len, buf, len);
		printer->speech_len += len;
	}
	__atomic_store_n(&printer->to_say, printer->to_say + 1, __ATOMIC_RELEASE);
}

void usb_printer_say(struct usb_printer *printer, const void *buf, size_t len)
{
	const uint8_t *from = buf;

	while (len) {
		size_t part = len < RAW_GADGET_IO_MAX ? len : RAW_GADGET_IO_MAX;

		say(printer, from, part);
		from += part;
		len -= part;
	}
}

void usb_printer_say_random(struct usb_printer *printer, uint32_t seed, uint64_t pos,
			    size_t len)
{
	uint8_t *buf = malloc(len);

	CHECK(buf);
	random_fill(seed, pos, buf, len);
	usb_printer_say(printer, buf, len);
	free(buf);
}

void usb_printer_say_empty(struct usb_printer *printer)
{
	say(printer, NULL, 0);
}

void usb_printer_say_stall(struct usb_printer *printer)
{
	say(printer, NULL, SAY_STALL);
}

void usb_printer_say_wedge(struct usb_printer *printer)
{
	say(printer, NULL, SAY_WEDGE);
}

bool usb_printer_has_said(const struct usb_printer *printer)
{
	return printer->said == printer->to_say;
}

/* The bus: the binary interface of usbmon, see the kernel's Documentation/usb/usbmon.rst */

struct mon_event {
	uint64_t id;
	uint8_t type;
	uint8_t transfer;
	uint8_t endpoint;
	uint8_t device;
	uint16_t bus;
	int8_t flag_setup;
	int8_t flag_data;
	int64_t seconds;
	int32_t microseconds;
	int32_t status;
	uint32_t length;
	uint32_t captured;
	uint8_t setup[8];
	int32_t interval;
	int32_t start_frame;
	uint32_t flags;
	uint32_t descriptors;
};

struct mon_get {
	struct mon_event *event;
	void *data;
	size_t size;
};

#define MON_GET			_IOW(0x92, 10, struct mon_get)
#define MON_BULK		3
#define MON_CONTROL		2

static void see_bulk(struct usb_printer_bus *bus, const struct mon_event *event)
{
	if (event->type != 'C')
		return;
	if (event->status == -EPIPE && event->endpoint == USB_PRINTER_OUT(0))
		bus->stalled.out++;
	if (event->endpoint != USB_PRINTER_IN(0))
		return;
	if (event->status == -EPIPE)
		bus->stalled.in++;
	if (event->status)
		return;
	bus->received++;
	if (!event->length)
		bus->empty++;
}

/* A halt is cleared when the request to clear it is over: it is known by its id. */
static void see_control(struct usb_printer_bus *bus, const struct mon_event *event)
{
	static const uint8_t clear_halt[4] = { 0x02, 0x01, 0x00, 0x00 };
	static uint64_t out, in;

	if (event->type == 'S' && !event->flag_setup &&
	    !memcmp(event->setup, clear_halt, sizeof(clear_halt))) {
		if (event->setup[4] == USB_PRINTER_OUT(0))
			out = event->id;
		else if (event->setup[4] == USB_PRINTER_IN(0))
			in = event->id;
	} else if (event->type == 'C' && event->id == out) {
		out = 0;
		bus->cleared.out++;
	} else if (event->type == 'C' && event->id == in) {
		in = 0;
		bus->cleared.in++;
	}
}

static void *watch_bus(void *arg)
{
	struct usb_printer *printer = arg;
	struct mon_event event;
	struct mon_get get = { .event = &event };
	int fd = open("/dev/usbmon0", O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		FAIL("open /dev/usbmon0: %s", tap_errno_name(errno));
	for (;;) {
		if (ioctl(fd, MON_GET, &get) < 0)
			continue;
		if (event.transfer == MON_BULK)
			see_bulk(&printer->bus, &event);
		else if (event.transfer == MON_CONTROL)
			see_control(&printer->bus, &event);
	}
	return NULL;
}

/* The life of a printer */

static long play(void *arg)
{
	static const struct raw_gadget_endpoint endpoints[] = {
		{ USB_PRINTER_OUT(0), play_out },
		{ USB_PRINTER_IN(0), play_in },
		{ USB_PRINTER_OUT(1), play_out },
		{ }
	};
	struct usb_printer *printer = arg;
	const char *const strings[] = { "Acme", "Hostile", printer->script.serial, NULL };
	uint8_t config[512], device[USB_DT_DEVICE_SIZE];
	const struct raw_gadget_device gadget = {
		.device = device,
		.config = config,
		.config_len = put_config(&printer->script, config),
		.strings = strings,
		.requests = requests,
		.endpoints = endpoints,
		.silence_ms = printer->script.silence_ms,
		.priv = printer,
	};
	pthread_t watcher;

	put_device(&printer->script, device);
	CHECK_EQ(pthread_create(&watcher, NULL, watch_bus, printer), 0);
	raw_gadget_run(&gadget);
}

struct usb_printer *usb_printer_plug(const struct usb_printer_script *script)
{
	struct usb_printer *printer = task_shared_memory(sizeof(*printer));

	printer->script = *script;
	printer->task = task_start(play, printer);
	return printer;
}

/* A file below a directory of sysfs; false if it is not there. */
static bool read_attribute(const char *dir, const char *name, char *buf, size_t size)
{
	char path[512];
	ssize_t len;
	int fd;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	len = read(fd, buf, size - 1);
	close(fd);
	if (len < 0)
		return false;
	buf[len] = '\0';
	buf[strcspn(buf, "\n")] = '\0';
	return true;
}

/* The nr'th port of the printer, on this interface if it is not negative. */
static bool find_port(const struct usb_printer *printer, int interface, unsigned int nr,
		      struct port *port)
{
	struct dirent *entry;
	bool found = false;
	DIR *dir = opendir(CLASS_PORT);
	char path[300], text[128];

	while (dir && !found && (entry = readdir(dir))) {
		snprintf(path, sizeof(path), CLASS_PORT "/%s/device", entry->d_name);
		if (!read_attribute(path, "../serial", text, sizeof(text)) ||
		    strcmp(text, printer->script.serial) ||
		    !read_attribute(path, "bInterfaceNumber", text, sizeof(text)) ||
		    (interface >= 0 && strtol(text, NULL, 16) != interface))
			continue;
		if (nr--)
			continue;
		found = true;
		snprintf(path, sizeof(path), "/dev/%.200s", entry->d_name);
		if (port)
			*port = port_at(path, NULL);
	}
	if (dir)
		closedir(dir);
	return found;
}

unsigned int usb_printer_ports(const struct usb_printer *printer)
{
	unsigned int count = 0;

	while (find_port(printer, -1, count, NULL))
		count++;
	return count;
}

struct port usb_printer_port(const struct usb_printer *printer, unsigned int interface)
{
	struct port port;

	CHECK_SOON(find_port(printer, interface, 0, &port), 6000);
	CHECK_SOON(!access(port.node, F_OK), 5000);
	return port;
}

/* Its directory among the USB devices. */
static bool find_device(const struct usb_printer *printer, char *path, size_t size)
{
	DIR *dir = opendir("/sys/bus/usb/devices");
	struct dirent *entry;
	bool found = false;
	char text[128];

	while (dir && !found && (entry = readdir(dir))) {
		snprintf(path, size, "/sys/bus/usb/devices/%.200s", entry->d_name);
		found = read_attribute(path, "serial", text, sizeof(text)) &&
			!strcmp(text, printer->script.serial);
	}
	if (dir)
		closedir(dir);
	return found;
}

static bool is_configured(const struct usb_printer *printer)
{
	char path[300], text[128];

	return find_device(printer, path, sizeof(path)) &&
	       read_attribute(path, "bConfigurationValue", text, sizeof(text)) &&
	       strtol(text, NULL, 10) == 1;
}

long usb_printer_number(const struct usb_printer *printer, const char *attribute)
{
	char path[300], text[128];

	CHECK(find_device(printer, path, sizeof(path)));
	CHECK(read_attribute(path, attribute, text, sizeof(text)));
	return strtol(text, NULL, 10);
}

bool usb_printer_is(const struct usb_printer *printer, const char *attribute,
		    const char *text)
{
	char path[300], found[128];

	CHECK(find_device(printer, path, sizeof(path)));
	CHECK(read_attribute(path, attribute, found, sizeof(found)));
	return !strcmp(found, text);
}

static void write_file(const char *path, const char *text)
{
	int fd = CHECK_OK(open(path, O_WRONLY | O_CLOEXEC));

	CHECK_EQ(write(fd, text, strlen(text)), (long)strlen(text));
	CHECK_OK(close(fd));
}

void usb_printer_set(const struct usb_printer *printer, const char *attribute,
		     const char *text)
{
	char path[300], file[400];

	CHECK(find_device(printer, path, sizeof(path)));
	snprintf(file, sizeof(file), "%s/%s", path, attribute);
	write_file(file, text);
}

void usb_printer_reset(const struct usb_printer *printer)
{
	char node[64];
	int fd;

	snprintf(node, sizeof(node), "/dev/bus/usb/%03ld/%03ld",
		 usb_printer_number(printer, "busnum"),
		 usb_printer_number(printer, "devnum"));
	fd = CHECK_OK(open(node, O_RDWR | O_CLOEXEC));
	CHECK_OK(ioctl(fd, USBDEVFS_RESET));
	CHECK_OK(close(fd));
}

void usb_printer_settle(const struct usb_printer *printer)
{
	/* To read this takes the device's lock, which is held until all is probed. */
	CHECK_SOON(is_configured(printer), 6000);
	tap_sleep_ms(50);
}

void usb_printer_tell_driver(const char *file, const char *text)
{
	char path[128];

	snprintf(path, sizeof(path), USB_PRINTER_DRIVER "/%s", file);
	write_file(path, text);
}

void usb_printer_rebind(const struct usb_printer *printer, unsigned int interface)
{
	char path[300], name[330];

	CHECK(find_device(printer, path, sizeof(path)));
	snprintf(name, sizeof(name), "%s:1.%u", strrchr(path, '/') + 1, interface);
	usb_printer_tell_driver("unbind", name);
	usb_printer_tell_driver("bind", name);
}

void usb_printer_await_vanish(struct usb_printer *printer)
{
	char path[300];

	CHECK_SOON(!find_device(printer, path, sizeof(path)), 5000);
	task_kill(printer->task, 5000);
	printer->task = NULL;
}

void usb_printer_unplug(struct usb_printer *printer)
{
	char path[300];

	if (printer->task)
		task_kill(printer->task, 5000);
	printer->task = NULL;
	CHECK_SOON(!find_port(printer, -1, 0, NULL), 5000);
	CHECK_SOON(!find_device(printer, path, sizeof(path)), 5000);
}

static bool any_is_left(void)
{
	DIR *dir = opendir("/sys/bus/usb/devices");
	struct dirent *entry;
	bool found = false;
	char path[300], text[128];

	while (dir && !found && (entry = readdir(dir))) {
		snprintf(path, sizeof(path), "/sys/bus/usb/devices/%.200s", entry->d_name);
		found = read_attribute(path, "product", text, sizeof(text)) &&
			!strcmp(text, "Hostile");
	}
	if (dir)
		closedir(dir);
	return found;
}

void usb_printer_cleanup(int pid)
{
	(void)pid;
	CHECK_SOON(!any_is_left(), 5000);
}

void usb_printer_check(struct usb_printer *printer, unsigned int pair, uint32_t from,
		       uint32_t seed, uint64_t pos, uint32_t len)
{
	const struct usb_printer_out *out = &printer->script.out[pair];
	long wrong;

	CHECK_SOON(__atomic_load_n(&out->taken, __ATOMIC_ACQUIRE) >= from + len,
		   10000 + (int)len / 50);
	CHECK_EQ(out->taken, from + len);
	wrong = random_check(seed, pos, printer->paper[pair] + from, len);
	if (wrong >= 0)
		FAIL("byte %ld of %u on paper is wrong", wrong, len);
}
