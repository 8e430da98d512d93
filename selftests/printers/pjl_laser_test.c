// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "test_printer.h"

#define UEL	"\033%-12345X"
#define READY	"CODE=10001\r\nDISPLAY=\"READY\"\r\nONLINE=TRUE\r\n\f"
#define BUSY	"CODE=10023\r\nDISPLAY=\"PROCESSING JOB\"\r\nONLINE=TRUE\r\n\f"
#define DEVICE	"@PJL USTATUS DEVICE\r\n"

static struct subject start(void)
{
	return printer_start("pjl_laser", NULL, NULL, NULL);
}

/* --- answers --------------------------------------------------------------------- */

static void answers(void)
{
	static const struct {
		const char *question;
		const char *answer;
	} rows[] = {
		{ "@PJL ECHO hello world\r\n", "@PJL ECHO hello world\r\n\f" },
		{ "@PJL ECHO\r\n", "@PJL ECHO \r\n\f" },
		{ "@PJL INFO ID\r\n", "@PJL INFO ID\r\n\"LASER 9000\"\r\n\f" },
		{ "@PJL info id\n", "@PJL INFO ID\r\n\"LASER 9000\"\r\n\f" },
		{ "@PJL INFO STATUS\r\n", "@PJL INFO STATUS\r\n" READY },
		{ "@PJL INFO PAGECOUNT\r\n", "@PJL INFO PAGECOUNT\r\nPAGECOUNT=0\r\n\f" },
		{ "@PJL INFO MEMORY\r\n",
		  "@PJL INFO MEMORY\r\nTOTAL=1494416\r\nLARGEST=1494176\r\n\f" },
		{ "@PJL INFO USTATUS\r\n",
		  "@PJL INFO USTATUS\r\nDEVICE=OFF [3 ENUMERATED]\r\n\tOFF\r\n\tON\r\n"
		  "\tVERBOSE\r\nJOB=OFF [2 ENUMERATED]\r\n\tOFF\r\n\tON\r\n"
		  "PAGE=OFF [2 ENUMERATED]\r\n\tOFF\r\n\tON\r\n"
		  "TIMED=0 [2 RANGE]\r\n\t5\r\n\t300\r\n\f" },
		{ "@PJL INFO NONSENSE\r\n", "@PJL INFO NONSENSE\r\n\"?\"\r\n\f" },
		{ "@PJL INQUIRE COPIES\r\n", "@PJL INQUIRE COPIES\r\n1\r\n\f" },
		{ "@PJL INQUIRE LPARM:PCL PTSIZE\r\n",
		  "@PJL INQUIRE LPARM:PCL PTSIZE\r\n12.00\r\n\f" },
		{ "@PJL INQUIRE LPARM : PCL PTSIZE\r\n",
		  "@PJL INQUIRE LPARM:PCL PTSIZE\r\n12.00\r\n\f" },
		{ "@PJL INQUIRE NONSENSE\r\n", "@PJL INQUIRE NONSENSE\r\n\"?\"\r\n\f" },
		{ "@PJL SET COPIES=3\r\n@PJL INQUIRE COPIES\r\n@PJL DINQUIRE COPIES\r\n",
		  "@PJL INQUIRE COPIES\r\n3\r\n\f@PJL DINQUIRE COPIES\r\n1\r\n\f" },
		{ "@PJL RESET\r\n@PJL INQUIRE COPIES\r\n", "@PJL INQUIRE COPIES\r\n1\r\n\f" },
		{ "@PJL SET USERNAME = \"a b\"\n@PJL INQUIRE USERNAME\n",
		  "@PJL INQUIRE USERNAME\r\n\"a b\"\r\n\f" },
		{ "@PJL DEFAULT DUPLEX = ON\n@PJL INITIALIZE\n@PJL DINQUIRE DUPLEX\n",
		  "@PJL DINQUIRE DUPLEX\r\nOFF\r\n\f" },
	};
	struct subject subject = start();
	size_t i;

	SEND(&subject, UEL "@PJL\r\n");
	for (i = 0; i < COUNT(rows); i++) {
		printer_write(&subject, rows[i].question, strlen(rows[i].question));
		printer_says(&subject, rows[i].answer, strlen(rows[i].answer));
	}
	SEND(&subject, UEL);
	printer_says_nothing(&subject);
	printer_finish(&subject, 0);
}

