// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The main thread answers control requests, each endpoint has a thread. Standard requests
 * on endpoint halts and the address never get here: dummy_hcd answers them.
 */
#include <endian.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <linux/usb/ch9.h>
#include <linux/usb/raw_gadget.h>

#include "raw_gadget.h"
#include "tap.h"

/* Later than some headers; older kernels do not send them. */
#define EVENT_RESET		5
#define EVENT_DISCONNECT	6

#define ENDPOINTS_MAX		8
#define INTERFACES_MAX		8

/**
 * struct endpoint - an endpoint that is played
 * @who: by whom
 * @gadget: whose
 * @thread: its thread
 * @desc: its descriptor in the alternate setting that is chosen
 * @handle: the kernel's, -1 while it does not work
 * @busy: its thread is in a transfer
 * @hold: its thread is not to begin one, until it is disabled and enabled again
 */
struct endpoint {
	const struct raw_gadget_endpoint *who;
	struct raw_gadget *gadget;
	pthread_t thread;
	struct usb_endpoint_descriptor desc;
	int handle;
	bool busy;
	bool hold;
};

struct raw_gadget {
	const struct raw_gadget_device *device;
	int fd;
	uint8_t configuration;
	uint8_t alternate[INTERFACES_MAX];
	struct endpoint endpoints[ENDPOINTS_MAX];
	unsigned int count;
	pthread_mutex_t lock;		/* the endpoints */
	pthread_cond_t changed;
};

/* With room for its data. */
struct io {
	struct usb_raw_ep_io head;
	uint8_t data[RAW_GADGET_IO_MAX];
};

static void do_nothing(int sig)
{
	(void)sig;
}

void raw_gadget_vanish(void)
{
	for (;;)
		kill(getpid(), SIGKILL);
}

/* Endpoints */

static struct endpoint *find(struct raw_gadget *gadget, uint8_t address)
{
	unsigned int i;

	for (i = 0; i < gadget->count; i++)
		if (gadget->endpoints[i].who->address == address)
			return &gadget->endpoints[i];
	return NULL;
}

/* Locked. Gets its thread out of a transfer. */
static void disable(struct raw_gadget *gadget, struct endpoint *endpoint)
{
	endpoint->hold = true;
	while (endpoint->busy) {
		pthread_kill(endpoint->thread, SIGUSR1);
		pthread_mutex_unlock(&gadget->lock);
		tap_sleep_ms(1);
		pthread_mutex_lock(&gadget->lock);
	}
	if (endpoint->handle >= 0)
		ioctl(gadget->fd, USB_RAW_IOCTL_EP_DISABLE, endpoint->handle);
	endpoint->handle = -1;
	endpoint->hold = false;
}

/* Locked. What the UDC does not want, a lie in a descriptor, does not work. */
static void enable(struct raw_gadget *gadget, struct endpoint *endpoint)
{
	if (endpoint->desc.wMaxPacketSize)
		endpoint->handle = ioctl(gadget->fd, USB_RAW_IOCTL_EP_ENABLE,
					 &endpoint->desc);
	pthread_cond_broadcast(&gadget->changed);
}

static bool is_interface(const uint8_t *at)
{
	return at[1] == USB_DT_INTERFACE && at[0] >= USB_DT_INTERFACE_SIZE;
}

static bool is_endpoint(const uint8_t *at)
{
	return at[1] == USB_DT_ENDPOINT && at[0] >= USB_DT_ENDPOINT_SIZE;
}

/* Chooses an alternate setting; false if the configuration has none such. */
static bool choose(struct raw_gadget *gadget, uint8_t interface, uint8_t alternate)
{
	const uint8_t *at = gadget->device->config, *end = at + gadget->device->config_len;
	bool inside = false, found = false;
	struct endpoint *endpoint;

	pthread_mutex_lock(&gadget->lock);
	for (; end - at >= 2 && at[0] >= 2 && at[0] <= end - at; at += at[0]) {
		if (is_interface(at)) {
			inside = at[2] == interface;
			found |= inside && at[3] == alternate;
		}
		if (!inside || !is_endpoint(at))
			continue;
		endpoint = find(gadget, at[2]);
		if (endpoint)
			disable(gadget, endpoint);
	}
	at = gadget->device->config;
	for (; found && end - at >= 2 && at[0] >= 2 && at[0] <= end - at; at += at[0]) {
		if (is_interface(at))
			inside = at[2] == interface && at[3] == alternate;
		if (!inside || !is_endpoint(at))
			continue;
		endpoint = find(gadget, at[2]);
		if (!endpoint)
			continue;
		memcpy(&endpoint->desc, at, USB_DT_ENDPOINT_SIZE);
		enable(gadget, endpoint);
	}
	pthread_mutex_unlock(&gadget->lock);
	if (found && interface < INTERFACES_MAX)
		gadget->alternate[interface] = alternate;
	return found;
}

