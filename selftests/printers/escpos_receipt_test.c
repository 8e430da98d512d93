// SPDX-License-Identifier: GPL-2.0-or-later
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "test_printer.h"

/* Four bytes of automatic status. */
#define ASB_READY	"\x10\x00\x00\x0f"
#define INIT		"\033@"
#define CUT		"\035V\0"

static struct subject start(void)
{
	return printer_start("escpos_receipt", NULL, NULL, NULL);
}

static void answers(void)
{
	static const struct {
		const char *question;
		size_t question_len;
		const char *answer;
		size_t answer_len;
	} rows[] = {
#define ROW(question, answer) { question, sizeof(question) - 1, answer, sizeof(answer) - 1 }
		ROW("\020\004\001", "\x12"),
		ROW("\020\004\002", "\x12"),
		ROW("\020\004\003", "\x12"),
		ROW("\020\004\004", "\x12"),
		ROW("\035r\001", "\0"),
		ROW("\035r1", "\0"),
		ROW("\035r\002", "\0"),
		ROW("\035I\001", "\x20"),
		ROW("\035I2", "\x02"),
		ROW("\035I\003", "\x01"),
		ROW("\035IA", "_1.00 ESC/POS\0"),
		ROW("\035IB", "_PRINTPORT\0"),
		ROW("\035IC", "_RECEIPT 80\0"),
		ROW("\035ID", "_SIM0000001\0"),
		ROW("\035IE", "_ANK\0"),
		ROW("\035a\377", ASB_READY),
		ROW("\035(H\006\0" "00 7~A", "\x37\x22 7~A\0"),
		ROW("\020\024\010\001\003\024\001\006\002\010", "\x37\x25\0"),
#undef ROW
	};
	struct subject subject = start();
	size_t i;

	for (i = 0; i < COUNT(rows); i++) {
		printer_write(&subject, rows[i].question, rows[i].question_len);
		printer_says(&subject, rows[i].answer, rows[i].answer_len);
	}
	printer_says_nothing(&subject);
	printer_finish(&subject, 0);
}

static void conditions(void)
{
	static const struct {
		const char *name;
		uint8_t asb[3];
		uint8_t realtime[4];
	} rows[] = {
		{ "paper-out", { 0x18, 0x00, 0x0f }, { 0x1a, 0x32, 0x12, 0x7e } },
		{ "paper-low", { 0x10, 0x00, 0x03 }, { 0x12, 0x12, 0x12, 0x1e } },
		{ "cover-open", { 0x38, 0x00, 0x00 }, { 0x1a, 0x16, 0x12, 0x12 } },
		{ "offline", { 0x18, 0x00, 0x00 }, { 0x1a, 0x12, 0x12, 0x12 } },
		{ "jam", { 0x18, 0x04, 0x00 }, { 0x1a, 0x52, 0x16, 0x12 } },
		{ "cutter-error", { 0x18, 0x08, 0x00 }, { 0x1a, 0x52, 0x1a, 0x12 } },
		{ "error", { 0x18, 0x20, 0x00 }, { 0x1a, 0x52, 0x32, 0x12 } },
		{ "overheat", { 0x18, 0x40, 0x00 }, { 0x1a, 0x52, 0x52, 0x12 } },
		{ "drawer-open", { 0x14, 0x00, 0x00 }, { 0x16, 0x12, 0x12, 0x12 } },
		{ "feed-button", { 0x58, 0x02, 0x00 }, { 0x5a, 0x1a, 0x12, 0x12 } },
	};
	struct subject subject = start();
	char command[64];
	size_t i, n;

	SEND(&subject, "\035a\377");
	SAYS(&subject, ASB_READY);
	for (i = 0; i < COUNT(rows); i++) {
		snprintf(command, sizeof(command), "condition %s on", rows[i].name);
		printer_do(&subject, command);
		printer_says(&subject, rows[i].asb, sizeof(rows[i].asb));
		SAYS(&subject, "\x0f");
		for (n = 0; n < 4; n++) {
			char question[] = { 0x10, 0x04, n + 1 };

			printer_write(&subject, question, sizeof(question));
			printer_says(&subject, &rows[i].realtime[n], 1);
		}
		snprintf(command, sizeof(command), "condition %s off", rows[i].name);
		printer_do(&subject, command);
		SAYS(&subject, ASB_READY);
	}
	printer_refuses(&subject, "condition toner-low on");
	printer_refuses(&subject, "cancel");
	printer_finish(&subject, 0);
}