static void long_answers(void)
{
	struct subject subject = start();

	SEND(&subject, UEL "@PJL INFO CONFIG\r\n");
	SAYS(&subject, "@PJL INFO CONFIG\r\n" "IN TRAYS [2 ENUMERATED]\r\n\tINTRAY1 MP\r\n"
	     "\tINTRAY2 PC\r\nOUTPUT TRAYS [1 ENUMERATED]\r\n\tNORMAL FACEDOWN\r\n"
	     "PAPERS [4 ENUMERATED]\r\n\tLETTER\r\n\tLEGAL\r\n\tA4\r\n\tEXECUTIVE\r\n"
	     "LANGUAGES [2 ENUMERATED]\r\n\tPCL\r\n\tPOSTSCRIPT\r\n"
	     "USTATUS [4 ENUMERATED]\r\n\tDEVICE\r\n\tJOB\r\n\tPAGE\r\n\tTIMED\r\n"
	     "MEMORY=2097152\r\nDISPLAY LINES=1\r\nDISPLAY CHARACTER SIZE=16\r\n\f");
	SEND(&subject, "@PJL INFO VARIABLES\r\n");
	SAYS(&subject, "@PJL INFO VARIABLES\r\nCOPIES=1 [2 RANGE]\r\n\t1\r\n\t999\r\n"
	     "PAPER=A4 [10 ENUMERATED]\r\n\tLETTER\r\n");
	SEND(&subject, UEL);
	printer_do(&subject, "wait-for idle");
	printer_finish(&subject, 0);
}

/* --- strictness ------------------------------------------------------------------ */

static void wrong_lines(void)
{
	static const struct {
		const char *line;
		int code;
	} rows[] = {
		{ "@PJLX\r\n", 20001 },
		{ "@PJL 7\r\n", 20018 },
		{ "@PJL ECO hello\r\n", 20002 },
		{ "@PJL JOB NAME = \"x\r\n", 20011 },
		{ "@PJL JOB NAME = \"x\"DISPLAY=\"y\"\r\n", 20007 },
		{ "@PJL JOB NAME = \"x\001\"\r\n", 20006 },
		{ "@PJL JOB NAME =\r\n", 20015 },
		{ "@PJL JOB NAME = *\r\n", 20010 },
		{ "@PJL SET COPIES = .5\r\n", 20012 },
		{ "@PJL SET COPIES = +\r\n", 20013 },
		{ "@PJL SET COPIES = 1x\r\n", 20009 },
		{ "@PJL SET LPARM:PCL PITCH = 1.2.3\r\n", 20025 },
		{ "@PJL SET PAPER = A-4\r\n", 20008 },
		{ "@PJL SET LPARM: = 3\r\n", 20014 },
		{ "@PJL SET LPARM:PCL IPARM:SERIAL PITCH=1\r\n", 20016 },
		{ "@PJL SET PITCH LPARM:PCL\r\n", 20017 },
		{ "@PJL ECHO LPARM\001\r\n", 20006 },
		{ "@PJL JOB LPARM:PCL NAME=\"x\"\r\n", 20021 },
		{ "@PJL SET\r\n", 20023 },
		{ "@PJL SET COPIES\r\n", 20015 },
		{ "@PJL SET COPIES=0\r\n", 25001 },
		{ "@PJL SET COPIES=1000\r\n", 25001 },
		{ "@PJL SET COPIES=ON\r\n", 25001 },
		{ "@PJL SET PAPER=A9\r\n", 25001 },
		{ "@PJL SET USERNAME=me\r\n", 25001 },
		{ "@PJL ENTER LANGUAGE=FRENCH\r\n", 20004 },
		{ "@PJL ENTER\r\n", 20023 },
		{ "@PJL INFO\r\n", 20001 },
		{ "@PJL INFO ID STATUS\r\n", 20001 },
		{ "@PJL RESET NOW\r\n", 20024 },
		{ "@PJL USTATUS DEVICE=MAYBE\r\n", 25001 },
		{ "@PJL USTATUS JOB=VERBOSE\r\n", 25001 },
		{ "@PJL USTATUS TIMED=4\r\n", 25001 },
		{ "@PJL USTATUS TIMED=301\r\n", 25001 },
		{ "@PJL USTATUS WEATHER=ON\r\n", 25001 },
		{ "@PJL USTATUSOFF JOB\r\n", 20024 },
		{ "@PJL RDYMSG \"x\"\r\n", 20006 },
		{ "@PJL EOJ\r\n", 27002 },
		{ "@PJL ECHO x" UEL "@PJL\r\n", 20006 },
	};
	size_t i;
	struct subject subject = start();
	char says[80], logged[16];

	for (i = 0; i < COUNT(rows); i++) {
		/* USTATUSOFF carries on beside its mistake. */
		SEND(&subject, UEL "@PJL USTATUS DEVICE = VERBOSE\r\n");
		printer_write(&subject, rows[i].line, strlen(rows[i].line));
		snprintf(says, sizeof(says), DEVICE "CODE=%d\r\n\f", rows[i].code);
		printer_says(&subject, says, strlen(says));
		snprintf(logged, sizeof(logged), "%d: ", rows[i].code);
		CHECK(printer_logged(&subject, "\"error\"", logged));
		SEND(&subject, "@PJL ECHO next\r\n");
		SAYS(&subject, "@PJL ECHO next\r\n\f");
		CHECK_EQ(printer_logged(&subject, "\"error\"", NULL), i + 1);
	}
	printer_finish(&subject, 1);
}

