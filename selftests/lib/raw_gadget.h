/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A USB device played by this process, through /dev/raw-gadget on dummy_hcd. The device
 * is there until the process ends, however that happens: killing it pulls the plug.
 */
#ifndef SELFTESTS_RAW_GADGET_H
#define SELFTESTS_RAW_GADGET_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct raw_gadget;

/* A control request may carry so much, and a transfer on an endpoint, too. */
#define RAW_GADGET_IO_MAX	4096

/* Answers to a control request, instead of a number of bytes. */
#define RAW_GADGET_STALL	(-1)
#define RAW_GADGET_SILENCE	(-2)	/* none, for silence_ms; then it stalls */
#define RAW_GADGET_USUAL	(-3)	/* what the library does with it */

/**
 * struct raw_gadget_setup - a control request, in the byte order of the machine
 * @type: bmRequestType
 * @request: bRequest
 * @value: wValue
 * @index: wIndex
 * @length: wLength
 */
struct raw_gadget_setup {
	uint8_t type;
	uint8_t request;
	uint16_t value;
	uint16_t index;
	uint16_t length;
};

/**
 * struct raw_gadget_request - how a control request is answered
 * @type: bmRequestType
 * @request: bRequest
 * @answer: stores up to RAW_GADGET_IO_MAX bytes of an IN request at @data and returns
 *	how many, of which the host gets no more than it asked for; for an OUT request
 *	0 accepts it. Or a RAW_GADGET_* answer.
 */
struct raw_gadget_request {
	uint8_t type;
	uint8_t request;
	int (*answer)(void *priv, const struct raw_gadget_setup *setup, uint8_t *data);
};

/**
 * struct raw_gadget_endpoint - who plays an endpoint
 * @address: bEndpointAddress
 * @run: runs in a thread of its own as long as the device is there
 */
struct raw_gadget_endpoint {
	uint8_t address;
	void (*run)(struct raw_gadget *gadget, uint8_t address, void *priv);
};

/**
 * struct raw_gadget_device - a device
 * @device: device descriptor
 * @config: configuration descriptor with all that belongs to it
 * @config_len: bytes at @config
 * @strings: strings 1, 2, 3...; ASCII, at most 100 characters; ended by NULL
 * @requests: are looked at before the standard requests; ended by one without @answer
 * @endpoints: those that are played; ended by one without @run. One that is in the
 *	configuration, too, works while its alternate setting is chosen.
 * @silence_ms: see RAW_GADGET_SILENCE
 * @priv: for the callbacks
 */
struct raw_gadget_device {
	const uint8_t *device;
	const uint8_t *config;
	size_t config_len;
	const char *const *strings;
	const struct raw_gadget_request *requests;
	const struct raw_gadget_endpoint *endpoints;
	unsigned int silence_ms;
	void *priv;
};

/*
 * Plugs it in and plays it. Does not return; fails the case if there is no UDC. High
 * speed.
 */
void raw_gadget_run(const struct raw_gadget_device *device) __attribute__((noreturn));

/* Pulls the plug, in the middle of whatever it is. */
void raw_gadget_vanish(void) __attribute__((noreturn));

/*
 * For the thread of the endpoint; each waits until the endpoint works. A transfer
 * returns how many bytes there were, or -1 if it was broken off: the bus was reset or
 * another alternate setting chosen. No bytes: an empty packet.
 */
ssize_t raw_gadget_read(struct raw_gadget *gadget, uint8_t address, void *buf, size_t len);
ssize_t raw_gadget_write(struct raw_gadget *gadget, uint8_t address, const void *buf,
			 size_t len);

/*
 * Stalls it until the host, or raw_gadget_unhalt(), clears it. An IN endpoint is not
 * stalled before what was written has left.
 */
void raw_gadget_halt(struct raw_gadget *gadget, uint8_t address);
/* The same, and the host cannot clear it. */
void raw_gadget_wedge(struct raw_gadget *gadget, uint8_t address);
void raw_gadget_unhalt(struct raw_gadget *gadget, uint8_t address);

/* The endpoint does not answer at all: to the host a transfer fails with -EPROTO. */
void raw_gadget_mute(struct raw_gadget *gadget, uint8_t address);
void raw_gadget_unmute(struct raw_gadget *gadget, uint8_t address);

#endif /* SELFTESTS_RAW_GADGET_H */
