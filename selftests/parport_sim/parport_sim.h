/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A simulated parallel port with a simulated, strict IEEE 1284 printer.
 *
 * Levels of lines are those on the wire, at the bits that the lines have in parport's
 * status and control registers. Event numbers are those of IEEE 1284-1994.
 *
 * psim.lock (a spinlock, interrupts off) protects all of a port but what is marked. It
 * is taken by psim_enter(), which also lets the printer do what was due, and released by
 * psim_leave(). Everything in peripheral.c, condition.c, compat.c, negotiate.c, reverse.c,
 * ecp*.c and epp.c is called under it. Time is psim.now, in ns: that of the last access,
 * or, while an engine of hardware.c runs, that of the handshake.
 *
 * psim.mutex protects whether a port is live, what only configfs changes, and the growth
 * of buffers; it is taken before psim.lock.
 *
 * The printer reacts by steps: psim_respond() plans the next one, psim_advance() makes it
 * when its time has come. What the host does goes to the mode's function host().
 */
#ifndef _PARPORT_SIM_H
#define _PARPORT_SIM_H

#include <linux/configfs.h>
#include <linux/hrtimer.h>
#include <linux/irq_work.h>
#include <linux/kfifo.h>
#include <linux/kref.h>
#include <linux/mutex.h>
#include <linux/parport.h>
#include <linux/sizes.h>
#include <linux/spinlock.h>
#include <linux/types.h>
#include <linux/wait.h>

#define PSIM_NAME_MAX		32
#define PSIM_ID_MAX		4095
#define PSIM_BUFFER_DEFAULT	65536
#define PSIM_BUFFER_MAX		SZ_16M
#define PSIM_REPLY_SIZE		SZ_1M
#define PSIM_RUN_MAX		128
#define PSIM_TRACE_ENTRIES	4096
#define PSIM_VIOLATIONS		100
#define PSIM_VIOLATION_LEN	120
/* IEEE 1284-1994: setup, strobe and hold in compatibility mode; nInit. */
#define PSIM_SETUP_NS		500
#define PSIM_STROBE_NS		500
#define PSIM_HOLD_NS		500
#define PSIM_INIT_NS		50000
#define PSIM_EPP_TIMEOUT_NS	10000

/* Lines of the host, by level. */
#define PSIM_NSTROBE		PARPORT_CONTROL_STROBE
#define PSIM_NAUTOFD		PARPORT_CONTROL_AUTOFD
#define PSIM_NINIT		PARPORT_CONTROL_INIT
#define PSIM_NSELECTIN		PARPORT_CONTROL_SELECT
#define PSIM_CONTROL_LINES	(PSIM_NSTROBE | PSIM_NAUTOFD | PSIM_NINIT | PSIM_NSELECTIN)
#define PSIM_CONTROL_INVERTED	(PSIM_NSTROBE | PSIM_NAUTOFD | PSIM_NSELECTIN)
/* Lines of the printer, by level. */
#define PSIM_NFAULT		PARPORT_STATUS_ERROR
#define PSIM_SELECT		PARPORT_STATUS_SELECT
#define PSIM_PERROR		PARPORT_STATUS_PAPEROUT
#define PSIM_NACK		PARPORT_STATUS_ACK
#define PSIM_BUSY		PARPORT_STATUS_BUSY
#define PSIM_STATUS_LINES	(PSIM_NFAULT | PSIM_SELECT | PSIM_PERROR | PSIM_NACK | \
				 PSIM_BUSY)
#define PSIM_STATUS_INVERTED	PSIM_BUSY

enum psim_mode {
	PSIM_COMPATIBILITY,
	PSIM_NEGOTIATION,
	PSIM_NIBBLE,
	PSIM_BYTE,
	PSIM_ECP,
	PSIM_ECP_REVERSE,
	PSIM_EPP,
	PSIM_TERMINATE,
	PSIM_MODES
};