static void wrong_jobs(void)
{
	static const struct {
		const char *line;
		const char *logged;
	} rows[] = {
		{ "@PJL JOB NAME=4711\r\n", "NAME is not a string" },
		{ "@PJL JOB NAME=\"\"\r\n", "27006" },
		{ "@PJL JOB NAME=\"123456789 123456789 123456789 123456789 123456789 "
		  "123456789 123456789 123456789 1\"\r\n", "more than 80" },
		{ "@PJL JOB DISPLAY=me\r\n", "DISPLAY is not a string" },
		{ "@PJL JOB START=0\r\n", "START or END" },
		{ "@PJL JOB START=2147483648\r\n", "START or END" },
		{ "@PJL JOB END=1.5\r\n", "START or END" },
		{ "@PJL JOB PASSWORD=65536\r\n", "PASSWORD" },
		{ "@PJL JOB OWNER=\"me\"\r\n", "does not know" },
	};
	struct subject subject = start();
	size_t i;

	SEND(&subject, UEL);
	for (i = 0; i < COUNT(rows); i++) {
		printer_write(&subject, rows[i].line, strlen(rows[i].line));
		SEND(&subject, "@PJL EOJ\r\n@PJL ECHO next\r\n");
		SAYS(&subject, "@PJL ECHO next\r\n\f");
		CHECK_EQ(printer_logged(&subject, "\"error\"", rows[i].logged), i == 5 ? 2 :
			 i == 6 ? 3 : 1);
		CHECK_EQ(printer_logged(&subject, "\"error\"", NULL), i + 1);
	}
	SEND(&subject, "@PJL JOB NAME=\"never ended\"\r\n" UEL);
	printer_finish(&subject, 1);
	CHECK(printer_logged(&subject, "\"error\"", "JOB without EOJ"));
}

/* What is wrong with a stream as a whole. */
static void wrong_streams(void)
{
	struct subject subject = start();
	char line[3000];

	SEND(&subject, UEL "\r\n@PJL INFO ID\r\n" UEL);
	printer_do(&subject, "wait-for error 1");
	CHECK(printer_logged(&subject, "\"error\"", "white space before @PJL"));
	printer_says_nothing(&subject);

	memset(line, 'x', sizeof(line));
	SEND(&subject, UEL "@PJL COMMENT ");
	printer_write(&subject, line, sizeof(line));
	SEND(&subject, "\r\n@PJL ECHO still here\r\n");
	SAYS(&subject, "@PJL ECHO still here\r\n\f");
	CHECK(printer_logged(&subject, "\"error\"", "20005"));
	SEND(&subject, "@PJL INFO I");
	printer_finish(&subject, 1);
	CHECK(printer_logged(&subject, "\"error\"", "ends in a line"));
}

static void lenient(void)
{
	struct subject subject = printer_start("pjl_laser", "--lenient", NULL, NULL);

	SEND(&subject, UEL "@PJL NONSENSE\r\n" UEL);
	printer_finish(&subject, 0);
	CHECK_EQ(printer_logged(&subject, "\"end\"", "\"errors\": 1"), 1);
}

/* --- jobs ------------------------------------------------------------------------ */

#define ALL_STATUS	UEL "@PJL\r\n@PJL USTATUS DEVICE = VERBOSE\r\n" \
			"@PJL USTATUS JOB = ON\r\n@PJL USTATUS PAGE = ON\r\n"

