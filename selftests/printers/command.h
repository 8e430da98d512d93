/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The commands themselves. */
#ifndef PRINTERS_COMMAND_H
#define PRINTERS_COMMAND_H

#include "control.h"

/*
 * Carries out one command, or notes in @client what is to be waited for. @line is taken
 * apart. Writes the answer, "ok" with a newline or an error, to @answer.
 */
void command_run(struct printer *printer, struct control_client *client, char *line,
		 char *answer, size_t size);
/* Whether what the client waits for has happened. */
bool command_awaited(const struct printer *printer, const struct control_client *client);

#endif /* PRINTERS_COMMAND_H */