/* Where in a mode: mostly the number of the event that was last. */
enum psim_phase {
	PSIM_IDLE,
	/* negotiation: refused is left by termination only */
	PSIM_NEG_1, PSIM_NEG_2, PSIM_NEG_3, PSIM_NEG_4, PSIM_NEG_REFUSED,
	/* nibble and byte mode */
	PSIM_HOST_BUSY, PSIM_REV_7, PSIM_REV_9, PSIM_REV_10, PSIM_REV_11, PSIM_REV_16,
	PSIM_REV_IDLE, PSIM_REV_18, PSIM_REV_19, PSIM_REV_20,
	/* ECP */
	PSIM_ECP_SETUP, PSIM_ECP_30, PSIM_ECP_FORWARD,
	PSIM_ECP_35, PSIM_ECP_36, PSIM_ECP_37,
	PSIM_ECP_72, PSIM_ECP_73, PSIM_ECP_74, PSIM_ECP_75,
	/* ECP reverse */
	PSIM_ECP_39, PSIM_ECP_40, PSIM_ECP_43, PSIM_ECP_44, PSIM_ECP_45, PSIM_ECP_47,
	/* EPP */
	PSIM_EPP_IDLE, PSIM_EPP_STROBE, PSIM_EPP_58, PSIM_EPP_63, PSIM_EPP_68,
	/* termination */
	PSIM_TERM_22, PSIM_TERM_24, PSIM_TERM_25, PSIM_TERM_27, PSIM_TERM_28,
};

/* Events that have no number in the standard. */
enum psim_event {
	PSIM_EVENT_NONE = 100,
	PSIM_EVENT_DATA,
	PSIM_EVENT_STROBE,
	PSIM_EVENT_STROBE_END,
	PSIM_EVENT_BUSY,
	PSIM_EVENT_ACK,
	PSIM_EVENT_ACK_END,
	PSIM_EVENT_INIT,
	PSIM_EVENT_INIT_END,
	PSIM_EVENT_CONDITION,
	PSIM_EVENT_LINES,
	PSIM_EVENT_LAST
};

/* Bits of ->condition. */
#define PSIM_PAPER_OUT		BIT(0)
#define PSIM_OFFLINE		BIT(1)
#define PSIM_ERROR		BIT(2)
#define PSIM_NEVER_READY	BIT(3)
#define PSIM_MUTE		BIT(4)
#define PSIM_OFF		BIT(5)
#define PSIM_STOPPED		(PSIM_PAPER_OUT | PSIM_OFFLINE | PSIM_ERROR | PSIM_NEVER_READY)

/* Bits of ->supports. */
#define PSIM_SUPPORTS_NIBBLE	BIT(0)
#define PSIM_SUPPORTS_BYTE	BIT(1)
#define PSIM_SUPPORTS_ECP	BIT(2)
#define PSIM_SUPPORTS_RLE	BIT(3)
#define PSIM_SUPPORTS_EPP	BIT(4)
#define PSIM_SUPPORTS_ID	BIT(5)

/* Bits of ->hardware. */
#define PSIM_HW_TRISTATE	BIT(0)
#define PSIM_HW_EPP		BIT(1)
#define PSIM_HW_ECP		BIT(2)
#define PSIM_HW_COMPAT		BIT(3)

enum psim_counter {
	PSIM_N_FORWARD, PSIM_N_COMPAT, PSIM_N_ECP, PSIM_N_EPP, PSIM_N_HARDWARE,
	PSIM_N_REVERSE, PSIM_N_NIBBLE, PSIM_N_BYTE, PSIM_N_ECP_REVERSE, PSIM_N_EPP_REVERSE,
	PSIM_N_ID, PSIM_N_NEGOTIATIONS, PSIM_N_REFUSED, PSIM_N_TERMINATIONS,
	PSIM_N_IMMEDIATE, PSIM_N_RECOVERIES, PSIM_N_INITS, PSIM_N_INTERRUPTS,
	PSIM_N_STATUS_READS, PSIM_N_WRITES, PSIM_N_VIOLATIONS, PSIM_N_LOST,
	PSIM_N_ECP_COMMANDS, PSIM_N_EPP_ADDRESSES,
	PSIM_COUNTERS
};

struct psim;

struct psim_range {
	u32 min;
	u32 max;
};

/* What the printer does next: @fn at @due, ns. U64_MAX: when something lets it go on. */
struct psim_step {
	void (*fn)(struct psim *sim);
	u64 due;
	int event;
	bool counted;		/* the trigger has seen it */
};

enum psim_slot {
	PSIM_MAIN,
	PSIM_PULSE,		/* of nAck, at a change of condition */
	PSIM_SLOTS
};

/* What the host has done in one access. */
struct psim_change {
	u8 fell;
	u8 rose;
	bool data;		/* the data lines have changed */
};

struct psim_trace {
	u64 ns;
	s16 event;
	bool printer;
	u8 data;
	u8 status;
	u8 control;
	u8 mode;
};

enum psim_stage {
	PSIM_READY,
	PSIM_BYTE_BUSY,
	PSIM_BYTE_ACK,
};