static void job(void)
{
	struct subject subject = start();

	SEND(&subject, ALL_STATUS "@PJL JOB NAME = \"letter #7\" DISPLAY=\"somebody\"\r\n"
	     "@PJL ENTER LANGUAGE = PCL\r\n\033Eone\ftwo\033E" UEL
	     "@PJL EOJ NAME = \"letter #7\"\r\n" UEL);
	SAYS(&subject, "@PJL USTATUS JOB\r\nSTART\r\nNAME=\"letter #7\"\r\n\f"
	     DEVICE "CODE=10023\r\nDISPLAY=\"somebody\"\r\nONLINE=TRUE\r\n\f"
	     "@PJL USTATUS PAGE\r\n1\r\n\f@PJL USTATUS PAGE\r\n2\r\n\f"
	     "@PJL USTATUS JOB\r\nEND\r\nNAME=\"letter #7\"\r\nPAGES=2\r\n\f" DEVICE READY);
	printer_finish(&subject, 0);
	SAVED(&subject, "job-1.data", "\033Eone\ftwo\033E");
	CHECK_EQ(printer_logged(&subject, "job-start", "\"display\": \"somebody\""), 1);
	CHECK_EQ(printer_logged(&subject, "job-end", "\"pages\": 2, \"result\": \"printed\""),
		 1);
}

/* The manual's own example: a spooler's JOB around somebody else's PJL. */
static void job_around_pjl(void)
{
	struct subject subject = start();

	SEND(&subject, UEL "@PJL USTATUS JOB = ON \r\n@PJL JOB NAME = \"JOB 14993\" \r\n" UEL
	     "@PJL \r\n@PJL ENTER LANGUAGE = PCL \r\n\033Ea\fb\fc\f\033E" UEL UEL "@PJL \r\n"
	     "@PJL EOJ NAME = \"JOB 14993\" \r\n" UEL);
	SAYS(&subject, "@PJL USTATUS JOB\r\nSTART\r\nNAME=\"JOB 14993\"\r\n\f"
	     "@PJL USTATUS JOB\r\nEND\r\nNAME=\"JOB 14993\"\r\nPAGES=3\r\n\f");
	printer_finish(&subject, 0);
	SAVED(&subject, "job-1.data", "\033Ea\fb\fc\f\033E");
}

static void nested_jobs(void)
{
	struct subject subject = start();

	SEND(&subject, UEL "@PJL USTATUS JOB=ON\r\n@PJL SET JOBID=ON\r\n"
	     "@PJL DEFAULT JOBID=ON\r\n@PJL JOB NAME=\"outer\"\r\n"
	     "@PJL JOB NAME=\"inner\"\r\n@PJL ENTER LANGUAGE=PCL\r\nx\f" UEL
	     "@PJL EOJ NAME=\"inner\"\r\n@PJL EOJ\r\n" UEL);
	SAYS(&subject, "@PJL USTATUS JOB\r\nSTART\r\nNAME=\"outer\"\r\nID=1\r\n\f"
	     "@PJL USTATUS JOB\r\nSTART\r\nNAME=\"inner\"\r\nID=2\r\n\f"
	     "@PJL USTATUS JOB\r\nEND\r\nNAME=\"inner\"\r\nPAGES=1\r\nID=2\r\nRESULT=OK\r\n\f"
	     "@PJL USTATUS JOB\r\nEND\r\nPAGES=1\r\nID=1\r\nRESULT=OK\r\n\f");
	printer_finish(&subject, 0);
	CHECK_EQ(printer_logged(&subject, "job-end", NULL), 1);
}

/* A universal exit is one only if all nine bytes are there, and not in binary data. */
static void universal_exits(void)
{
	static const char data[] = "\033Ea\033%-1234\033%0Bb\033*b18W" UEL UEL "\033%-12345Yz";
	struct subject subject = start();

	SEND(&subject, UEL "@PJL JOB\r\n@PJL ENTER LANGUAGE=PCL\r\n");
	SEND(&subject, data);
	SEND(&subject, UEL "@PJL EOJ\r\n" UEL);
	printer_finish(&subject, 0);
	SAVED(&subject, "job-1.data", data);
	CHECK_EQ(printer_logged(&subject, "job-end", "\"pages\": 1,"), 1);
}

/* Every way to cut a stream in two gives the same. */
static void split_anywhere(void)
{
	static const char stream[] = ALL_STATUS "@PJL JOB NAME=\"x\"\r\n"
		"@PJL ENTER LANGUAGE=PCL\r\n\033&a1G\033%-1one\f\033*b3W\f\f\ftwo" UEL
		"@PJL EOJ NAME=\"x\"\r\n" UEL;
	static const char says[] = "@PJL USTATUS JOB\r\nSTART\r\nNAME=\"x\"\r\n\f" DEVICE BUSY
		"@PJL USTATUS PAGE\r\n1\r\n\f@PJL USTATUS PAGE\r\n2\r\n\f"
		"@PJL USTATUS JOB\r\nEND\r\nNAME=\"x\"\r\nPAGES=2\r\n\f" DEVICE READY;
	struct subject subject = start();
	char command[64];
	size_t i, sum = 0;

	for (i = 1; i < sizeof(stream) - 1; i++) {
		printer_write(&subject, stream, i);
		sum += i;
		snprintf(command, sizeof(command), "wait-for bytes %zu", sum);
		printer_do(&subject, command);
		printer_write(&subject, stream + i, sizeof(stream) - 1 - i);
		sum += sizeof(stream) - 1 - i;
		SAYS(&subject, says);
	}
	printer_finish(&subject, 0);
}