/* Only what GS a asks for makes a status; all of it is in there. */
static void chosen_status(void)
{
	struct subject subject = start();

	SEND(&subject, "\035a\010");
	SAYS(&subject, ASB_READY);
	printer_do(&subject, "condition drawer-open on");
	printer_do(&subject, "condition cover-open on");
	printer_says_nothing(&subject);
	printer_do(&subject, "condition paper-low on");
	SAYS(&subject, "\x3c\x00\x03\x0f");
	printer_do(&subject, "condition cover-open off");
	SEND(&subject, "\035a\0");
	printer_do(&subject, "wait-for idle");
	printer_do(&subject, "condition paper-low off");
	printer_says_nothing(&subject);
	printer_finish(&subject, 0);
}

static void receipt(void)
{
	static const char body[] = "\033a\001\033E\001SHOP\n\033E\0\033a\0one\ttwo\r\n"
		"\033d\003\033*!\002\0\020\004\001abc\035v0\0\002\0\003\0uvwxyz"
		"\033p\0\031\372" CUT;
	struct subject subject = start();

	SEND(&subject, INIT);
	SEND(&subject, body);
	SEND(&subject, "\035(H\006\0" "000001");
	/* The picture has a real-time command's bytes in it: it acts, and is picture too. */
	SAYS(&subject, "\x12\x37\x22" "0001\0");
	printer_finish(&subject, 0);
	SAVED(&subject, "job-1.data", body);
	SAVED(&subject, "job-1.txt", "SHOP\none\ttwo\n\n\n\n");
	CHECK_EQ(printer_logged(&subject, "\"cut\"", "full"), 1);
	CHECK_EQ(printer_logged(&subject, "\"drawer\"", "\"pin\": 2"), 1);
	CHECK_EQ(printer_logged(&subject, "job-end", "printed"), 1);
}

static void two_receipts(void)
{
	struct subject subject = start();

	/* A drawer behind the cut is the first one's still. */
	SEND(&subject, INIT "one\n" CUT "\033p0\001\002two\n" CUT INIT "three\n");
	printer_finish(&subject, 0);
	SAVED(&subject, "job-1.data", "one\n" CUT "\033p0\001\002");
	SAVED(&subject, "job-2.data", "two\n" CUT);
	SAVED(&subject, "job-3.data", "three\n");
	CHECK_EQ(printer_logged(&subject, "job-end", "printed"), 3);
}

static void widths(void)
{
	static const char digits[] =
		"1234567890123456789012345678901234567890123456789012345678901234567890";
	struct subject subject = start();

	SEND(&subject, digits);
	SEND(&subject, "\n\033M\001");
	SEND(&subject, digits);
	SEND(&subject, "\n\033M\0\035!\021");
	SEND(&subject, digits);
	SEND(&subject, "\n" INIT);
	printer_finish(&subject, 0);
	SAVED(&subject, "job-1.txt",
	      "123456789012345678901234567890123456789012345678\n9012345678901234567890\n"
	      "1234567890123456789012345678901234567890123456789012345678901234\n567890\n"
	      "123456789012345678901234\n567890123456789012345678\n9012345678901234567890\n");
}

/* Everything that receipt software sends, in one piece and byte by byte. */
static void commands(void)
{
	static const char stream[] =
		INIT "\033!\060\033-\001\033-0\033t\020\033R\002\033r1\033G\001\033{\001"
		"\033V\001\0332\0333\030\033 \002\033$\001\0\033\\\001\0\033D\010\020\030\0"
		"\033c5\0\033J\020\033K\001\033e\001\033=\001\035!\0\035B\001\035h\120"
		"\035w\003\035f\001\035H\002\035L\001\0\035W\0\002\035P\0\0\035b\001\035T\001"
		"\035k\004ABC-123\0\035kI\006{B1234\035k\002123456789012\0"
		"\035kC\015" "1234567890123"
		"\035(k\004\0" "1A2\0\035(k\003\0" "1C\003\035(k\003\0" "1E1"
		"\035(k\006\0" "1P0abc\035(k\003\0" "1Q0\035*\001\001abcdefgh\035/\0"
		"\033L\033W\0\0\0\0\100\0\100\0\033T\0page\f\033S\034.\034&\034!\0\034S\0\0"
		"\0358L\012\0\0\0" "0p0\001\001" "1\001\0\001\0"
		"\035VB\010\033i\033m\035V1";
	struct subject subject = start();
	size_t i;

	printer_write(&subject, stream, sizeof(stream) - 1);
	for (i = 0; i < sizeof(stream) - 1; i++)
		printer_write(&subject, stream + i, 1);
	printer_finish(&subject, 0);
	CHECK_EQ(printer_logged(&subject, "\"barcode\"", NULL), 8);
	CHECK_EQ(printer_logged(&subject, "\"symbol\"", NULL), 10);
}