static void disable_all(struct raw_gadget *gadget)
{
	unsigned int i;

	pthread_mutex_lock(&gadget->lock);
	for (i = 0; i < gadget->count; i++)
		disable(gadget, &gadget->endpoints[i]);
	pthread_mutex_unlock(&gadget->lock);
	gadget->configuration = 0;
}

static void enable_all(struct raw_gadget *gadget)
{
	uint8_t i;

	for (i = 0; i < INTERFACES_MAX; i++)
		choose(gadget, i, 0);
}

/* Waits until the endpoint works; returns its handle with the endpoint marked as busy. */
static int begin(struct raw_gadget *gadget, struct endpoint *endpoint)
{
	int handle;

	pthread_mutex_lock(&gadget->lock);
	while (endpoint->handle < 0 || endpoint->hold)
		pthread_cond_wait(&gadget->changed, &gadget->lock);
	endpoint->busy = true;
	handle = endpoint->handle;
	pthread_mutex_unlock(&gadget->lock);
	return handle;
}

/* Another transfer on a bus that is being reset would be the end of raw-gadget. */
static void end(struct raw_gadget *gadget, struct endpoint *endpoint, int code)
{
	pthread_mutex_lock(&gadget->lock);
	endpoint->busy = false;
	if (code == ESHUTDOWN)
		endpoint->hold = true;
	pthread_mutex_unlock(&gadget->lock);
}

static ssize_t transfer(struct raw_gadget *gadget, uint8_t address, unsigned long cmd,
			struct io *io, size_t len)
{
	struct endpoint *endpoint = find(gadget, address);
	int ret, code;

	CHECK(endpoint && len <= RAW_GADGET_IO_MAX);
	io->head.flags = 0;
	io->head.length = len;
	io->head.ep = begin(gadget, endpoint);
	ret = ioctl(gadget->fd, cmd, io);
	code = ret < 0 ? errno : 0;
	end(gadget, endpoint, code);
	if (code && code != EINTR)
		tap_sleep_ms(1);
	return ret < 0 ? -1 : ret;
}

ssize_t raw_gadget_read(struct raw_gadget *gadget, uint8_t address, void *buf, size_t len)
{
	struct io io;
	ssize_t ret = transfer(gadget, address, USB_RAW_IOCTL_EP_READ, &io, len);

	if (ret > 0)
		memcpy(buf, io.data, (size_t)ret < len ? (size_t)ret : len);
	return ret;
}

ssize_t raw_gadget_write(struct raw_gadget *gadget, uint8_t address, const void *buf,
			 size_t len)
{
	struct io io;

	CHECK(len <= sizeof(io.data));
	memcpy(io.data, buf, len);
	return transfer(gadget, address, USB_RAW_IOCTL_EP_WRITE, &io, len);
}

static void set_halt(struct raw_gadget *gadget, uint8_t address, unsigned long cmd)
{
	struct endpoint *endpoint = find(gadget, address);
	int ret, code;

	CHECK(endpoint);
	do {
		ret = ioctl(gadget->fd, cmd, begin(gadget, endpoint));
		code = errno;
		end(gadget, endpoint, 0);
		if (ret < 0)
			tap_sleep_ms(2);
	} while (ret < 0 && code == EAGAIN);
}

void raw_gadget_halt(struct raw_gadget *gadget, uint8_t address)
{
	set_halt(gadget, address, USB_RAW_IOCTL_EP_SET_HALT);
}

void raw_gadget_wedge(struct raw_gadget *gadget, uint8_t address)
{
	set_halt(gadget, address, USB_RAW_IOCTL_EP_SET_WEDGE);
}

void raw_gadget_unhalt(struct raw_gadget *gadget, uint8_t address)
{
	set_halt(gadget, address, USB_RAW_IOCTL_EP_CLEAR_HALT);
}

void raw_gadget_mute(struct raw_gadget *gadget, uint8_t address)
{
	struct endpoint *endpoint = find(gadget, address);

	CHECK(endpoint);
	pthread_mutex_lock(&gadget->lock);
	disable(gadget, endpoint);
	pthread_mutex_unlock(&gadget->lock);
}

