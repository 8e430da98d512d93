/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What printportd knows of a language. One file a language, named after it. */
#ifndef PRINTPORTD_LANGUAGE_H
#define PRINTPORTD_LANGUAGE_H

#include <stdbool.h>
#include <stddef.h>

#include <printport-monitor.h>

/**
 * struct language_option - a setting of a language, from the configuration file
 * @name: such as "silence-ms"
 * @help: one line for the manual and for error messages
 * @minimum: the least value
 * @maximum: the largest value
 * @preset: its value if nothing is said
 *
 * Every option is a number; a switch is 0 or 1.
 */
struct language_option {
	const char *name;
	const char *help;
	unsigned int minimum;
	unsigned int maximum;
	unsigned int preset;
};

/**
 * struct language - a language that printportd speaks
 * @name: as in the configuration, and in sysfs "monitor"
 * @ops: its operations; the data of the monitor is what @create returned
 * @options: its settings, ended by one without a name; NULL: none
 * @speaks: whether a printer with this IEEE 1284 command set (the value of CMD or
 *	COMMAND SET, never NULL, not trusted), manufacturer and model speaks it
 * @create: makes the language's state for one port. @values: of @options, in their
 *	order. NULL: no memory
 * @attached: the monitor is attached, its loop is about to run; may be NULL
 * @probe: asks the printer whether it speaks the language, within a bound, and calls
 *	@result once; NULL: it cannot be asked. Called after @attached
 * @destroy: frees the state, after the monitor is detached
 */
struct language {
	const char *name;
	const struct printport_monitor_ops *ops;
	const struct language_option *options;
	bool (*speaks)(const char *command_set, const char *manufacturer, const char *model);
	void *(*create)(const unsigned int *values);
	void (*attached)(void *language, struct printport_monitor *monitor);
	void (*probe)(void *language, void (*result)(void *arg, bool speaks), void *arg);
	void (*destroy)(void *language);
};

extern const struct language language_pjl;
extern const struct language language_escpos;
extern const struct language language_raw;

#endif /* PRINTPORTD_LANGUAGE_H */