static void pages(void)
{
	static const struct {
		const char *data;
		unsigned int pages;
	} rows[] = {
		{ "\f\f\f", 3 },
		{ "text", 1 },
		{ "\033E\033E", 0 },
		{ "\033Ea\033E", 1 },
		{ "\033&l1Ha\f\033&l1Hb\f", 2 },
		{ "\033&l1Ha\033&l4Hb", 2 },
		{ "a\033*b5W\f\f\f\f\fb\f", 1 },
		{ "a\033&p2X\f\fb", 1 },
		{ "a\033*r1A\033*b2m3W\f\f\fb\f", 1 },
		{ "%!PS\n/x { showpage } def\nshowpage (showpage) showpage % showpage\n", 2 },
		{ "%!PS-Adobe-3.0\n/EP{showpage}def\n%%Page: 1 1\nEP\n%%Page: 2 2\nshowpage\n"
		  "%%Trailer\n%%EOF\n", 2 },
		{ "\004%!PS\nshowpage\004", 1 },
		{ "%!PS\n%%Page: 1 1\n%%BeginDocument: x\n%%Page: 1 1\n%%EndDocument\n", 1 },
	};
	struct subject subject = start();
	size_t i;

	for (i = 0; i < COUNT(rows); i++) {
		char says[64];

		SEND(&subject, UEL "@PJL USTATUS JOB=ON\r\n@PJL JOB\r\n" UEL);
		SAYS(&subject, "@PJL USTATUS JOB\r\nSTART\r\n\f");
		printer_write(&subject, rows[i].data, strlen(rows[i].data));
		SEND(&subject, UEL "@PJL EOJ\r\n");
		snprintf(says, sizeof(says), "@PJL USTATUS JOB\r\nEND\r\nPAGES=%u\r\n\f",
			 rows[i].pages);
		printer_says(&subject, says, strlen(says));
	}
	SEND(&subject, UEL);
	printer_finish(&subject, 0);
}

static void lines_per_page(void)
{
	struct subject subject = start();
	unsigned int i;

	SEND(&subject, UEL "@PJL USTATUS JOB=ON\r\n@PJL JOB\r\n@PJL USTATUS JOB=ON\r\n");
	for (i = 0; i < 121; i++)
		SEND(&subject, "line\r\n");
	SEND(&subject, UEL "@PJL EOJ\r\n" UEL);
	SAYS(&subject, "@PJL USTATUS JOB\r\nSTART\r\n\f"
	     "@PJL USTATUS JOB\r\nEND\r\nPAGES=3\r\n\f");
	printer_finish(&subject, 0);
}

static void part_of_a_job(void)
{
	struct subject subject = start();

	SEND(&subject, ALL_STATUS "@PJL JOB START=2 END=3\r\n"
	     "@PJL ENTER LANGUAGE=PCL\r\na\fb\fc\fd\f" UEL "@PJL EOJ\r\n" UEL);
	SAYS(&subject, "@PJL USTATUS JOB\r\nSTART\r\n\f" DEVICE BUSY
	     "@PJL USTATUS PAGE\r\n1\r\n\f@PJL USTATUS PAGE\r\n2\r\n\f"
	     "@PJL USTATUS JOB\r\nEND\r\nPAGES=2\r\n\f" DEVICE READY);
	printer_finish(&subject, 0);
}

static void plain_data(void)
{
	struct subject subject = start();

	SEND(&subject, "no PJL at all\f");
	printer_do(&subject, "wait-for page 1");
	SEND(&subject, "more" UEL "@PJL\r\nstill data\n" UEL "@PJL ECHO x\r\n");
	SAYS(&subject, "@PJL ECHO x\r\n\f");
	SEND(&subject, UEL "unfinished");
	printer_finish(&subject, 0);
	SAVED(&subject, "job-1.data", "no PJL at all\fmore");
	SAVED(&subject, "job-2.data", "still data\n");
	SAVED(&subject, "job-3.data", "unfinished");
	CHECK_EQ(printer_logged(&subject, "job-end", "\"pages\": 2,"), 1);
	CHECK_EQ(printer_logged(&subject, "\"end\"", "\"pages\": 4"), 1);
}