/* Each is one mistake; what follows it is understood. */
static void wrong_commands(void)
{
	static const struct {
		const char *bytes;
		size_t len;
		const char *logged;
	} rows[] = {
#define ROW(bytes, logged) { bytes, sizeof(bytes) - 1, logged }
		ROW("\0330", "ESC 0x30: unknown"),
		ROW("\035Z", "GS 0x5A: unknown"),
		ROW("\034Z", "FS 0x5A: unknown"),
		ROW("\020\006", "DLE 0x06: unknown"),
		ROW("\001", "control code 0x01"),
		ROW("\020\004\011", "DLE EOT 9"),
		ROW("\020\005\003", "DLE ENQ 3"),
		ROW("\020\024\001\002\001", "DLE DC4 1"),
		ROW("\020\024\010\001\003\025", "DLE 0x14: unknown"),
		ROW("\033a\003", "ESC a 3"),
		ROW("\033-3", "ESC - 51"),
		ROW("\033p\002\001\002", "ESC p 2"),
		ROW("\033R\023", "ESC R 19"),
		ROW("\035V\003", "GS V 3"),
		ROW("\035!\210", "GS ! of a size"),
		ROW("\035h\0", "GS h 0"),
		ROW("\035w\007", "GS w 7"),
		ROW("\035H\004", "GS H 4"),
		ROW("\035f\005", "GS f 5"),
		ROW("\035r\003", "GS r 3"),
		ROW("\035I\004", "GS I 4"),
		ROW("\035(Z\001\0x", "GS ( Z: unknown"),
		ROW("\035(H\001\0" "2", "unknown function"),
		ROW("\035(H\005\0" "00123", "wants m = 48"),
		ROW("\035(H\006\0" "0012\0014", "byte 1 in the process id"),
		ROW("\035(k\003\0" "1C\021", "module size"),
		ROW("\035(k\004\0" "1E11", "error correction"),
		ROW("\035(k\003\0" "1Q1", "print"),
		ROW("\035(k\003\0" "1Z1", "function"),
		ROW("\035(k\003\0" "9Q0", "unknown symbol"),
		ROW("\035k\002" "12345\0", "EAN13 of 5"),
		ROW("\035kF\003" "123", "ITF of 3"),
		ROW("\035k\004abc\0", "CODE39 cannot have 0x61"),
		ROW("\035kI\003" "123", "code set"),
		ROW("\035k\007", "GS k 7"),
		ROW("\035v0\011\001\0\001\0x", "GS v 0 9"),
		ROW("\035v0\0\0\0\001\0", "no length"),
		ROW("\033*\002\001\0x", "ESC * 2"),
		ROW("\033D\010\010\0", "do not ascend"),
		ROW("\033c9\0", "ESC c 9"),
#undef ROW
	};
	struct subject subject = start();
	size_t i;

	for (i = 0; i < COUNT(rows); i++) {
		/* GS k 7 is taken for one that ends with NUL. */
		printer_write(&subject, rows[i].bytes, rows[i].len);
		SEND(&subject, "\0\0\035r\001");
		SAYS(&subject, "\0");
		if (printer_logged(&subject, "\"error\"", NULL) != (int)i + 1 ||
		    !printer_logged(&subject, "\"error\"", rows[i].logged))
			FAIL("not noticed as it should be: %s", rows[i].logged);
	}
	printer_finish(&subject, 1);
}

static void cut_off(void)
{
	struct subject subject = start();

	SEND(&subject, "\035v0\0\002\0\003\0uvw");
	printer_finish(&subject, 1);
	CHECK(printer_logged(&subject, "\"error\"", "ends in a command"));
}

static void paper_out(void)
{
	struct subject subject = start();

	SEND(&subject, "\035a\377first\n");
	SAYS(&subject, ASB_READY);
	printer_do(&subject, "wait-for bytes 9");
	printer_do(&subject, "condition paper-out on");
	SAYS(&subject, "\x18\x00\x0f\x0f");
	SEND(&subject, "second\n\035(H\006\0" "00done");
	printer_says_nothing(&subject);
	CHECK_EQ(printer_logged(&subject, "\"line\"", NULL), 1);
	/* Real-time commands act however long the queue is. */
	SEND(&subject, "\020\004\004");
	SAYS(&subject, "\x7e");
	printer_do(&subject, "condition paper-out off");
	SAYS(&subject, ASB_READY "\x37\x22" "done\0");
	printer_do(&subject, "condition paper-out on");
	SAYS(&subject, "\x18\x00\x0f\x0f");
	CHECK(printer_write_until_full(&subject, 'x') < 4 << 20);
	CHECK_EQ(printer_logged(&subject, "\"line\"", NULL), 2);
	kill(subject.pid, SIGTERM);
	printer_ended(&subject, 0);
	CHECK_EQ(printer_logged(&subject, "\"end\"", "\"unprocessed\": 0,"), 0);
}

