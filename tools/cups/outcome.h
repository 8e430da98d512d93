/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef OUTCOME_H
#define OUTCOME_H

#include <cups/backend.h>

#include "job.h"

/* What a port that could not be opened means for the job, said in a line. */
cups_backend_t outcome_of_open(const struct job *job, int err);

/* The same for a job that was begun. */
cups_backend_t outcome_of_job(const struct job *job);

#endif
