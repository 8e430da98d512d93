// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

#include "attachment.h"
#include "choose.h"
#include "feed.h"
#include "languages.h"
#include "log.h"
#include "node.h"
#include "properties.h"

/* A port that is busy is looked at this often, besides when sysfs says that it changed. */
#define WAIT_MS		5000
/* After a failure: the first pause, and the longest; each is twice the one before. */
#define RETRY_MS	100
#define RETRY_MAX_MS	30000
/* An attachment that lasted this long was none of a row of failures. */
#define LASTED_MS	60000
/* What the kernel calls busy though no spooler holds it: it drains. */
#define DRAINING_MS	500
/* A language bounds its probe itself; this is for one that does not. */
#define PROBE_MS	60000

#define EXIT_GONE	0

enum answer { UNKNOWN, YES, NO };

struct attachment {
	struct attachment_setup setup;
	struct choice choice;		/* by the configuration and the device id */
	const char *why;
	enum answer probed;

	/* While attached. */
	const struct language *language;
	unsigned int values[CONFIG_OPTIONS_MAX];
	void *state;			/* the language's */
	struct printport_monitor *monitor;
	int fd;				/* the monitor's */
	sd_event_source *io;
	bool probing;

	sd_event_source *timer;		/* for the next attempt, or to look again */
	sd_event_source *probe_timer;
	sd_event_source *stop_timer;
	unsigned int pause_ms;
	uint64_t since;			/* us */
	bool waiting;
	bool renew;			/* attach anew when no spooler holds the port */
	bool stopping;
	bool stop_now;
};

static void attach(struct attachment *attachment);
static void settle(struct attachment *attachment);

/* --- odds and ends ---------------------------------------------------------------- */

static void finish(struct attachment *attachment, int code)
{
	sd_event_exit(attachment->setup.event, code);
}

static uint64_t now_us(const struct attachment *attachment)
{
	uint64_t usec = 0;

	sd_event_now(attachment->setup.event, CLOCK_MONOTONIC, &usec);
	return usec;
}

static const char *error_name(int error)
{
	const char *name = strerrorname_np(-error);

	return name ? name : "EIO";
}

/* (Re)arms a timer; without one nothing would go on, so a failure ends the program. */
static void set_timer(struct attachment *attachment, sd_event_source **timer,
		      unsigned int ms, sd_event_time_handler_t handler)
{
	*timer = sd_event_source_disable_unref(*timer);
	if (sd_event_add_time_relative(attachment->setup.event, timer, CLOCK_MONOTONIC,
				       ms * 1000ULL, 0, handler, attachment) < 0)
		finish(attachment, EXIT_FAILURE);
}

static void drop_timer(sd_event_source **timer)
{
	*timer = sd_event_source_disable_unref(*timer);
}

static int on_timer(sd_event_source *source, uint64_t usec, void *arg)
{
	struct attachment *attachment = arg;

	(void)source;
	(void)usec;
	if (attachment->monitor)
		settle(attachment);
	else
		attach(attachment);
	return 0;
}

static void on_log(void *arg, int level, const char *line)
{
	const struct attachment *attachment = arg;

	log_say(level, "monitor", LOG_TEXT("language", attachment->language->name),
		LOG_TEXT("text", line));
}

/* --- detaching -------------------------------------------------------------------- */

/* @error: 0, or why it has to be, for the feed */
static void detach(struct attachment *attachment, int error)
{
	attachment->probing = false;
	drop_timer(&attachment->probe_timer);
	drop_timer(&attachment->timer);
	attachment->io = sd_event_source_disable_unref(attachment->io);
	printport_monitor_detach(attachment->monitor);
	attachment->monitor = NULL;
	attachment->fd = -1;
	if (attachment->language && attachment->state)
		attachment->language->destroy(attachment->state);
	attachment->state = NULL;
	attachment->language = NULL;
	feed_forget(error);
}

/* Whether a spooler, or what it left in the queue, still needs us. */
static bool is_needed(struct attachment *attachment)
{
	if (printport_monitor_is_open(attachment->monitor) || feed_is_busy())
		return true;
	/* One may have opened the port of which we have not been told. */
	if (node_detach(attachment->fd) != -EBUSY)
		return false;
	set_timer(attachment, &attachment->timer, DRAINING_MS, on_timer);
	return true;
}

/* What was put off until the port is closed, if it is. */
static void settle(struct attachment *attachment)
{
	if (!attachment->monitor || (!attachment->stopping && !attachment->renew))
		return;
	if (attachment->stop_now)
		log_say(LOG_WARNING, "detached from a port that is in use");
	else if (is_needed(attachment))
		return;
	detach(attachment, 0);
	attachment->renew = false;
	if (attachment->stopping) {
		log_say(LOG_INFO, "stopped");
		finish(attachment, EXIT_SUCCESS);
	} else {
		attach(attachment);
	}
}

/* --- attempts that fail ----------------------------------------------------------- */

