/* SPDX-License-Identifier: GPL-2.0-only */
/* Functions that the unit tests call, which are modules of their own. */
#ifndef _PRINTPORT_EXPORT_H
#define _PRINTPORT_EXPORT_H

#ifdef PRINTPORT_KUNIT
#define EXPORT_SYMBOL_FOR_TEST(symbol) EXPORT_SYMBOL_GPL(symbol)
#else
#define EXPORT_SYMBOL_FOR_TEST(symbol)
#endif

#endif /* _PRINTPORT_EXPORT_H */