static void clear_and_recover(void)
{
	struct subject subject = start();

	printer_do(&subject, "condition cutter-error on");
	SEND(&subject, "lost\n\020\024\010\001\003\024\001\006\002\010kept\n\035r1");
	SAYS(&subject, "\x37\x25\0\0");
	CHECK_EQ(printer_logged(&subject, "\"line\"", "kept"), 1);
	CHECK_EQ(printer_logged(&subject, "\"line\"", NULL), 1);

	printer_do(&subject, "condition jam on");
	SEND(&subject, "goes on\n\020\005\001\035r1");
	SAYS(&subject, "\0");
	CHECK_EQ(printer_logged(&subject, "\"line\"", "goes on"), 1);

	printer_do(&subject, "condition jam on");
	SEND(&subject, "is dropped\n\020\005\002\035r1");
	SAYS(&subject, "\0");
	CHECK_EQ(printer_logged(&subject, "\"line\"", "dropped"), 0);
	printer_finish(&subject, 0);
}

/* A cut-off picture swallows what follows; clearing the buffers ends it. */
static void clear_in_picture(void)
{
	struct subject subject = start();

	SEND(&subject, "\035v0\0\100\0\100\0part of it");
	SEND(&subject, "\035r1");
	printer_says_nothing(&subject);
	SEND(&subject, "\020\024\010\001\003\024\001\006\002\010");
	SAYS(&subject, "\x37\x25\0");
	SEND(&subject, "\035r1");
	SAYS(&subject, "\0");
	printer_finish(&subject, 0);
}

static void realtime_split(void)
{
	static const char clear[] = "\020\024\010\001\003\024\001\006\002\010";
	struct subject subject = start();
	size_t i;

	for (i = 1; i < sizeof(clear) - 1; i++) {
		printer_write(&subject, clear, i);
		tap_sleep_ms(2);
		printer_write(&subject, clear + i, sizeof(clear) - 1 - i);
		SAYS(&subject, "\x37\x25\0");
	}
	/* DLE that is none, and one that is, one behind the other. */
	SEND(&subject, "\033*\0\002\0\020\020\020\004\001");
	SAYS(&subject, "\x12");
	printer_finish(&subject, 0);
}

static void lacking(void)
{
	struct subject subject = printer_start("escpos_receipt", "--without=process-id",
					       "--without=asb", "--without=clear");

	SEND(&subject, "\035a\377\035(H\006\0" "00abcd"
	     "\020\024\010\001\003\024\001\006\002\010\035r1");
	SAYS(&subject, "\0");
	printer_do(&subject, "condition cover-open on");
	printer_says_nothing(&subject);
	printer_finish(&subject, 0);
}

static void power_cycle(void)
{
	struct subject subject = start();

	SEND(&subject, "\035a\377");
	SAYS(&subject, ASB_READY);
	printer_do(&subject, "condition cover-open on");
	SAYS(&subject, "\x38\x00\x00\x0f");
	SEND(&subject, "lost\n");
	printer_do(&subject, "wait-for bytes 8");
	printer_do(&subject, "power-cycle");
	printer_do(&subject, "condition cover-open off");
	SEND(&subject, "printed\n\035r1");
	SAYS(&subject, "\0");
	printer_finish(&subject, 0);
	SAVED(&subject, "job-1.txt", "printed\n");
}

static void delay(void)
{
	struct subject subject = start();
	long long begun = tap_now_ms();

	printer_do(&subject, "delay 200");
	SEND(&subject, "one\n" CUT "two\n" CUT "\035(H\006\0" "00done");
	SAYS(&subject, "\x37\x22" "done\0");
	CHECK(tap_now_ms() - begun >= 390);
	printer_finish(&subject, 0);
}

const struct tap_case escpos_cases[] = {
	{ "escpos_answers", answers, 0 },
	{ "escpos_conditions", conditions, 0 },
	{ "escpos_chosen_status", chosen_status, 0 },
	{ "escpos_receipt", receipt, 0 },
	{ "escpos_two_receipts", two_receipts, 0 },
	{ "escpos_widths", widths, 0 },
	{ "escpos_commands", commands, 0 },
	{ "escpos_wrong_commands", wrong_commands, 0 },
	{ "escpos_cut_off", cut_off, 0 },
	{ "escpos_paper_out", paper_out, 0 },
	{ "escpos_clear_and_recover", clear_and_recover, 0 },
	{ "escpos_clear_in_picture", clear_in_picture, 0 },
	{ "escpos_realtime_split", realtime_split, 0 },
	{ "escpos_lacking", lacking, 0 },
	{ "escpos_power_cycle", power_cycle, 0 },
	{ "escpos_delay", delay, 0 },
};

const size_t escpos_case_count = COUNT(escpos_cases);