struct psim_compat {
	enum psim_stage stage;
	bool ready_seen;	/* by the host, since the last byte */
	bool init;		/* being initialized */
	bool pulse;
	u64 busy_until;
	u64 strobe_at;
	u64 strobe_end_at;	/* 0: hold time seen */
	u64 init_at;
	u64 min_setup;
	u64 min_strobe;
	u64 min_hold;
};

struct psim {
	struct config_item item;
	struct kref kref;
	struct mutex mutex;		/* live or not, ->hardware, growth */

	/* ->mutex */
	struct parport *port;
	struct platform_device *pdev;
	struct parport_operations ops;
	struct dentry *dir;
	unsigned int hardware;
	bool irq;
	wait_queue_head_t wait;		/* of readers, writers, engines, for whatever */
	atomic_t engines;

	spinlock_t lock;		/* all below but ->read_mutex */
	u64 now;
	u64 rng;
	bool gone;			/* the directory */
	bool removing;			/* the port */

	/* The host's side. */
	u8 host;
	u8 host_data;
	bool host_drives;
	bool host_left;		/* nSelectIn was low since the printer went mute */
	u8 host_muted;		/* the host's lines as the printer saw them last, when mute */
	bool ack_seen;		/* PeriphAck, since it rose */
	bool irq_enabled;
	bool engine;
	struct parport *irq_port;	/* NULL: none that may be interrupted */
	bool irq_pending;
	struct irq_work irq_work;
	struct hrtimer retry;		/* of ->irq_work */
	struct hrtimer timer;
	u64 armed;			/* when ->timer fires */
	u64 data_at;

	/* The printer's side. */
	u8 lines;
	u8 printer_data;
	bool printer_drives;
	enum psim_mode mode;
	enum psim_phase phase;
	struct psim_step steps[PSIM_SLOTS];
	struct psim_compat compat;
	u8 extensibility;
	bool id_mode;
	bool second_nibble;
	bool command;			/* ECP: HostAck was low */
	unsigned int run;		/* ECP forward: of the next byte, 0: no run */
	unsigned int offered;		/* ECP reverse: bytes on the lines */
	bool offered_run;		/* ECP reverse: the count is on the lines */
	bool run_accepted;		/* ECP reverse: the count has gone */
	bool epp_read;
	bool epp_address;
	u64 epp_at;
	u64 neg_at;

	/* What was set. */
	unsigned int supports;
	unsigned int condition;
	bool ack_on_change;
	bool discard;
	u32 buffer;
	struct psim_range busy_ns;
	struct psim_range ack_ns;
	struct psim_range response_ns;
	u32 seed;
	int trigger_event;
	u32 trigger_count;		/* 0: none */
	unsigned int trigger_condition;
	int device_id_length;		/* < 0: the right one */
	char device_id[PSIM_ID_MAX + 1];

	/* What it tells as its device id in the mode that it is in. */
	u8 id[2 + PSIM_ID_MAX];
	unsigned int id_len;
	unsigned int id_pos;

	struct kfifo printed;
	struct kfifo reply;
	struct mutex read_mutex;	/* one reader of printed */

	/* What was seen. */
	u64 counters[PSIM_COUNTERS];
	unsigned int violation_count;
	char (*violations)[PSIM_VIOLATION_LEN];
	struct psim_trace *trace;
	unsigned int trace_count;
};

/* peripheral.c: time, steps, lines */
unsigned long psim_enter(struct psim *sim);
void psim_leave(struct psim *sim, unsigned long flags);
void psim_advance(struct psim *sim, u64 now);
u64 psim_next_due(const struct psim *sim);
u64 psim_random(struct psim *sim, const struct psim_range *range);
void psim_plan(struct psim *sim, enum psim_slot slot, int event, void (*fn)(struct psim *sim),
	       u64 delay);
void psim_respond(struct psim *sim, int event, void (*fn)(struct psim *sim));
void psim_stall(struct psim *sim, int event, void (*fn)(struct psim *sim));
void psim_cancel(struct psim *sim, enum psim_slot slot);
void psim_wake(struct psim *sim);
void psim_kick(struct psim *sim);
void psim_lines(struct psim *sim, int event, u8 mask, u8 levels);
bool psim_host_event(struct psim *sim, int event);
void psim_host(struct psim *sim, u8 levels, u8 data, bool drives, bool wrote);
void psim_host_missed(struct psim *sim);
u8 psim_data(const struct psim *sim);
enum hrtimer_restart psim_timer(struct hrtimer *timer);
enum hrtimer_restart psim_retry(struct hrtimer *timer);
void psim_irq_work(struct irq_work *work);

