/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a port's own configuration file says, see printport.conf(5), by way of udev. */
#ifndef PRINTPORTD_PROPERTIES_H
#define PRINTPORTD_PROPERTIES_H

#include "config.h"

/**
 * properties_choice - the properties PRINTPORT_LANGUAGE and PRINTPORT_PROBE
 * @device: printport-lmN; "": none
 * @languages: those that there are, ended by NULL
 *
 * A value that is not there, or that makes no sense, is unset.
 */
struct config_choice properties_choice(const char *device,
				       const struct language *const *languages);

#endif /* PRINTPORTD_PROPERTIES_H */
