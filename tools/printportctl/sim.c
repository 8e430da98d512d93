// SPDX-License-Identifier: GPL-2.0-or-later
/* printportctl sim: simulated printers, see Documentation/sim.md. */
#include <dirent.h>
#include <errno.h>
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "printportctl.h"
#include "sim.h"
#include "subprocess.h"
#include "textfile.h"

#define CONFIGFS "/sys/kernel/config"
#define MODPROBE_MS 30000
#define NODE_MS 10000

static const char *const shown[] = {
	"live", "port", "printer", "device_id", "buffer", "unidirectional", "rate", "stall",
	"sink", "reasons", "fail_next", "bytes_printed", "buffered", "bytes_unread", "resets",
};

#define N_SHOWN (sizeof(shown) / sizeof(shown[0]))

static const char help[] =
"usage: printportctl sim list [--json]\n"
"       printportctl sim add NAME [ATTRIBUTE=VALUE...]   make a printer and plug it in\n"
"       printportctl sim set NAME ATTRIBUTE=VALUE...\n"
"       printportctl sim plug|unplug|remove NAME\n"
"       printportctl sim read NAME [FILE]      play the printer: what is printed\n"
"       printportctl sim write NAME TEXT|-     play the printer: what it says\n"
"Attributes:\n";

static void show_help(void)
{
	const struct sim_attribute *attribute;

	fputs(help, stdout);
	for (attribute = sim_attributes; attribute->name; attribute++)
		printf("  %-15s %s\n", attribute->name, attribute->values);
}