static void on_gone(struct attachment *attachment)
{
	log_say(LOG_INFO, "the port is gone");
	sd_notify(0, "STATUS=The port is gone.");
	finish(attachment, EXIT_GONE);
}

static void retry_later(struct attachment *attachment)
{
	if (!sysfs_exists(attachment->setup.sysfs)) {
		on_gone(attachment);
		return;
	}
	if (attachment->since && now_us(attachment) - attachment->since > LASTED_MS * 1000ULL)
		attachment->pause_ms = 0;
	attachment->since = 0;
	attachment->pause_ms = attachment->pause_ms ? attachment->pause_ms * 2 : RETRY_MS;
	if (attachment->pause_ms > RETRY_MAX_MS)
		attachment->pause_ms = RETRY_MAX_MS;
	set_timer(attachment, &attachment->timer, attachment->pause_ms, on_timer);
}

static void on_sysfs_change(void *arg)
{
	struct attachment *attachment = arg;

	feed_refresh();
	if (attachment->waiting && !attachment->monitor)
		attach(attachment);
}

static void wait_for_port(struct attachment *attachment)
{
	if (!sysfs_exists(attachment->setup.sysfs)) {
		on_gone(attachment);
		return;
	}
	if (!attachment->waiting) {
		log_say(LOG_INFO, "waiting: a spooler or another monitor holds the port");
		sd_notify(0, "STATUS=Waiting for the port.");
	}
	attachment->waiting = true;
	set_timer(attachment, &attachment->timer, WAIT_MS, on_timer);
}

static void attach_failed(struct attachment *attachment, int err)
{
	switch (err) {
	case -EBUSY:
		wait_for_port(attachment);
		break;
	case -ENODEV:
	case -ENXIO:
	case -ENOENT:
		/* On its way out, or not yet all there. */
		retry_later(attachment);
		break;
	default:
		log_say(LOG_ERR, "cannot attach",
			LOG_TEXT("node", attachment->setup.node),
			LOG_TEXT("error", error_name(err)));
		finish(attachment, EXIT_FAILURE);
	}
}

/* --- running ---------------------------------------------------------------------- */

static void lost(struct attachment *attachment, int err)
{
	detach(attachment, err);
	sysfs_unwatch(attachment->setup.sysfs);
	if (attachment->stopping) {
		finish(attachment, EXIT_SUCCESS);
		return;
	}
	if (sysfs_exists(attachment->setup.sysfs))
		log_say(LOG_WARNING, "lost the port, attaching again",
			LOG_TEXT("error", error_name(err)));
	attachment->renew = false;
	retry_later(attachment);
}

static void dispatch(struct attachment *attachment)
{
	int err = printport_monitor_dispatch(attachment->monitor);

	if (err < 0)
		lost(attachment, err);
	else
		settle(attachment);
}

static int on_io(sd_event_source *source, int fd, uint32_t revents, void *arg)
{
	(void)source;
	(void)fd;
	(void)revents;
	dispatch(arg);
	return 0;
}

/* --- asking the printer which language it speaks ---------------------------------- */

/* Called by the language, so not the place to detach it. */
static void on_probed(void *arg, bool speaks)
{
	struct attachment *attachment = arg;

	if (!attachment->probing)
		return;
	attachment->probing = false;
	attachment->probed = speaks ? YES : NO;
	drop_timer(&attachment->probe_timer);
	log_say(LOG_INFO, speaks ? "the printer speaks it" : "the printer does not speak it",
		LOG_TEXT("language", attachment->language->name));
	attachment->renew |= !speaks;
}

static int on_probe_timeout(sd_event_source *source, uint64_t usec, void *arg)
{
	(void)source;
	(void)usec;
	on_probed(arg, false);
	settle(arg);
	return 0;
}

static void probe(struct attachment *attachment)
{
	attachment->probing = true;
	set_timer(attachment, &attachment->probe_timer, PROBE_MS, on_probe_timeout);
	attachment->language->probe(attachment->state, on_probed, attachment);
}

/* --- attaching -------------------------------------------------------------------- */

static struct choice choose(const struct attachment *attachment)
{
	const struct attachment_setup *setup = &attachment->setup;
	struct config_choice own = properties_choice(setup->properties, languages);
	struct device_id id;
	char text[4096];

	sysfs_read(setup->sysfs, "ieee1284_id", text, sizeof(text));
	device_id_parse(&id, text);
	return choose_language(setup->config, &own, setup->name, &id, languages);
}

static void take_language(struct attachment *attachment)
{
	const struct choice *choice = &attachment->choice;
	const struct language *language = choice->language;

	if (choice->probe && attachment->probed == NO)
		language = choice->fallback;
	attachment->language = language;
	attachment->why = choice->probe && attachment->probed != UNKNOWN ?
		"the printer's answer" : choice->why;
	memcpy(attachment->values, config_values(attachment->setup.config, language),
	       sizeof(attachment->values));
}

