/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * printport_usb's own view of a printer, shared by its parts:
 *
 *	usb.c		the USB driver: probe to disconnect, suspend, the port's ops
 *	usb_alt.c	alternate settings and protocols
 *	usb_tx.c	bytes to the printer
 *	usb_rx.c	bytes from the printer
 *	usb_request.c	requests on the default endpoint
 *	usb_status.c	when to ask for the printer's condition
 *	usb_quirks.c	printers that need something special
 *
 * "Printer class" in comments is the USB Device Class Definition for Printing Devices,
 * version 1.1.
 *
 * Lifetimes. struct printport_usb lives from probe to disconnect. It is freed when the
 * port is unregistered (no op and no attribute of sysfs runs), every URB is killed and no
 * work is left.
 *
 * Locks, in the order in which they nest. None is held while the core's ops_lock is
 * waited for.
 *
 * reset_mutex	One at a time: ->reset, a change of protocol.
 * ctl_mutex	One request to the printer at a time.
 * lock		Taken in completions, and around the core's queue locks: everything that
 *		changes and is not said to be something else's.
 *
 * tx_work and rx_work take neither of the mutexes, so that they can be waited for under
 * both; status_work takes ctl_mutex.
 */
#ifndef _PRINTPORT_USB_H
#define _PRINTPORT_USB_H

#include <linux/mutex.h>
#include <linux/printport.h>
#include <linux/spinlock.h>
#include <linux/usb.h>
#include <linux/workqueue.h>

#define PRINTPORT_USB_SUBCLASS		1
#define PRINTPORT_USB_UNIDIRECTIONAL	1
#define PRINTPORT_USB_BIDIRECTIONAL	2
#define PRINTPORT_USB_IEEE1284_4	3
#define PRINTPORT_USB_PROTOCOLS		4	/* by number; 0 is none */

#define PRINTPORT_USB_TX_URBS		8	/* a power of two */
#define PRINTPORT_USB_RX_URBS		8	/* a power of two */

/* Attempts without a byte of progress before a transfer has failed for good. */
#define PRINTPORT_USB_TRIES		3

#define PRINTPORT_USB_MEMORY_DELAY	msecs_to_jiffies(10)

/* Bits in hold. */
#define PRINTPORT_USB_FAILED		BIT(0)	/* tx_work has to recover */
#define PRINTPORT_USB_CANCEL		BIT(1)	/* tx_work has to stop and report */
#define PRINTPORT_USB_CLOSED		BIT(2)
#define PRINTPORT_USB_SUSPENDED		BIT(3)
#define PRINTPORT_USB_RESET		BIT(4)	/* the USB device is being reset */
#define PRINTPORT_USB_CHANGING		BIT(5)	/* the printer is, or its protocol */
#define PRINTPORT_USB_GONE		BIT(6)
#define PRINTPORT_USB_STOPPING		BIT(7)	/* tx_work is killing transfers */

/* Nothing may be received either. */
#define PRINTPORT_USB_QUIET \
	(PRINTPORT_USB_CLOSED | PRINTPORT_USB_SUSPENDED | PRINTPORT_USB_RESET | \
	 PRINTPORT_USB_CHANGING | PRINTPORT_USB_GONE)
/* The default endpoint is not to be touched. */
#define PRINTPORT_USB_NO_CONTROL \
	(PRINTPORT_USB_SUSPENDED | PRINTPORT_USB_RESET | PRINTPORT_USB_GONE)

/* Quirks. */
#define PRINTPORT_USB_Q_UNIDIR		BIT(0)	/* its back channel does harm */
#define PRINTPORT_USB_Q_VENDOR_CLASS	BIT(1)	/* a printer behind another class */
#define PRINTPORT_USB_Q_NO_STATUS	BIT(2)	/* GET_PORT_STATUS says nothing useful */
#define PRINTPORT_USB_Q_NO_ID		BIT(3)	/* GET_DEVICE_ID does harm */
#define PRINTPORT_USB_QUIRKS		4

/**
 * struct printport_usb_alt - an alternate setting that can be used
 * @usable: it is there and has a bulk OUT endpoint
 * @number: bAlternateSetting
 * @tx_pipe: bulk OUT
 * @rx_pipe: bulk IN
 * @tx_size: largest transfer to the printer, whole packets
 * @rx_size: one packet from the printer; 0: no back channel
 */
struct printport_usb_alt {
	bool usable;
	u8 number;
	unsigned int tx_pipe;
	unsigned int rx_pipe;
	size_t tx_size;
	size_t rx_size;
};

/* One packet, on its way here or waiting for room in the core. */
struct printport_usb_packet {
	struct urb *urb;
	u8 *buf;
	size_t off;
	size_t len;			/* bytes at off */
	bool busy;			/* the URB is in flight */
};

