// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>

#include "escpos_receipt.h"
#include "log.h"
#include "store.h"

#define COLUMNS_A	48
#define COLUMNS_B	64

void escpos_initialize(struct printer *printer)
{
	struct receipt *receipt = receipt_of(printer);

	receipt->line_len = 0;
	receipt->small = false;
	receipt->width = 1;
	receipt->page_mode = false;
}

static void job_start(struct printer *printer)
{
	struct receipt *receipt = receipt_of(printer);

	receipt->in_job = true;
	receipt->printed = false;
	receipt->cut = false;
	receipt->job_bytes = 0;
	receipt->job_lines = 0;
	printer->jobs_started++;
	log_begin("job-start");
	log_number("job", printer->jobs_started);
	log_end();
	store_job(printer->jobs_started);
}

void escpos_job_end(struct printer *printer, const char *result)
{
	struct receipt *receipt = receipt_of(printer);

	if (!receipt->in_job)
		return;
	receipt->in_job = false;
	printer->jobs_ended++;
	log_begin("job-end");
	log_number("job", printer->jobs_started);
	log_number("bytes", receipt->job_bytes);
	log_number("lines", receipt->job_lines);
	log_text("result", result);
	log_end();
	store_job_end();
}

void escpos_content(struct printer *printer, const void *buf, size_t len, bool prints)
{
	struct receipt *receipt = receipt_of(printer);

	if (receipt->in_job && receipt->cut && prints)
		escpos_job_end(printer, "printed");
	if (!receipt->in_job)
		job_start(printer);
	if (prints)
		receipt->printed = true;
	receipt->job_bytes += len;
	store_data(buf, len);
}

void escpos_line_feed(struct printer *printer)
{
	struct receipt *receipt = receipt_of(printer);

	if (!receipt->in_job)
		return;
	log_begin("line");
	log_number("job", printer->jobs_started);
	log_bytes("text", receipt->line, receipt->line_len);
	log_end();
	store_line(receipt->line, receipt->line_len);
	receipt->line_len = 0;
	receipt->job_lines++;
}

void escpos_character(struct printer *printer, uint8_t byte)
{
	struct receipt *receipt = receipt_of(printer);
	size_t columns = receipt->small ? COLUMNS_B : COLUMNS_A;

	if ((receipt->line_len + 1) * receipt->width > columns)
		escpos_line_feed(printer);
	receipt->line[receipt->line_len++] = byte;
}

void escpos_cut(struct printer *printer, bool full)
{
	struct receipt *receipt = receipt_of(printer);

	if (receipt->line_len)
		escpos_line_feed(printer);
	log_begin("cut");
	log_number("job", printer->jobs_started);
	log_text("mode", full ? "full" : "partial");
	log_end();
	receipt->cut = true;
	printer_eject(printer);
}