static void empty_jobs(void)
{
	struct subject subject = start();
	unsigned int i;

	SEND(&subject, UEL "@PJL USTATUS JOB=ON\r\n");
	for (i = 0; i < 50; i++) {
		SEND(&subject, UEL "@PJL JOB NAME=\"e\"\r\n" UEL
		     "@PJL EOJ NAME=\"e\"\r\n" UEL);
		SAYS(&subject, "@PJL USTATUS JOB\r\nSTART\r\nNAME=\"e\"\r\n\f"
		     "@PJL USTATUS JOB\r\nEND\r\nNAME=\"e\"\r\nPAGES=0\r\n\f");
	}
	printer_finish(&subject, 0);
	SAVED(&subject, "job-50.data", "");
}

/* --- conditions and the panel ---------------------------------------------------- */

static void conditions(void)
{
	static const struct {
		const char *name;
		const char *says;
	} rows[] = {
		{ "paper-out", "CODE=41200\r\nDISPLAY=\"LOAD PAPER\"\r\nONLINE=FALSE\r\n\f" },
		{ "cover-open",
		  "CODE=40021\r\nDISPLAY=\"PRINTER OPEN\"\r\nONLINE=FALSE\r\n\f" },
		{ "jam", "CODE=40022\r\nDISPLAY=\"PAPER JAM\"\r\nONLINE=FALSE\r\n\f" },
		{ "toner-low", "CODE=10006\r\nDISPLAY=\"TONER LOW\"\r\nONLINE=TRUE\r\n\f" },
		{ "toner-empty",
		  "CODE=40010\r\nDISPLAY=\"INSTALL TONER\"\r\nONLINE=FALSE\r\n\f" },
		{ "offline", "CODE=10002\r\nDISPLAY=\"OFFLINE\"\r\nONLINE=FALSE\r\n\f" },
		{ "output-full",
		  "CODE=40019\r\nDISPLAY=\"OUTPUT BIN FULL\"\r\nONLINE=FALSE\r\n\f" },
		{ "error", "CODE=50000\r\nDISPLAY=\"PRINTER ERROR\"\r\nONLINE=FALSE\r\n\f" },
	};
	struct subject subject = start();
	size_t i;

	SEND(&subject, UEL "@PJL USTATUS DEVICE=ON\r\n@PJL ECHO go\r\n");
	SAYS(&subject, "@PJL ECHO go\r\n\f");
	for (i = 0; i < COUNT(rows); i++) {
		char command[64];

		snprintf(command, sizeof(command), "condition %s on", rows[i].name);
		printer_do(&subject, command);
		SAYS(&subject, DEVICE);
		printer_says(&subject, rows[i].says, strlen(rows[i].says));
		/* PJL is answered nevertheless. */
		SEND(&subject, "@PJL INFO STATUS\r\n");
		SAYS(&subject, "@PJL INFO STATUS\r\n");
		printer_says(&subject, rows[i].says, strlen(rows[i].says));
		snprintf(command, sizeof(command), "condition %s off", rows[i].name);
		printer_do(&subject, command);
		SAYS(&subject, DEVICE READY);
	}
	printer_refuses(&subject, "condition drawer-open on");
	printer_finish(&subject, 0);
}

static void paper_out(void)
{
	struct subject subject = start();

	SEND(&subject, ALL_STATUS "@PJL JOB NAME=\"p\"\r\n@PJL ENTER LANGUAGE=PCL\r\na\f");
	SAYS(&subject, "@PJL USTATUS JOB\r\nSTART\r\nNAME=\"p\"\r\n\f" DEVICE BUSY
	     "@PJL USTATUS PAGE\r\n1\r\n\f");
	printer_do(&subject, "condition paper-out on");
	SAYS(&subject, DEVICE "CODE=41200\r\nDISPLAY=\"LOAD PAPER\"\r\nONLINE=FALSE\r\n\f");
	/* It takes what the receive buffer and the socket hold. */
	CHECK(printer_write_until_full(&subject, 'x') < 4 << 20);
	printer_says_nothing(&subject);
	printer_do(&subject, "condition paper-out off");
	SAYS(&subject, DEVICE BUSY);
	SEND(&subject, UEL "@PJL EOJ\r\n" UEL);
	SAYS(&subject, "@PJL USTATUS PAGE\r\n2\r\n\f"
	     "@PJL USTATUS JOB\r\nEND\r\nPAGES=2\r\n\f" DEVICE READY);
	printer_finish(&subject, 0);
}