/* Also: no way out of the directory. The kernel knows better what a name is. */
static bool is_name(const char *name)
{
	static const char chars[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789-_.";

	if (*name && strlen(name) <= SIM_NAME_MAX && !name[strspn(name, chars)] &&
	    strcmp(name, ".") && strcmp(name, ".."))
		return true;
	complain("a simulated printer's name is 1 to %d letters, digits, -, _ or .",
		 SIM_NAME_MAX);
	return false;
}

/* A value in configfs is a line, but a device id may be any bytes. */
static void read_value(const char *name, const char *attribute, char *value, size_t size)
{
	text_read(value, size, SIM_DIR "/%s/%s", name, attribute);
}

static void list_row(const char *name)
{
	char port[64], rate[32], stall[8], printed[32], reasons[256];

	read_value(name, "port", port, sizeof(port));
	read_value(name, "rate", rate, sizeof(rate));
	read_value(name, "stall", stall, sizeof(stall));
	read_value(name, "bytes_printed", printed, sizeof(printed));
	read_value(name, "reasons", reasons, sizeof(reasons));
	printf("%-20s %-14s %-10s %-6s %-12s %s\n", name, *port ? port : "unplugged",
	       strcmp(rate, "0") ? rate : "no limit", !strcmp(stall, "1") ? "yes" : "no",
	       printed, reasons);
}

/* A number is a number in JSON, but for what is text. */
static json_object *json_value(const char *attribute, const char *value)
{
	static const char *const texts[] = { "port", "printer", "device_id", "reasons" };
	size_t i;

	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (!strcmp(attribute, texts[i]))
			return json_object_new_string(value);
	return json_object_new_int64(strtoll(value, NULL, 10));
}

static json_object *list_object(const char *name)
{
	json_object *object = json_object_new_object();
	char value[1100];
	size_t i;

	json_object_object_add(object, "name", json_object_new_string(name));
	for (i = 0; i < N_SHOWN; i++) {
		read_value(name, shown[i], value, sizeof(value));
		json_object_object_add(object, shown[i], json_value(shown[i], value));
	}
	return object;
}

static int is_printer(const struct dirent *entry)
{
	return strcmp(entry->d_name, ".") && strcmp(entry->d_name, "..");
}

static int sim_list(bool json)
{
	json_object *array;
	struct dirent **entries;
	int count, i;

	count = scandir(SIM_DIR, &entries, is_printer, alphasort);
	if (count < 0) {
		complain("the kernel module printport_sim is not loaded; "
			 "printportctl sim add loads it");
		return EXIT_NO_PORT;
	}
	array = json_object_new_array();
	if (!json && count)
		printf("%-20s %-14s %-10s %-6s %-12s %s\n", "NAME", "PORT", "RATE", "STALL",
		       "PRINTED", "REASONS");
	for (i = 0; i < count; i++) {
		if (json)
			json_object_array_add(array, list_object(entries[i]->d_name));
		else
			list_row(entries[i]->d_name);
		free(entries[i]);
	}
	free(entries);
	if (json)
		puts(json_object_to_json_string_ext(array, JSON_C_TO_STRING_PRETTY));
	json_object_put(array);
	return EXIT_OK;
}

static int load_module(void)
{
	char *const argv[] = { "modprobe", "-a", "configfs", "printport_sim", NULL };
	char output[512];
	int code = subprocess_run(argv, output, sizeof(output), MODPROBE_MS);

	if (!code || text_exists("/sys/module/printport_sim"))
		return EXIT_OK;
	output[strcspn(output, "\n")] = '\0';
	complain("the kernel module printport_sim cannot be loaded: %s; "
		 "printportctl doctor may know why",
		 code < 0 ? strerror(-code) : output);
	return EXIT_NO_PORT;
}

/* The module and configfs are there, or an exit code. */
static int prepare(void)
{
	int ret;

	if (text_exists(SIM_DIR))
		return EXIT_OK;
	if (geteuid()) {
		complain("only root may load the kernel module printport_sim");
		return EXIT_DENIED;
	}
	ret = load_module();
	if (ret || text_exists(SIM_DIR))
		return ret;
	if (mount("configfs", CONFIGFS, "configfs", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL) &&
	    errno != EBUSY) {
		complain("configfs cannot be mounted at " CONFIGFS ": %s", strerror(errno));
		return EXIT_FAILED;
	}
	if (text_exists(SIM_DIR))
		return EXIT_OK;
	complain("printport_sim is loaded, and there is no " SIM_DIR);
	return EXIT_FAILED;
}

static int explain(const char *name, const char *doing, int err)
{
	switch (err) {
	case EEXIST:
		complain("there is a simulated printer %s already; printportctl sim set "
			 "changes it, printportctl sim plug plugs it in", name);
		return EXIT_FAILED;
	case ENOENT:
		complain("there is no simulated printer %s; printportctl sim list shows them",
			 name);
		return EXIT_NO_PORT;
	case EACCES:
	case EPERM:
		complain("only root may %s a simulated printer", doing);
		return EXIT_DENIED;
	case EINVAL:
		complain("the kernel does not take %s for a name", name);
		return EXIT_USAGE;
	default:
		complain("cannot %s %s: %s", doing, name, strerror(err));
		return exit_code(err);
	}
}

static int mkdir_printer(const char *name)
{
	char path[sizeof(SIM_DIR) + SIM_NAME_MAX + 2];

	snprintf(path, sizeof(path), SIM_DIR "/%s", name);
	return mkdir(path, 0755);
}

static int rmdir_printer(const char *name)
{
	char path[sizeof(SIM_DIR) + SIM_NAME_MAX + 2];

	snprintf(path, sizeof(path), SIM_DIR "/%s", name);
	return rmdir(path);
}

/* udev, or devtmpfs, may need a moment. */
static int wait_for_node(const char *name)
{
	struct timespec pause = { .tv_nsec = 10000000 };
	char port[64];
	int i;

	read_value(name, "port", port, sizeof(port));
	for (i = 0; i < NODE_MS / 10; i++) {
		if (*port && text_exists("/dev/%s", port)) {
			printf("/dev/%s\n", port);
			return EXIT_OK;
		}
		nanosleep(&pause, NULL);
	}
	complain("%s is plugged in as %s, and there is no /dev/%s", name, port, port);
	return EXIT_FAILED;
}

static int sim_live(const char *name, bool live)
{
	int err = text_write(live ? "1" : "0", SIM_DIR "/%s/live", name);

	if (err)
		return explain(name, live ? "plug in" : "unplug", -err);
	return live ? wait_for_node(name) : EXIT_OK;
}

static int set_all(const char *name, int argc, char **argv)
{
	int i, ret = EXIT_OK;

	for (i = 0; i < argc && !ret; i++)
		ret = sim_set(name, argv[i]);
	return ret;
}

static bool are_assignments(int argc, char **argv)
{
	int i;

	for (i = 0; i < argc; i++)
		if (!sim_is_assignment(argv[i]))
			return false;
	return true;
}

static int sim_add(const char *name, int argc, char **argv)
{
	int ret;

	if (!are_assignments(argc, argv))
		return EXIT_USAGE;
	ret = prepare();
	if (ret)
		return ret;
	if (mkdir_printer(name))
		return explain(name, "add", errno);
	ret = set_all(name, argc, argv);
	if (!ret)
		ret = sim_live(name, true);
	/* Half a printer is none. */
	if (ret)
		rmdir_printer(name);
	return ret;
}

static int sim_remove(const char *name)
{
	return rmdir_printer(name) ? explain(name, "remove", errno) : EXIT_OK;
}

static bool is_help(const char *word)
{
	return !strcmp(word, "-h") || !strcmp(word, "--help");
}

int cmd_sim(int argc, char **argv)
{
	const char *verb = argc > 1 ? argv[1] : "", *name = argc > 2 ? argv[2] : "";
	bool json = argc == 3 && !strcmp(name, "--json");

	if (is_help(verb) || is_help(name)) {
		show_help();
		return EXIT_OK;
	}
	if (!strcmp(verb, "list"))
		return argc == 2 || json ? sim_list(json) : EXIT_USAGE;
	if (argc < 3 || !is_name(name))
		return EXIT_USAGE;
	if (!strcmp(verb, "add"))
		return sim_add(name, argc - 3, argv + 3);
	if (!strcmp(verb, "set") && argc > 3)
		return are_assignments(argc - 3, argv + 3) ?
		       set_all(name, argc - 3, argv + 3) : EXIT_USAGE;
	if (!strcmp(verb, "read") && argc <= 4)
		return sim_read(name, argv[3]);
	if (!strcmp(verb, "write") && argc == 4)
		return sim_write(name, argv[3]);
	if (argc != 3)
		return EXIT_USAGE;
	if (!strcmp(verb, "plug") || !strcmp(verb, "unplug"))
		return sim_live(name, *verb == 'p');
	return !strcmp(verb, "remove") ? sim_remove(name) : EXIT_USAGE;
}