struct printport_usb {
	struct printport *port;
	struct usb_interface *intf;
	struct usb_device *udev;
	u8 ifnum;
	unsigned int quirks;
	struct printport_usb_alt alts[PRINTPORT_USB_PROTOCOLS];	/* by protocol */

	spinlock_t lock;		/* what follows, up to the mutexes */
	u8 protocol;			/* changes while CHANGING is set */
	unsigned int hold;		/* why nothing may be sent */

	struct urb *tx_urb[PRINTPORT_USB_TX_URBS];
	unsigned int tx_head;
	unsigned int tx_count;
	unsigned int tx_sent;
	unsigned int tx_moved;		/* counts the reports of progress */
	unsigned int tx_tries;		/* failures since the last of them */
	bool tx_unsure;			/* nobody knows what the printer took */
	bool tx_owed;			/* the core waits for printport_tx_stop() */
	struct delayed_work tx_work;

	struct printport_usb_packet rx[PRINTPORT_USB_RX_URBS];
	unsigned int rx_head;		/* oldest packet */
	unsigned int rx_count;		/* in flight, or not yet with the core */
	unsigned int rx_idle;		/* ms to wait after the next empty packet */
	unsigned int rx_tries;
	bool rx_wanted;
	bool rx_paused;			/* rx_work will go on */
	bool rx_halted;			/* rx_work has to clear the endpoint */
	struct delayed_work rx_work;

	u64 reasons;			/* as the printer said last */
	unsigned int status_moved;	/* tx_moved as status_work last saw it */
	unsigned int status_fails;	/* requests in a row without an answer */
	unsigned long status_at;	/* jiffies of the last request */
	unsigned int status_asked;	/* counts the requests */
	wait_queue_head_t status_wait;	/* for one to be over */
	unsigned long watched_at;	/* jiffies of the last look at the reasons */
	bool watched;			/* somebody looks at them */
	bool awaited;			/* the holder waits for a change */
	struct delayed_work status_work;

	struct mutex ctl_mutex;		/* the default endpoint */
	struct mutex reset_mutex;	/* who sets CHANGING */
};

/* usb.c */
void printport_usb_stop(struct printport_usb *usb, unsigned int why);
void printport_usb_go(struct printport_usb *usb, unsigned int why);

/* usb_alt.c */
extern const struct attribute_group *printport_usb_groups[];

static inline const struct printport_usb_alt *
printport_usb_current(const struct printport_usb *usb)
{
	return &usb->alts[usb->protocol];
}

int printport_usb_choose(struct printport_usb *usb, const struct usb_device_id *id);
size_t printport_usb_rx_max(const struct printport_usb *usb);
unsigned int printport_usb_protocols(const struct printport_usb *usb);
int printport_usb_set_protocol(struct printport_usb *usb, unsigned int protocol);

/* usb_tx.c */
void printport_usb_tx_halt(struct printport_usb *usb);
void printport_usb_tx_resume(struct printport_usb *usb);
int printport_usb_tx_alloc(struct printport_usb *usb);
void printport_usb_tx_free(struct printport_usb *usb);
void printport_usb_tx_start(struct printport *port);
void printport_usb_tx_cancel(struct printport *port);

/* usb_rx.c */
int printport_usb_rx_alloc(struct printport_usb *usb);
void printport_usb_rx_free(struct printport_usb *usb);
void printport_usb_rx_start(struct printport *port);
void printport_usb_rx_stop(struct printport *port);
void printport_usb_rx_kill(struct printport_usb *usb);
void printport_usb_rx_resume(struct printport_usb *usb);

/* usb_request.c */
int printport_usb_begin_control(struct printport_usb *usb);
void printport_usb_end_control(struct printport_usb *usb);
int printport_usb_read_lines(struct printport_usb *usb);
int printport_usb_read_id(struct printport_usb *usb, u8 *id, size_t size);
int printport_usb_soft_reset(struct printport_usb *usb);
int printport_usb_hp_channel(struct printport_usb *usb, unsigned int channel);

/* usb_status.c */
void printport_usb_status_init(struct printport_usb *usb);
void printport_usb_status_sent(struct printport_usb *usb);
void printport_usb_status_moved(struct printport_usb *usb);
void printport_usb_status_go(struct printport_usb *usb);
void printport_usb_status_unwatch(struct printport_usb *usb);
void printport_usb_watch(struct printport *port, bool wait);

/* usb_quirks.c */
unsigned int printport_usb_quirks(u16 vendor, u16 product);
int printport_usb_quirks_parse(const char *text, u16 vendor, u16 product,
			       unsigned int *quirks);
const char *printport_usb_quirk_name(unsigned int bit);

#endif /* _PRINTPORT_USB_H */
