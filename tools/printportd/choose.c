// SPDX-License-Identifier: GPL-2.0-or-later
#include "choose.h"
#include "languages.h"

static const struct language *claimed(const struct language *const *list,
				      const struct device_id *id)
{
	for (; *list; list++)
		if ((*list)->speaks &&
		    (*list)->speaks(id->command_set, id->manufacturer, id->model))
			return *list;
	return NULL;
}

static const struct language *can_probe(const struct language *const *list)
{
	for (; *list; list++)
		if ((*list)->probe)
			return *list;
	return NULL;
}

static void choose_by_printer(struct choice *choice, const struct device_id *id,
			      const struct language *const *list, bool probe)
{
	choice->language = claimed(list, id);
	if (choice->language) {
		choice->why = "the printer's device id";
		return;
	}
	choice->language = probe ? can_probe(list) : NULL;
	if (choice->language) {
		choice->probe = true;
		choice->why = "to ask the printer";
		return;
	}
	choice->language = choice->fallback;
	choice->why = "no language claims the printer";
}

struct choice choose_language(const struct config *config, const struct config_choice *own,
			      const char *port, const struct device_id *id,
			      const struct language *const *list)
{
	struct config_choice said = config_choice(config, port, id);
	struct choice choice = {
		.fallback = language_find(list, "raw"),
		.why = "the configuration",
	};

	if (own->kind != CONFIG_LANGUAGE_UNSET) {
		said.kind = own->kind;
		said.language = own->language;
		choice.why = "the port's own configuration";
	}
	if (own->probe != CONFIG_SWITCH_UNSET)
		said.probe = own->probe;
	if (said.kind == CONFIG_LANGUAGE_NAMED)
		choice.language = said.language;
	else if (said.kind == CONFIG_LANGUAGE_AUTO)
		choose_by_printer(&choice, id, list, said.probe == CONFIG_SWITCH_YES);
	return choice;
}