/* delay.c: the host's delays */
void psim_delay_measure(void);
bool psim_too_short(u64 ns, u64 limit);

/* condition.c: conditions, the trigger, what is stored */
void psim_set_condition(struct psim *sim, unsigned int condition);
bool psim_alive(const struct psim *sim);
bool psim_full(const struct psim *sim);
bool psim_stopped(const struct psim *sim);
void psim_trigger(struct psim *sim, int event);
void psim_put(struct psim *sim, u8 byte, unsigned int count, enum psim_counter counter);
unsigned int psim_reply_len(const struct psim *sim);
unsigned int psim_reply_peek(struct psim *sim, u8 *buf, unsigned int len);
void psim_reply_take(struct psim *sim, unsigned int len, enum psim_counter counter);
void psim_reply_arrived(struct psim *sim);

/* compat.c */
void psim_compat_host(struct psim *sim, const struct psim_change *change);
void psim_compat_enter(struct psim *sim, int event);
void psim_compat_show(struct psim *sim, int event);
void psim_compat_kick(struct psim *sim);
void psim_compat_pulse(struct psim *sim);
u8 psim_compat_levels(const struct psim *sim);

/* negotiate.c: negotiation and termination */
bool psim_negotiation_wanted(const struct psim *sim);
void psim_negotiate_begin(struct psim *sim);
void psim_negotiate_host(struct psim *sim, const struct psim_change *change);
void psim_terminate(struct psim *sim);
void psim_terminate_now(struct psim *sim);
void psim_terminate_host(struct psim *sim, const struct psim_change *change);

/* reverse.c: nibble and byte mode */
void psim_reverse_start(struct psim *sim);
u8 psim_reverse_levels(struct psim *sim, unsigned int left);
void psim_reverse_host(struct psim *sim, const struct psim_change *change);
void psim_reverse_reply(struct psim *sim);

/* ecp.c: set-up, forward, host recovery; ecp_reverse.c */
void psim_ecp_start(struct psim *sim);
void psim_ecp_host(struct psim *sim, const struct psim_change *change);
void psim_ecp_request(struct psim *sim);
void psim_ecp_forward(struct psim *sim);
void psim_ecp_reverse_start(struct psim *sim);
void psim_ecp_reverse_host(struct psim *sim, const struct psim_change *change);
void psim_ecp_reverse_reply(struct psim *sim);

/* epp.c */
void psim_epp_start(struct psim *sim);
void psim_epp_host(struct psim *sim, const struct psim_change *change);

/* hardware.c: the port's engines. They sleep, and take the lock themselves. */
size_t psim_hw_compat_write(struct parport *port, const void *buf, size_t len, int flags);
size_t psim_hw_ecp_write(struct parport *port, const void *buf, size_t len, int flags);
size_t psim_hw_epp_write(struct parport *port, const void *buf, size_t len, int flags);
size_t psim_hw_epp_read(struct parport *port, void *buf, size_t len, int flags);

/* port.c: struct parport. Under ->mutex. */
int psim_port_add(struct psim *sim);
void psim_port_remove(struct psim *sim);

/* retire.c: ports that were removed in use */
void psim_retire_port(struct parport *port);
void psim_retire_exit(void);

/* report.c: what was seen */
extern const char *const psim_mode_names[PSIM_MODES];
const char *psim_event_name(int event, char *buf, size_t size);
int psim_event_parse(const char *word);
void psim_trace(struct psim *sim, bool printer, int event);
__printf(3, 4) void psim_violation(struct psim *sim, int event, const char *fmt, ...);
void psim_violations_clear(struct psim *sim);
size_t psim_print_violations(struct psim *sim, char *buf, size_t size);
size_t psim_print_trace(struct psim *sim, char *buf, size_t size);
size_t psim_print_counters(struct psim *sim, char *buf, size_t size);

/* debug.c: debugfs */
void psim_debug_init(void);
void psim_debug_exit(void);
void psim_debug_add(struct psim *sim);
void psim_debug_remove(struct psim *sim);

/* config.c */
struct psim *psim_of_item(struct config_item *item);
void psim_put_ref(struct psim *sim);
int psim_set_buffer(struct psim *sim, u32 bytes);

/* settings.c: configfs attributes */
extern struct configfs_attribute *psim_attrs[];

#endif /* _PARPORT_SIM_H */
