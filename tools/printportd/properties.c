// SPDX-License-Identifier: GPL-2.0-or-later
#include <libudev.h>
#include <string.h>

#include "languages.h"
#include "log.h"
#include "properties.h"

#define SUBSYSTEM	"printport-lm"

static void take_language(struct config_choice *choice, const char *name,
			  const struct language *const *languages_known)
{
	if (!strcmp(name, "auto")) {
		choice->kind = CONFIG_LANGUAGE_AUTO;
	} else if (!strcmp(name, "none")) {
		choice->kind = CONFIG_LANGUAGE_NONE;
	} else {
		choice->language = language_find(languages_known, name);
		if (choice->language)
			choice->kind = CONFIG_LANGUAGE_NAMED;
		else
			log_say(LOG_WARNING, "udev names a language that there is not",
				LOG_TEXT("language", name));
	}
}

static void take_probe(struct config_choice *choice, const char *value)
{
	if (!strcmp(value, "yes"))
		choice->probe = CONFIG_SWITCH_YES;
	else if (!strcmp(value, "no"))
		choice->probe = CONFIG_SWITCH_NO;
}

struct config_choice properties_choice(const char *device,
				       const struct language *const *languages_known)
{
	struct config_choice choice = { CONFIG_LANGUAGE_UNSET, NULL, CONFIG_SWITCH_UNSET };
	struct udev *udev = *device ? udev_new() : NULL;
	struct udev_device *lm = NULL;
	const char *value;

	/* Anew each time: what was read before is not what udev says now. */
	if (udev)
		lm = udev_device_new_from_subsystem_sysname(udev, SUBSYSTEM, device);
	if (lm) {
		value = udev_device_get_property_value(lm, "PRINTPORT_LANGUAGE");
		if (value)
			take_language(&choice, value, languages_known);
		value = udev_device_get_property_value(lm, "PRINTPORT_PROBE");
		if (value)
			take_probe(&choice, value);
		udev_device_unref(lm);
	}
	if (udev)
		udev_unref(udev);
	return choice;
}