/* @fd is used up. */
static int attach_language(struct attachment *attachment, int fd)
{
	const struct language *language = attachment->language;
	int err;

	attachment->state = language->create(attachment->values);
	if (!attachment->state) {
		close(fd);
		return -ENOMEM;
	}
	err = printport_monitor_attach_fd(fd, feed_wrap(language->ops), attachment->state,
					  &attachment->monitor);
	if (err) {
		attachment->monitor = NULL;
		return err;
	}
	attachment->fd = fd;
	printport_monitor_set_log(attachment->monitor, on_log, attachment);
	printport_monitor_observe(attachment->monitor, feed_observe, NULL);
	return sd_event_add_io(attachment->setup.event, &attachment->io,
			       printport_monitor_fd(attachment->monitor), EPOLLIN, on_io,
			       attachment);
}

static void begin(struct attachment *attachment)
{
	const struct choice *choice = &attachment->choice;
	const struct language *language = attachment->language;

	attachment->waiting = false;
	attachment->since = now_us(attachment);
	log_say(LOG_INFO, "attached", LOG_TEXT("language", language->name),
		LOG_TEXT("why", attachment->why));
	sd_notifyf(0, "STATUS=Attached, language %s.", language->name);
	feed_refresh();
	if (language->attached)
		language->attached(attachment->state, attachment->monitor);
	if (choice->probe && attachment->probed == UNKNOWN)
		probe(attachment);
	/* What the language has said is sent by that. */
	dispatch(attachment);
}

static void attach(struct attachment *attachment)
{
	int fd, err;

	drop_timer(&attachment->timer);
	attachment->choice = choose(attachment);
	if (!attachment->choice.language) {
		log_say(LOG_INFO, "the port shall have no language monitor");
		finish(attachment, EXIT_SUCCESS);
		return;
	}
	/* Where it fails the timers do, later. */
	sysfs_watch(attachment->setup.sysfs, attachment->setup.event, on_sysfs_change,
		    attachment);
	fd = node_open(attachment->setup.node);
	if (fd < 0) {
		attach_failed(attachment, fd);
		return;
	}
	take_language(attachment);
	err = attach_language(attachment, fd);
	if (err < 0) {
		detach(attachment, err);
		attach_failed(attachment, err);
		return;
	}
	begin(attachment);
}

/* --- for others ------------------------------------------------------------------- */

struct attachment *attachment_new(const struct attachment_setup *setup)
{
	struct attachment *attachment = calloc(1, sizeof(*attachment));

	if (!attachment)
		return NULL;
	attachment->setup = *setup;
	attachment->fd = -1;
	return attachment;
}

void attachment_free(struct attachment *attachment)
{
	if (!attachment)
		return;
	detach(attachment, 0);
	drop_timer(&attachment->stop_timer);
	free(attachment);
}

void attachment_start(struct attachment *attachment)
{
	attach(attachment);
}

static int on_stop_timeout(sd_event_source *source, uint64_t usec, void *arg)
{
	struct attachment *attachment = arg;

	(void)source;
	(void)usec;
	attachment->stop_now = true;
	settle(attachment);
	return 0;
}

void attachment_stop(struct attachment *attachment)
{
	if (attachment->stopping)
		return;
	attachment->stopping = true;
	if (!attachment->monitor) {
		finish(attachment, EXIT_SUCCESS);
		return;
	}
	sd_notify(0, "STATUS=Waiting for the spooler to close the port.");
	set_timer(attachment, &attachment->stop_timer, attachment->setup.stop_ms,
		  on_stop_timeout);
	settle(attachment);
}

static bool is_changed(const struct attachment *attachment, const struct choice *choice)
{
	const struct choice *old = &attachment->choice;

	return choice->language != old->language || choice->probe != old->probe ||
	       memcmp(config_values(attachment->setup.config, attachment->language),
		      attachment->values, sizeof(attachment->values));
}

void attachment_reconfigure(struct attachment *attachment, const struct config *config)
{
	struct choice choice;

	attachment->setup.config = config;
	if (attachment->stopping)
		return;
	if (!attachment->monitor) {
		attachment->probed = UNKNOWN;
		attach(attachment);
		return;
	}
	choice = choose(attachment);
	if (!is_changed(attachment, &choice))
		return;
	attachment->probed = UNKNOWN;
	attachment->renew = true;
	settle(attachment);
}

bool attachment_is_open(const struct attachment *attachment)
{
	return attachment->monitor && printport_monitor_is_open(attachment->monitor);
}

const char *attachment_language(const struct attachment *attachment)
{
	return attachment->monitor ? attachment->language->name : NULL;
}

void attachment_ask(struct attachment *attachment, const char *key,
		    void (*answer)(void *arg, int error, const void *buf, size_t len),
		    void *arg)
{
	if (!attachment->monitor) {
		answer(arg, -EAGAIN, NULL, 0);
		return;
	}
	printport_monitor_ask(attachment->monitor, key, answer, arg);
	dispatch(attachment);
}