/* A jam while a page is on its way: it is printed when the jam is cleared, not before. */
static void jam(void)
{
	struct subject subject = start();

	printer_do(&subject, "delay 300");
	SEND(&subject, UEL "@PJL USTATUS PAGE=ON\r\n@PJL JOB\r\n"
	     "@PJL ENTER LANGUAGE=PCL\r\na\f" UEL "@PJL ECHO end\r\n");
	printer_do(&subject, "wait-for job-start 1");
	printer_do(&subject, "condition jam on");
	tap_sleep_ms(500);
	printer_says_nothing(&subject);
	printer_do(&subject, "condition jam off");
	SAYS(&subject, "@PJL USTATUS PAGE\r\n1\r\n\f@PJL ECHO end\r\n\f");
	SEND(&subject, "@PJL EOJ\r\n");
	printer_finish(&subject, 0);
}

static void delay(void)
{
	struct subject subject = start();
	long long begun;

	printer_do(&subject, "delay 200");
	SEND(&subject, UEL "@PJL USTATUS JOB=ON\r\n@PJL JOB\r\n");
	SAYS(&subject, "@PJL USTATUS JOB\r\nSTART\r\n\f");
	begun = tap_now_ms();
	SEND(&subject, "@PJL ENTER LANGUAGE=PCL\r\na\fb\fc\f" UEL "@PJL EOJ\r\n" UEL);
	SAYS(&subject, "@PJL USTATUS JOB\r\nEND\r\nPAGES=3\r\n\f");
	CHECK(tap_now_ms() - begun >= 590);
	CHECK(tap_now_ms() - begun < tap_patience(5000));
	printer_finish(&subject, 0);
}

static void cancel(void)
{
	struct subject subject = start();

	printer_refuses(&subject, "cancel");
	SEND(&subject, ALL_STATUS "@PJL SET JOBID=ON\r\n@PJL DEFAULT JOBID=ON\r\n"
	     "@PJL JOB NAME=\"c\"\r\n@PJL ENTER LANGUAGE=PCL\r\na\f");
	SAYS(&subject, "@PJL USTATUS JOB\r\nSTART\r\nNAME=\"c\"\r\nID=1\r\n\f" DEVICE BUSY
	     "@PJL USTATUS PAGE\r\n1\r\n\f");
	printer_do(&subject, "cancel");
	SAYS(&subject, "@PJL USTATUS JOB\r\nCANCELED\r\nNAME=\"c\"\r\nID=1\r\n"
	     "RESULT=USER_CANCELED\r\n\f"
	     DEVICE "CODE=10007\r\nDISPLAY=\"CANCELING JOB\"\r\nONLINE=TRUE\r\n\f");
	SEND(&subject, "b\fc\f" UEL "@PJL EOJ NAME=\"c\"\r\n" UEL);
	SAYS(&subject, "@PJL USTATUS JOB\r\nEND\r\nNAME=\"c\"\r\nPAGES=1\r\nID=1\r\n"
	     "RESULT=USER_CANCELED\r\n\f" DEVICE READY);
	printer_finish(&subject, 0);
	CHECK_EQ(printer_logged(&subject, "job-end", "\"result\": \"cancelled\""), 1);
}

static void no_eoj(void)
{
	struct subject subject = start();

	printer_do(&subject, "no-eoj on");
	SEND(&subject, UEL "@PJL USTATUS JOB=ON\r\n@PJL JOB\r\n" UEL "@PJL EOJ\r\n"
	     "@PJL ECHO x\r\n");
	SAYS(&subject, "@PJL USTATUS JOB\r\nSTART\r\n\f@PJL ECHO x\r\n\f");
	printer_finish(&subject, 0);
}

static void power_cycle(void)
{
	struct subject subject = start();

	SEND(&subject, ALL_STATUS "@PJL SET COPIES=5\r\n@PJL JOB\r\n"
	     "@PJL ENTER LANGUAGE=PCL\r\n");
	SAYS(&subject, "@PJL USTATUS JOB\r\nSTART\r\n\f" DEVICE BUSY);
	printer_do(&subject, "condition paper-out on");
	SAYS(&subject, DEVICE "CODE=41200\r\nDISPLAY=\"LOAD PAPER\"\r\nONLINE=FALSE\r\n\f");
	SEND(&subject, "lost\f");
	tap_sleep_ms(50);
	printer_do(&subject, "power-cycle");
	printer_do(&subject, "condition paper-out off");
	SEND(&subject, UEL "@PJL INQUIRE COPIES\r\n@PJL JOB\r\n@PJL EOJ\r\n"
	     "@PJL INFO PAGECOUNT\r\n");
	SAYS(&subject, "@PJL INQUIRE COPIES\r\n1\r\n\f"
	     "@PJL INFO PAGECOUNT\r\nPAGECOUNT=0\r\n\f");
	printer_finish(&subject, 0);
	CHECK_EQ(printer_logged(&subject, "job-end", "\"result\": \"power-cycle\""), 1);
}

