/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Between the fake library and the fake languages. */
#ifndef FAKE_H
#define FAKE_H

#include <stdbool.h>

#include <printport-monitor.h>

/* Tells the test something. */
void fake_say(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* The language answers all that it has put off. */
void fake_answer_late(struct printport_monitor *monitor);

/* The language knows the result of its probe. */
void fake_probed(bool speaks);

#endif /* FAKE_H */