void raw_gadget_unmute(struct raw_gadget *gadget, uint8_t address)
{
	struct endpoint *endpoint = find(gadget, address);

	CHECK(endpoint);
	pthread_mutex_lock(&gadget->lock);
	if (endpoint->handle < 0)
		enable(gadget, endpoint);
	pthread_mutex_unlock(&gadget->lock);
}

static void *run_endpoint(void *arg)
{
	struct endpoint *endpoint = arg;

	endpoint->who->run(endpoint->gadget, endpoint->who->address,
			   endpoint->gadget->device->priv);
	return NULL;
}

static void start_endpoints(struct raw_gadget *gadget)
{
	const struct raw_gadget_endpoint *who = gadget->device->endpoints;
	struct endpoint *endpoint = gadget->endpoints;
	unsigned int i;

	for (; who->run; who++, endpoint++) {
		CHECK(gadget->count < ENDPOINTS_MAX);
		endpoint->who = who;
		endpoint->gadget = gadget;
		endpoint->handle = -1;
		gadget->count++;
	}
	for (i = 0, endpoint = gadget->endpoints; i < gadget->count; i++, endpoint++)
		CHECK_EQ(pthread_create(&endpoint->thread, NULL, run_endpoint, endpoint), 0);
}

/* Control requests */

static int answer_string(struct raw_gadget *gadget, uint8_t index, uint8_t *data)
{
	const char *const *strings = gadget->device->strings;
	const char *text;
	size_t i, len;

	data[1] = USB_DT_STRING;
	if (!index) {
		data[0] = 4;
		data[2] = 0x09;
		data[3] = 0x04;
		return 4;
	}
	for (i = 1; strings[i - 1] && i < index; i++)
		;
	text = strings[i - 1];
	if (!text)
		return RAW_GADGET_STALL;
	len = strnlen(text, 100);
	for (i = 0; i < len; i++) {
		data[2 + 2 * i] = text[i];
		data[3 + 2 * i] = 0;
	}
	data[0] = 2 + 2 * len;
	return data[0];
}

/* A high-speed device that can do the same at full speed. */
static int answer_qualifier(struct raw_gadget *gadget, uint8_t *data)
{
	struct usb_device_descriptor device;
	struct usb_qualifier_descriptor qualifier = {
		.bLength = sizeof(qualifier),
		.bDescriptorType = USB_DT_DEVICE_QUALIFIER,
	};

	memcpy(&device, gadget->device->device, sizeof(device));
	qualifier.bcdUSB = device.bcdUSB;
	qualifier.bMaxPacketSize0 = device.bMaxPacketSize0;
	qualifier.bNumConfigurations = device.bNumConfigurations;
	memcpy(data, &qualifier, sizeof(qualifier));
	return sizeof(qualifier);
}

static int answer_descriptor(struct raw_gadget *gadget, uint16_t value, uint8_t *data)
{
	const struct raw_gadget_device *device = gadget->device;

	switch (value >> 8) {
	case USB_DT_DEVICE:
		memcpy(data, device->device, USB_DT_DEVICE_SIZE);
		return USB_DT_DEVICE_SIZE;
	case USB_DT_CONFIG:
		CHECK(device->config_len <= RAW_GADGET_IO_MAX);
		memcpy(data, device->config, device->config_len);
		return device->config_len;
	case USB_DT_STRING:
		return answer_string(gadget, value & 0xff, data);
	case USB_DT_DEVICE_QUALIFIER:
		return answer_qualifier(gadget, data);
	default:
		return RAW_GADGET_STALL;
	}
}

static int answer_configuration(struct raw_gadget *gadget, uint8_t configuration)
{
	disable_all(gadget);
	gadget->configuration = configuration;
	if (configuration) {
		ioctl(gadget->fd, USB_RAW_IOCTL_VBUS_DRAW, 50);
		ioctl(gadget->fd, USB_RAW_IOCTL_CONFIGURE, 0);
		enable_all(gadget);
	}
	return 0;
}

