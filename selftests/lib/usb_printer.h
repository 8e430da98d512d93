/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A USB printer that does what its script says, played by a process through raw-gadget. */
#ifndef SELFTESTS_USB_PRINTER_H
#define SELFTESTS_USB_PRINTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "port.h"
#include "task.h"

#define USB_PRINTER_PACKET	512	/* bulk, at high speed */
#define USB_PRINTER_ALTS	8
#define USB_PRINTER_PAIRS	2
#define USB_PRINTER_ENDPOINTS	3
#define USB_PRINTER_PAPER	(4U << 20)
#define USB_PRINTER_SPEECH	(1U << 20)
#define USB_PRINTER_TRANSFERS	512
#define USB_PRINTER_FOR_EVER	(~0U)
#define USB_PRINTER_DRIVER	"/sys/bus/usb/drivers/printport_usb"

/* Addresses of the endpoints of pair 0 and of pair 1. */
#define USB_PRINTER_OUT(pair)	(0x01 + 2 * (pair))
#define USB_PRINTER_IN(pair)	(0x81 + 2 * (pair))

/**
 * enum usb_printer_answer - to a control request
 * @USB_PRINTER_ANSWER: a good one
 * @USB_PRINTER_STALL: a stall
 * @USB_PRINTER_SILENCE: none, for silence_ms; whatever is asked meanwhile stalls
 * @USB_PRINTER_EMPTY: no bytes
 * @USB_PRINTER_VANISH: the printer is pulled out
 */
enum usb_printer_answer {
	USB_PRINTER_ANSWER,
	USB_PRINTER_STALL,
	USB_PRINTER_SILENCE,
	USB_PRINTER_EMPTY,
	USB_PRINTER_VANISH,
};

/**
 * struct usb_printer_endpoint - an endpoint descriptor
 * @address: bEndpointAddress
 * @attributes: bmAttributes; 2: bulk
 * @packet: wMaxPacketSize
 */
struct usb_printer_endpoint {
	uint8_t address;
	uint8_t attributes;
	uint16_t packet;
};

/**
 * struct usb_printer_alt - an interface descriptor and the endpoints behind it
 * @interface: bInterfaceNumber
 * @alternate: bAlternateSetting
 * @class: bInterfaceClass
 * @subclass: bInterfaceSubClass
 * @protocol: bInterfaceProtocol
 * @claimed: bNumEndpoints, if it is not the number of @endpoints
 * @count: of @endpoints
 * @endpoints: those that are really there
 */
struct usb_printer_alt {
	uint8_t interface;
	uint8_t alternate;
	uint8_t class;
	uint8_t subclass;
	uint8_t protocol;
	uint8_t claimed;
	uint8_t count;
	struct usb_printer_endpoint endpoints[USB_PRINTER_ENDPOINTS];
};

/**
 * struct usb_printer_out - how it takes what is printed, on one endpoint
 * @stop: takes nothing (NAK); may be changed at any time. It ends one packet later.
 * @stop_at: takes nothing once it has so many bytes; 0: never
 * @stalls: how often in a row it stalls, not one byte being taken in between;
 *	USB_PRINTER_FOR_EVER: until this becomes 0
 * @stall_at: after so many bytes, a multiple of a packet
 * @stall_every: once it has stalled, again after so many more bytes; 0: no more
 * @mute_ms: how long it does not answer at all (-EPROTO); 0: it always does
 * @mute_at: after so many bytes
 * @vanish_at: it is pulled out after so many bytes; 0: it is not
 * @taken: out: bytes that it took
 * @stalled: out: how often it was told to stall
 */
struct usb_printer_out {
	volatile bool stop;
	volatile uint32_t stop_at;
	volatile uint32_t stalls;
	volatile uint32_t stall_at;
	volatile uint32_t stall_every;
	volatile uint32_t mute_ms;
	volatile uint32_t mute_at;
	volatile uint32_t vanish_at;
	volatile uint32_t taken;
	volatile uint32_t stalled;
};

/**
 * struct usb_printer_script - what it is and what it does
 * @vendor: idVendor
 * @product: idProduct
 * @serial: iSerialNumber, unique, so that its ports can be found
 * @alts: interfaces and alternate settings
 * @alts_count: of @alts
 * @set_interface: what it says to SET_INTERFACE
 * @id: what GET_DEVICE_ID returns, the two length bytes included
 * @id_len: bytes at @id
 * @id_answer: how it answers GET_DEVICE_ID
 * @id_plain_index: answers it only with wIndex the interface's number, not with the
 *	interface's number in the upper byte
 * @lines: what GET_PORT_STATUS returns
 * @status_answer: how it answers GET_PORT_STATUS
 * @reset_types: which SOFT_RESETs it accepts
 * @silence_ms: see USB_PRINTER_SILENCE
 * @out: how it takes bytes, by pair of endpoints
 * @in_empty: sends empty packets on pair 0 as fast as they are taken
 *
 * What is volatile may be changed while it is plugged in.
 */
struct usb_printer_script {
	uint16_t vendor;
	uint16_t product;
	char serial[32];
	struct usb_printer_alt alts[USB_PRINTER_ALTS];
	unsigned int alts_count;
	volatile enum usb_printer_answer set_interface;
	uint8_t id[4096];
	size_t id_len;
	volatile enum usb_printer_answer id_answer;
	bool id_plain_index;
	volatile uint8_t lines;
	volatile enum usb_printer_answer status_answer;
	enum {
		USB_PRINTER_RESET_NONE		= 0,
		USB_PRINTER_RESET_INTERFACE	= 1,
		USB_PRINTER_RESET_OTHER		= 2,
	} reset_types;
	unsigned int silence_ms;
	struct usb_printer_out out[USB_PRINTER_PAIRS];
	volatile bool in_empty;
};

