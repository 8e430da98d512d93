/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MODEL_H
#define MODEL_H

/* Random spoolers, printers and languages: every job prints what its language meant. */
void model_jobs(void **state);

#endif /* MODEL_H */
