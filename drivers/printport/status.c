// SPDX-License-Identifier: GPL-2.0-only
/*
 * The condition of a port and its printer, and how others learn that it changed:
 * sysfs attributes that can be polled, EPOLLPRI on the node, uevents.
 *
 * A change of the printer's condition wakes who polls the node at once. The others
 * are told the first change at once and then at most ten a second, since uevents are
 * heard by every listener on the machine; each carries the whole condition and
 * running counters, so that none is needed to understand the next.
 */
#include <linux/jiffies.h>
#include <linux/lp.h>
#include <linux/module.h>
#include <linux/poll.h>
#include <linux/string.h>

#include "core.h"
#include "lm.h"

#define PRINTPORT_EVENT_GAP	(HZ / 10)

const char *const printport_state_names[] = {
	[PRINTPORT_STATE_CLOSED] = "closed",
	[PRINTPORT_STATE_OPEN] = "open",
	[PRINTPORT_STATE_DRAINING] = "draining",
	[PRINTPORT_STATE_GONE] = "gone",
};

const char *const printport_job_state_names[] = {
	[PRINTPORT_JOB_ACTIVE] = "active",
	[PRINTPORT_JOB_PENDING] = "pending",
	[PRINTPORT_JOB_COMPLETED] = "completed",
	[PRINTPORT_JOB_ABORTED] = "aborted",
	[PRINTPORT_JOB_FAILED] = "failed",
};

static const char *const printport_printer_state_names[] = {
	[PRINTPORT_PRINTER_IDLE] = "idle",
	[PRINTPORT_PRINTER_PROCESSING] = "processing",
	[PRINTPORT_PRINTER_STOPPED] = "stopped",
};

/* By bit number of PRINTPORT_REASON_*. */
static const char *const printport_reason_names[] = {
	"media-empty", "media-jam", "media-low", "media-needed", "cover-open",
	"door-open", "offline", "toner-low", "toner-empty", "marker-supply-low",
	"marker-supply-empty", "output-area-full", "paused", "other",
};

/* With these a printer goes on printing. */
#define PRINTPORT_REASONS_WARNING	(PRINTPORT_REASON_MEDIA_LOW | \
					 PRINTPORT_REASON_TONER_LOW | \
					 PRINTPORT_REASON_MARKER_SUPPLY_LOW)

/**
 * printport_text_clean - make text from outside fit for one line of a log
 * @text: NUL-terminated; changed in place
 * @substitute: takes the place of each control character
 *
 * Context: any.
 */
void printport_text_clean(char *text, char substitute)
{
	for (; *text; text++)
		if ((u8)*text < 0x20 || *text == 0x7f)
			*text = substitute;
}
EXPORT_SYMBOL_FOR_TEST(printport_text_clean);

/**
 * printport_reasons_format - status reasons as text
 * @reasons: PRINTPORT_REASON_* bits
 * @buf: out: keywords separated by spaces, or "none"; no newline
 * @size: bytes at @buf; PRINTPORT_REASONS_STR_LEN is enough
 *
 * Context: any.
 * Return: length of the text
 */
int printport_reasons_format(u64 reasons, char *buf, size_t size)
{
	int len = 0, i;

	BUILD_BUG_ON(1ULL << ARRAY_SIZE(printport_reason_names) !=
		     PRINTPORT_REASON_ALL + 1);
	for (i = 0; i < ARRAY_SIZE(printport_reason_names); i++)
		if (reasons & (1ULL << i))
			len += scnprintf(buf + len, size - len, "%s%s",
					 len ? " " : "", printport_reason_names[i]);
	return len ?: scnprintf(buf, size, "none");
}
EXPORT_SYMBOL_GPL(printport_reasons_format);

/**
 * printport_reasons_parse - status reasons from text
 * @text: keywords separated by white space or commas, or "none"
 * @reasons: out: PRINTPORT_REASON_* bits
 *
 * Context: any.
 * Return: 0, or -EINVAL for a word that is no keyword; @reasons is untouched then.
 */