/**
 * struct usb_printer_bus - what went over the bus, as the host saw it (usbmon)
 * @cleared: endpoint halts cleared, of pair 0
 * @stalled: bulk transfers of pair 0 that ended with a stall
 * @received: bulk IN transfers that ended well
 * @empty: how many of them without a byte
 */
struct usb_printer_bus {
	struct {
		volatile uint32_t out;
		volatile uint32_t in;
	} cleared, stalled;
	volatile uint32_t received;
	volatile uint32_t empty;
};

/**
 * struct usb_printer - a printer that is plugged in, in memory shared with its process
 * @script: what it does
 * @bus: what went over the bus
 * @ids: GET_DEVICE_IDs seen
 * @statuses: GET_PORT_STATUSes seen
 * @resets: SOFT_RESETs accepted
 * @resets_refused: those not accepted
 * @channel: wValue of the last HP channel change
 * @channels: how many there were
 * @set_interfaces: SET_INTERFACEs seen
 * @alternate: the last of them
 * @said: transfers of usb_printer_say() and the like that are over
 */
struct usb_printer {
	struct usb_printer_script script;
	struct usb_printer_bus bus;
	volatile uint32_t ids;
	volatile uint32_t statuses;
	volatile uint32_t resets;
	volatile uint32_t resets_refused;
	volatile uint32_t channel;
	volatile uint32_t channels;
	volatile uint32_t set_interfaces;
	volatile uint32_t alternate;
	volatile uint32_t said;

	/* The rest is its own. */
	volatile uint32_t to_say;
	uint32_t speech_len;
	struct {
		int32_t len;
		uint32_t at;
	} transfers[USB_PRINTER_TRANSFERS];
	struct task *task;
	uint8_t speech[USB_PRINTER_SPEECH];
	uint8_t paper[USB_PRINTER_PAIRS][USB_PRINTER_PAPER];
};

/* Scripts: an honest printer, 7/1/2 on pair 0 with a device id; and their parts. */
struct usb_printer_script usb_printer_honest(void);
/* Appends 7/1/@protocol with the endpoints of @pair (no IN endpoint for protocol 1). */
struct usb_printer_alt *usb_printer_add(struct usb_printer_script *script,
					uint8_t interface, uint8_t alternate,
					uint8_t protocol, unsigned int pair);
/* The id with its length counted as the standard says. */
void usb_printer_set_id(struct usb_printer_script *script, const char *id);

struct usb_printer *usb_printer_plug(const struct usb_printer_script *script);
/* Pulls it out if it is still there, and waits until its ports are gone. */
void usb_printer_unplug(struct usb_printer *printer);
/* Fails the case unless it vanishes by itself. */
void usb_printer_await_vanish(struct usb_printer *printer);

/* Waits for the port of its interface. */
struct port usb_printer_port(const struct usb_printer *printer, unsigned int interface);
/* Writes to a file of the driver in sysfs: "new_id", "unbind"... */
void usb_printer_tell_driver(const char *file, const char *text);
/*
 * Takes the driver from the interface and gives it back: it is probed again, without a
 * new enumeration.
 */
void usb_printer_rebind(const struct usb_printer *printer, unsigned int interface);
/* Waits until the host has configured it and its drivers have had their chance. */
void usb_printer_settle(const struct usb_printer *printer);
/* How many ports it has. */
unsigned int usb_printer_ports(const struct usb_printer *printer);
/* Attributes of the USB device: "busnum", "power/control"... */
long usb_printer_number(const struct usb_printer *printer, const char *attribute);
bool usb_printer_is(const struct usb_printer *printer, const char *attribute,
		    const char *text);
void usb_printer_set(const struct usb_printer *printer, const char *attribute,
		     const char *text);
/* The host resets the device, which has its configuration set again then. */
void usb_printer_reset(const struct usb_printer *printer);
/* Waits until no printer of this kind has a port, whoever plugged it in. */
void usb_printer_cleanup(int pid);

/* Makes it send @len bytes on the IN endpoint of pair 0, with no empty packet behind. */
void usb_printer_say(struct usb_printer *printer, const void *buf, size_t len);
/* The same, random_fill()'s from @pos. */
void usb_printer_say_random(struct usb_printer *printer, uint32_t seed, uint64_t pos,
			    size_t len);
/* An empty packet, a stall, a stall that cannot be cleared, at this place. */
void usb_printer_say_empty(struct usb_printer *printer);
void usb_printer_say_stall(struct usb_printer *printer);
void usb_printer_say_wedge(struct usb_printer *printer);
/* Whether all of that is over. */
bool usb_printer_has_said(const struct usb_printer *printer);

/*
 * Waits until it has @len bytes on @pair and checks that from @from on they are
 * random_fill()'s from @pos, and that no more come.
 */
void usb_printer_check(struct usb_printer *printer, unsigned int pair, uint32_t from,
		       uint32_t seed, uint64_t pos, uint32_t len);

#endif /* SELFTESTS_USB_PRINTER_H */
