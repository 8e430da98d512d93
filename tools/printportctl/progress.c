// SPDX-License-Identifier: GPL-2.0-or-later
/* A progress bar. */
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "condition.h"
#include "progress.h"
#include "text.h"
#include "times.h"

#define BAR_WIDTH	24
#define SAMPLE_MS	1000

void progress_begin(struct progress *progress, uint64_t size)
{
	memset(progress, 0, sizeof(*progress));
	progress->bar = isatty(STDERR_FILENO);
	progress->size = size;
	progress->sampled_at = now_ms();
}

static void sample(struct progress *progress, uint64_t delivered)
{
	int64_t now = now_ms(), passed = now - progress->sampled_at;

	if (passed < SAMPLE_MS)
		return;
	progress->rate = (double)(delivered - progress->sampled) * 1000 / (double)passed;
	progress->sampled = delivered;
	progress->sampled_at = now;
}

static size_t columns(void)
{
	struct winsize size = { };

	ioctl(STDERR_FILENO, TIOCGWINSZ, &size);
	return size.ws_col >= 20 ? size.ws_col : 80;
}

static int draw_bar(const struct progress *progress, uint64_t delivered, char *text, size_t size)
{
	static const char full[] = "########################";
	int filled;

	if (!progress->size)
		return 0;
	if (delivered > progress->size)
		delivered = progress->size;
	filled = (int)((double)delivered / (double)progress->size * BAR_WIDTH);
	return snprintf(text, size, "[%.*s%*s] %3d %%  ", filled, full, BAR_WIDTH - filled, "",
			(int)((double)delivered / (double)progress->size * 100));
}

void progress_show(struct progress *progress, uint64_t delivered, const char *reason)
{
	char line[256], done[32], all[32], rate[32];
	int len;

	if (!progress->bar)
		return;
	sample(progress, delivered);
	format_bytes(delivered, done, sizeof(done));
	format_bytes(progress->size, all, sizeof(all));
	format_bytes((uint64_t)progress->rate, rate, sizeof(rate));
	len = draw_bar(progress, delivered, line, sizeof(line));
	snprintf(line + len, sizeof(line) - len, "%s%s%s  %s/s%s%s", done,
		 progress->size ? " of " : "", progress->size ? all : "", rate,
		 reason ? "  waits: " : "", reason ? reason : "");
	text_cut(line, columns() - 1);
	len = (int)text_width(line);
	fprintf(stderr, "\r%s%*s", line, progress->length > len ? progress->length - len : 0, "");
	fflush(stderr);
	progress->length = len;
}

void progress_end(struct progress *progress)
{
	if (progress->bar && progress->length)
		fputc('\n', stderr);
	progress->length = 0;
}