int printport_reasons_parse(const char *text, u64 *reasons)
{
	static const char separators[] = " ,\t\r\n";
	u64 found = 0;

	for (;;) {
		size_t len;
		int i;

		text += strspn(text, separators);
		len = strcspn(text, separators);
		if (!len)
			break;
		for (i = 0; i < ARRAY_SIZE(printport_reason_names); i++)
			if (strlen(printport_reason_names[i]) == len &&
			    !strncmp(text, printport_reason_names[i], len))
				break;
		if (i < ARRAY_SIZE(printport_reason_names))
			found |= 1ULL << i;
		else if (len != 4 || strncmp(text, "none", len))
			return -EINVAL;
		text += len;
	}
	*reasons = found;
	return 0;
}
EXPORT_SYMBOL_GPL(printport_reasons_parse);

/**
 * printport_reasons_from_lines - what a printer's status lines mean
 * @lines: LP_POUTPA, LP_PSELECD and LP_PERRORP of <linux/lp.h>: the status register
 *	of a parallel port, and what USB GET_PORT_STATUS returns (USB printer class
 *	1.1, table 4)
 *
 * Context: any.
 * Return: PRINTPORT_REASON_* bits
 */
u64 printport_reasons_from_lines(u8 lines)
{
	u64 reasons = 0;

	if (lines & LP_POUTPA)
		reasons |= PRINTPORT_REASON_MEDIA_EMPTY;
	if (!(lines & LP_PSELECD))
		reasons |= PRINTPORT_REASON_OFFLINE;
	/* nFault comes along with both of the above: alone it says something else. */
	if (!(lines & LP_PERRORP) && !reasons)
		reasons |= PRINTPORT_REASON_OTHER;
	return reasons;
}
EXPORT_SYMBOL_GPL(printport_reasons_from_lines);

/* Under lock: all that is known of the printer. */
static u64 printport_reasons(const struct printport *port)
{
	return port->reasons | port->lm_reasons;
}

/**
 * printport_printer_state - IPP printer-state of a port
 * @port: the port, locked
 *
 * Context: any.
 * Return: the state
 */
enum printport_printer_state printport_printer_state(const struct printport *port)
{
	if (printport_reasons(port) & ~PRINTPORT_REASONS_WARNING)
		return PRINTPORT_PRINTER_STOPPED;
	return printport_queued(port) ? PRINTPORT_PRINTER_PROCESSING : PRINTPORT_PRINTER_IDLE;
}

/**
 * printport_get_status - the whole condition
 * @port: the port
 * @status: out
 *
 * Context: process.
 */
void printport_get_status(struct printport *port, struct printport_status *status)
{
	spin_lock_irq(&port->lock);
	*status = (struct printport_status){
		.state = port->state,
		.printer_state = printport_printer_state(port),
		.reasons = printport_reasons(port),
		.queued = printport_queued(port),
		.in_flight = port->in_flight,
		.job = port->job ? port->job->id : 0,
	};
	spin_unlock_irq(&port->lock);
}
EXPORT_SYMBOL_FOR_TEST(printport_get_status);

/**
 * printport_lines - the printer's status lines as LPGETSTATUS gives them
 * @port: the port
 *
 * Asks the transport; one that has no lines is spoken for by the status reasons.
 *
 * Context: process, sleeps.
 * Return: LP_P* bits, or a negative errno.
 */
int printport_lines(struct printport *port)
{
	int lines = LP_PERRORP | LP_PSELECD | LP_PBUSY | LP_PACK;
	u64 reasons = READ_ONCE(port->reasons) | READ_ONCE(port->lm_reasons);

	if (!printport_ops_begin(port))
		return -ENODEV;
	if (port->ops->get_status) {
		lines = port->ops->get_status(port);
	} else {
		if (reasons & PRINTPORT_REASON_MEDIA_EMPTY)
			lines |= LP_POUTPA;
		if (reasons & PRINTPORT_REASON_OFFLINE)
			lines &= ~LP_PSELECD;
		if (reasons & ~PRINTPORT_REASONS_WARNING)
			lines &= ~LP_PERRORP;
	}
	printport_ops_end(port);
	return lines;
}
EXPORT_SYMBOL_FOR_TEST(printport_lines);