static void messages(void)
{
	struct subject subject = start();

	SEND(&subject, UEL "@PJL USTATUS DEVICE=ON\r\n@PJL RDYMSG DISPLAY=\"hello\"\r\n");
	SAYS(&subject, DEVICE "CODE=10001\r\nDISPLAY=\"hello\"\r\nONLINE=TRUE\r\n\f");
	printer_refuses(&subject, "key online");
	SEND(&subject, "@PJL STMSG DISPLAY=\"which key?\"\r\n");
	SAYS(&subject, DEVICE "CODE=40049\r\nDISPLAY=\"which key?\"\r\nONLINE=FALSE\r\n\f");
	printer_refuses(&subject, "key any");
	printer_do(&subject, "key continue");
	SAYS(&subject, "@PJL STMSG DISPLAY=\"which key?\"\r\nCONTINUE\r\n\f"
	     DEVICE "CODE=10001\r\nDISPLAY=\"hello\"\r\nONLINE=TRUE\r\n\f");
	SEND(&subject, "@PJL OPMSG DISPLAY=\"change paper\"\r\nwaits\f" UEL);
	SAYS(&subject, DEVICE "CODE=40048\r\nDISPLAY=\"change paper\"\r\nONLINE=FALSE\r\n\f");
	printer_says_nothing(&subject);
	printer_do(&subject, "key online");
	printer_do(&subject, "wait-for page 1");
	printer_finish(&subject, 0);
}

static void timed(void)
{
	struct subject subject = start();
	long long begun = tap_now_ms();

	SEND(&subject, UEL "@PJL USTATUS TIMED=5\r\n");
	SAYS(&subject, "@PJL USTATUS TIMED\r\n" READY);
	CHECK(tap_now_ms() - begun >= 4900);
	SEND(&subject, "@PJL USTATUS TIMED=0\r\n" UEL);
	printer_finish(&subject, 0);
}

static void off(void)
{
	struct subject subject = start();

	SEND(&subject, ALL_STATUS "@PJL USTATUSOFF\r\n@PJL JOB\r\n"
	     "@PJL ENTER LANGUAGE=PCL\r\na\f" UEL "@PJL EOJ\r\n" UEL);
	printer_do(&subject, "wait-for job-end 1");
	printer_says_nothing(&subject);
	printer_finish(&subject, 0);
}

/* A job that nobody ends is complete when nothing comes for TIMEOUT seconds. */
static void data_timeout(void)
{
	struct subject subject = start();

	SEND(&subject, UEL "@PJL USTATUS PAGE=ON\r\n@PJL SET TIMEOUT=5\r\nhalf a page");
	SAYS(&subject, "@PJL USTATUS PAGE\r\n1\r\n\f");
	printer_do(&subject, "wait-for job-end 1");
	printer_finish(&subject, 0);
}

const struct tap_case pjl_cases[] = {
	{ "pjl_answers", answers, 0 },
	{ "pjl_long_answers", long_answers, 0 },
	{ "pjl_wrong_lines", wrong_lines, 0 },
	{ "pjl_wrong_jobs", wrong_jobs, 0 },
	{ "pjl_wrong_streams", wrong_streams, 0 },
	{ "pjl_lenient", lenient, 0 },
	{ "pjl_job", job, 0 },
	{ "pjl_job_around_pjl", job_around_pjl, 0 },
	{ "pjl_nested_jobs", nested_jobs, 0 },
	{ "pjl_universal_exits", universal_exits, 0 },
	{ "pjl_split_anywhere", split_anywhere, 0 },
	{ "pjl_pages", pages, 0 },
	{ "pjl_lines_per_page", lines_per_page, 0 },
	{ "pjl_part_of_a_job", part_of_a_job, 0 },
	{ "pjl_plain_data", plain_data, 0 },
	{ "pjl_empty_jobs", empty_jobs, 0 },
	{ "pjl_conditions", conditions, 0 },
	{ "pjl_paper_out", paper_out, 0 },
	{ "pjl_jam", jam, 0 },
	{ "pjl_delay", delay, 0 },
	{ "pjl_cancel", cancel, 0 },
	{ "pjl_no_eoj", no_eoj, 0 },
	{ "pjl_power_cycle", power_cycle, 0 },
	{ "pjl_messages", messages, 0 },
	{ "pjl_timed", timed, 0 },
	{ "pjl_off", off, 0 },
	{ "pjl_data_timeout", data_timeout, 0 },
};

const size_t pjl_case_count = COUNT(pjl_cases);
