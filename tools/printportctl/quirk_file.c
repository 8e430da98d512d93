// SPDX-License-Identifier: GPL-2.0-or-later
/* The quirks that outlast a reboot: a file of modprobe's. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lock.h"
#include "printportctl.h"
#include "quirk.h"

#define LOCK_DIR "/run/printport"
#define LINES_MAX 1000
#define SPACES " \t\n"

/* Whether it is "options printport_usb ..."; then @arguments are behind that. */
static bool is_options(const char *line, const char **arguments)
{
	static const char *const words[] = { "options", "printport_usb" };
	size_t i, len;

	for (i = 0; i < 2; i++) {
		line += strspn(line, SPACES);
		len = strcspn(line, SPACES);
		if (len != strlen(words[i]) || strncmp(line, words[i], len))
			return false;
		line += len;
	}
	*arguments = line;
	return true;
}

/*
 * Reads the quirks in @arguments into @list, if there is one, and appends the other
 * arguments to @others.
 */
static bool read_arguments(const char *arguments, struct quirk_list *list, FILE *others)
{
	char value[QUIRK_TEXT_MAX];
	bool good = true, begun = false;
	size_t len;

	for (;;) {
		arguments += strspn(arguments, SPACES);
		len = strcspn(arguments, SPACES);
		if (!len)
			break;
		if (!strncmp(arguments, "quirks=", 7) && list) {
			good = good && len - 7 < sizeof(value);
			snprintf(value, sizeof(value), "%.*s", (int)len - 7, arguments + 7);
			good = good && quirk_parse(value, list);
		} else if (strncmp(arguments, "quirks=", 7) && others) {
			fprintf(others, "%s %.*s", begun ? "" : "options printport_usb",
				(int)len, arguments);
			begun = true;
		}
		arguments += len;
	}
	if (begun)
		fputc('\n', others);
	return good;
}

/* The last line may have no newline. Whether the line fits. */
static bool end_line(char *line, size_t size)
{
	size_t len = strlen(line);

	if (len && line[len - 1] != '\n')
		strcpy(line + len, "\n");
	return len < size - 1;
}

/* Goes through the file: the quirks into @list, all the rest to @others. */
static int walk(struct quirk_list *list, FILE *others)
{
	FILE *file = fopen(QUIRK_FILE, "re");
	const char *arguments;
	char line[2048];
	int number = 0, err = errno;
	bool good = true;

	if (!file && err == ENOENT)
		return EXIT_OK;
	if (!file) {
		complain(QUIRK_FILE ": %s", strerror(err));
		return exit_code(err);
	}
	while (good && fgets(line, sizeof(line) - 1, file)) {
		good = ++number <= LINES_MAX && end_line(line, sizeof(line) - 1);
		if (good && is_options(line, &arguments))
			good = !strchr(arguments, '\\') &&
			       read_arguments(arguments, list, others);
		else if (others)
			fputs(line, others);
	}
	fclose(file);
	if (good)
		return EXIT_OK;
	complain(QUIRK_FILE ":%d: not understood; repair it, or remove the line", number);
	return EXIT_FAILED;
}

int quirk_file_read(struct quirk_list *list)
{
	list->count = 0;
	return walk(list, NULL);
}

static int write_all(const struct quirk_list *list, FILE *file)
{
	static const char title[] = "# Quirks of USB printers, see printportctl(1).\n";
	char text[QUIRK_TEXT_MAX];
	int ret;

	if (!quirk_format(list, text, sizeof(text))) {
		complain("the module takes no more than %zu bytes of quirks; --clear some",
			 sizeof(text) - 1);
		return EXIT_FAILED;
	}
	if (access(QUIRK_FILE, F_OK))
		fputs(title, file);
	ret = walk(NULL, file);
	if (!ret && *text)
		fprintf(file, "options printport_usb quirks=%s\n", text);
	return ret;
}

int quirk_file_write(const struct quirk_list *list)
{
	/* modprobe reads names that end in .conf only. */
	char path[] = QUIRK_FILE ".XXXXXX";
	int fd = mkostemp(path, O_CLOEXEC), ret;
	FILE *file = fd < 0 ? NULL : fdopen(fd, "w");
	int err = errno;

	if (!file) {
		complain(QUIRK_FILE ": %s", err == EACCES ? "only root may write it" :
			 strerror(err));
		return err == EACCES ? EXIT_DENIED : EXIT_FAILED;
	}
	ret = write_all(list, file);
	if (fflush(file) || ferror(file) || fchmod(fd, 0644) || fsync(fd)) {
		complain("%s: %s", path, strerror(errno));
		ret = EXIT_FAILED;
	}
	fclose(file);
	if (!ret && rename(path, QUIRK_FILE)) {
		complain(QUIRK_FILE ": %s", strerror(errno));
		ret = EXIT_FAILED;
	}
	if (ret)
		unlink(path);
	return ret;
}

int quirk_lock(void)
{
	int fd;

	/* Whatever the umask is: others read what udev puts there. */
	if (!mkdir(LOCK_DIR, 0755))
		chmod(LOCK_DIR, 0755);
	fd = lock_file(LOCK_DIR "/quirks.lock");
	if (fd >= 0)
		return fd;
	if (fd == -EAGAIN) {
		complain("another program is changing quirks (it holds " LOCK_DIR
			 "/quirks.lock); nothing was changed");
		return -EXIT_BUSY;
	}
	if (fd == -EACCES || fd == -EPERM || fd == -ENOENT) {
		complain("only root may change quirks");
		return -EXIT_DENIED;
	}
	complain(LOCK_DIR "/quirks.lock: %s", strerror(-fd));
	return -EXIT_FAILED;
}