/**
 * printport_watch - somebody looks at the status reasons
 * @port: the port
 * @wait: until they are right, for a second or so
 *
 * Context: process, sleeps.
 */
void printport_watch(struct printport *port, bool wait)
{
	if (!port->ops->watch || !printport_ops_begin(port))
		return;
	port->ops->watch(port, wait);
	printport_ops_end(port);
}

/**
 * printport_reset - reset the printer
 * @port: the port
 *
 * Context: process, sleeps.
 * Return: 0, -EOPNOTSUPP, -ENODEV, or what the transport says.
 */
int printport_reset(struct printport *port)
{
	int err = -EOPNOTSUPP;

	if (!printport_ops_begin(port))
		return -ENODEV;
	if (port->ops->reset)
		err = port->ops->reset(port);
	printport_ops_end(port);
	return err;
}
EXPORT_SYMBOL_FOR_TEST(printport_reset);

/**
 * printport_event_schedule - the condition may have changed
 * @port: the port, locked
 *
 * Context: any.
 */
void printport_event_schedule(struct printport *port)
{
	unsigned long now = jiffies, next = READ_ONCE(port->event_last) + PRINTPORT_EVENT_GAP;

	if (!port->silent)
		schedule_delayed_work(&port->event_work,
				      time_in_range(next, now, now + PRINTPORT_EVENT_GAP) ?
				      next - now : 0);
}

/**
 * printport_changed - the state changed
 * @port: the port
 *
 * Context: process.
 */
void printport_changed(struct printport *port)
{
	spin_lock_irq(&port->lock);
	printport_event_schedule(port);
	spin_unlock_irq(&port->lock);
}

/**
 * printport_event_work - tell the world what changed since the last time
 * @work: printport.event_work
 *
 * Context: process, sleeps.
 */
void printport_event_work(struct work_struct *work)
{
	struct printport *port = container_of(to_delayed_work(work), struct printport,
					      event_work);
	const char *what = "status";
	char event[32];
	char *envp[] = { event, NULL };
	enum printport_printer_state printer_state;
	enum printport_state state;
	u64 reasons, errors, lost;
	bool announce;

	WRITE_ONCE(port->event_last, jiffies);
	spin_lock_irq(&port->lock);
	state = port->state;
	printer_state = printport_printer_state(port);
	reasons = printport_reasons(port);
	errors = port->stats.errors;
	lost = port->stats.bytes_lost;
	spin_unlock_irq(&port->lock);

	if (!device_is_registered(&port->dev))
		return;

	if (state != port->event_state)
		sysfs_notify(&port->dev.kobj, NULL, "state");
	if (printer_state != port->event_printer_state)
		sysfs_notify(&port->dev.kobj, NULL, "status");
	if (reasons != port->event_reasons)
		sysfs_notify(&port->dev.kobj, NULL, "reasons");

	announce = state != port->event_state || reasons != port->event_reasons;
	if (state != port->event_state)
		what = "state";
	if (errors != port->event_errors || lost != port->event_lost) {
		what = "error";
		announce = true;
	}

	port->event_state = state;
	port->event_printer_state = printer_state;
	port->event_reasons = reasons;
	port->event_errors = errors;
	port->event_lost = lost;
	if (!announce)
		return;
	snprintf(event, sizeof(event), "PRINTPORT_EVENT=%s", what);
	kobject_uevent_env(&port->dev.kobj, KOBJ_CHANGE, envp);
}

/**
 * printport_uevent_env - what every uevent of a port carries
 * @port: the port
 * @env: to be added to
 *
 * Context: process.
 * Return: 0 or -ENOMEM.
 */