static int answer_usual(struct raw_gadget *gadget, const struct raw_gadget_setup *setup,
			uint8_t *data)
{
	if ((setup->type & USB_TYPE_MASK) != USB_TYPE_STANDARD)
		return RAW_GADGET_STALL;

	switch (setup->request) {
	case USB_REQ_GET_DESCRIPTOR:
		return answer_descriptor(gadget, setup->value, data);
	case USB_REQ_SET_CONFIGURATION:
		return answer_configuration(gadget, setup->value);
	case USB_REQ_GET_CONFIGURATION:
		data[0] = gadget->configuration;
		return 1;
	case USB_REQ_SET_INTERFACE:
		return choose(gadget, setup->index, setup->value) ? 0 : RAW_GADGET_STALL;
	case USB_REQ_GET_INTERFACE:
		if (setup->index >= INTERFACES_MAX)
			return RAW_GADGET_STALL;
		data[0] = gadget->alternate[setup->index];
		return 1;
	default:
		return RAW_GADGET_STALL;
	}
}

static int answer(struct raw_gadget *gadget, const struct raw_gadget_setup *setup,
		  uint8_t *data)
{
	const struct raw_gadget_device *device = gadget->device;
	const struct raw_gadget_request *request = device->requests;
	int ret;

	for (; request->answer; request++) {
		if (request->type != setup->type || request->request != setup->request)
			continue;
		ret = request->answer(device->priv, setup, data);
		if (ret != RAW_GADGET_USUAL)
			return ret;
		break;
	}
	return answer_usual(gadget, setup, data);
}

static void control(struct raw_gadget *gadget, const struct usb_ctrlrequest *request)
{
	const struct raw_gadget_setup setup = {
		.type = request->bRequestType,
		.request = request->bRequest,
		.value = le16toh(request->wValue),
		.index = le16toh(request->wIndex),
		.length = le16toh(request->wLength),
	};
	bool in = setup.type & USB_DIR_IN && setup.length;
	static struct io io;
	int len;

	len = answer(gadget, &setup, io.data);
	if (len == RAW_GADGET_SILENCE)
		tap_sleep_ms(gadget->device->silence_ms);
	if (len < 0) {
		ioctl(gadget->fd, USB_RAW_IOCTL_EP0_STALL, 0);
		return;
	}
	/* A host that has given up meanwhile makes it fail, or it is for nothing. */
	io.head.ep = 0;
	io.head.flags = in && len < setup.length ? USB_RAW_IO_FLAGS_ZERO : 0;
	io.head.length = len < setup.length ? len : setup.length;
	if (!in && setup.length)
		io.head.length = setup.length < RAW_GADGET_IO_MAX ?
				 setup.length : RAW_GADGET_IO_MAX;
	ioctl(gadget->fd, in ? USB_RAW_IOCTL_EP0_WRITE : USB_RAW_IOCTL_EP0_READ, &io);
}

static void serve(struct raw_gadget *gadget)
{
	struct {
		struct usb_raw_event head;
		struct usb_ctrlrequest request;
	} event = { };

	event.head.length = sizeof(event.request);
	if (ioctl(gadget->fd, USB_RAW_IOCTL_EVENT_FETCH, &event) < 0) {
		if (errno == EINTR)
			return;
		FAIL("raw-gadget: %s", tap_errno_name(errno));
	}
	switch (event.head.type) {
	case USB_RAW_EVENT_CONTROL:
		control(gadget, &event.request);
		break;
	case EVENT_RESET:
	case EVENT_DISCONNECT:
		disable_all(gadget);
		break;
	}
}

static void plug(struct raw_gadget *gadget)
{
	struct usb_raw_init init = {
		.driver_name = "dummy_udc",
		.device_name = "dummy_udc.0",
		.speed = USB_SPEED_HIGH,
	};
	int ret;

	gadget->fd = open("/dev/raw-gadget", O_RDWR | O_CLOEXEC);
	if (gadget->fd < 0)
		FAIL("open /dev/raw-gadget: %s", tap_errno_name(errno));
	CHECK_OK(ioctl(gadget->fd, USB_RAW_IOCTL_INIT, &init));
	ret = ioctl(gadget->fd, USB_RAW_IOCTL_RUN, 0);
	if (ret < 0)
		FAIL("no free dummy_udc: %s", tap_errno_name(errno));
}

void raw_gadget_run(const struct raw_gadget_device *device)
{
	struct sigaction action = { .sa_handler = do_nothing };
	static struct raw_gadget gadget = {
		.lock = PTHREAD_MUTEX_INITIALIZER,
		.changed = PTHREAD_COND_INITIALIZER,
	};

	gadget.device = device;
	CHECK_OK(sigaction(SIGUSR1, &action, NULL));
	start_endpoints(&gadget);
	plug(&gadget);
	for (;;)
		serve(&gadget);
}