int printport_uevent_env(struct printport *port, struct kobj_uevent_env *env)
{
	char reasons[PRINTPORT_REASONS_STR_LEN];
	char monitor[PRINTPORT_LM_NAME_LEN];
	struct printport_status status;
	struct printport_stats stats;
	const struct {
		const char *key;
		const char *value;
	} id[] = {
		{ "MFG", port->id.manufacturer },
		{ "MDL", port->id.model },
		{ "SERN", port->id.serial },
		{ "CMD", port->id.command_set },
	};
	int err, i;

	printport_get_status(port, &status);
	spin_lock_irq(&port->lock);
	stats = port->stats;
	spin_unlock_irq(&port->lock);
	printport_reasons_format(status.reasons, reasons, sizeof(reasons));
	printport_lm_name(port, monitor);

	err = add_uevent_var(env, "PRINTPORT_TRANSPORT=%s", port->transport) ?:
	      add_uevent_var(env, "PRINTPORT_STATE=%s",
			     printport_state_names[status.state]) ?:
	      add_uevent_var(env, "PRINTPORT_STATUS=%s",
			     printport_printer_state_names[status.printer_state]) ?:
	      add_uevent_var(env, "PRINTPORT_REASONS=%s", reasons) ?:
	      add_uevent_var(env, "PRINTPORT_MONITOR=%s", monitor) ?:
	      add_uevent_var(env, "PRINTPORT_ERRORS=%llu", stats.errors) ?:
	      add_uevent_var(env, "PRINTPORT_BYTES_LOST=%llu", stats.bytes_lost);
	for (i = 0; !err && i < ARRAY_SIZE(id); i++)
		if (id[i].value[0])
			err = add_uevent_var(env, "PRINTPORT_%s=%s", id[i].key,
					     id[i].value);
	return err;
}

/**
 * printport_printer_state_name - printer-state as text
 * @state: the state
 *
 * Context: any.
 * Return: the keyword of IPP
 */
const char *printport_printer_state_name(enum printport_printer_state state)
{
	return printport_printer_state_names[state];
}

/* Under lock. Returns whether the port's reasons have changed: EPOLLPRI is to follow. */
static bool printport_store_reasons(struct printport *port, u64 *some, u64 reasons)
{
	u64 before = printport_reasons(port);

	*some = reasons;
	if (printport_reasons(port) == before)
		return false;
	port->status_seq++;
	printport_event_schedule(port);
	return true;
}

/**
 * printport_set_reasons - the printer's condition changed
 * @port: the port
 * @reasons: PRINTPORT_REASON_* bits, all that hold now, as far as the transport knows
 *
 * Context: any.
 */
void printport_set_reasons(struct printport *port, u64 reasons)
{
	unsigned long flags;
	bool changed;

	reasons &= PRINTPORT_REASON_ALL;
	spin_lock_irqsave(&port->lock, flags);
	if (port->reasons != reasons)
		printport_lm_kick(port);
	changed = printport_store_reasons(port, &port->reasons, reasons);
	spin_unlock_irqrestore(&port->lock, flags);
	/* A writer may fail now, after LPABORT. */
	if (changed)
		wake_up_poll(&port->tx_wait, EPOLLPRI | EPOLLOUT | EPOLLWRNORM);
}
EXPORT_SYMBOL_GPL(printport_set_reasons);

/**
 * printport_lm_set_reasons - the same, as far as a language monitor knows
 * @port: the port
 * @lm: the monitor
 * @reasons: PRINTPORT_REASON_* bits, all that hold now
 *
 * Context: process.
 * Return: 0, or -ENODEV: it is the port's monitor no more.
 */
int printport_lm_set_reasons(struct printport *port, const struct printport_lm *lm,
			     u64 reasons)
{
	bool changed = false;
	int err = -ENODEV;

	spin_lock_irq(&port->lock);
	if (port->attached == lm) {
		changed = printport_store_reasons(port, &port->lm_reasons, reasons);
		err = 0;
	}
	spin_unlock_irq(&port->lock);
	/* A writer may fail now, after LPABORT. */
	if (changed)
		wake_up_poll(&port->tx_wait, EPOLLPRI | EPOLLOUT | EPOLLWRNORM);
	return err;
}

/**
 * printport_lm_clear_reasons - a language monitor is lost, and what it knew with it
 * @port: the port, locked
 *
 * Context: any.
 * Return: whether somebody who polls for EPOLLPRI is to be woken.
 */
bool printport_lm_clear_reasons(struct printport *port)
{
	return printport_store_reasons(port, &port->lm_reasons, 0);
}
