// SPDX-License-Identifier: GPL-2.0-or-later
/* printportctl quirk: what is special about a USB printer, see Documentation/usb.md. */
#include <errno.h>
#include <getopt.h>
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <printport.h>

#include "printportctl.h"
#include "quirk.h"
#include "textfile.h"

#define PARAMETER "/sys/module/printport_usb/parameters/quirks"

static const char help[] =
"usage: printportctl quirk [--json]\n"
"       printportctl quirk VENDOR:PRODUCT|PORT WORD[+WORD...] [--save]\n"
"       printportctl quirk VENDOR:PRODUCT|PORT --clear [--save]\n"
"Words: unidirectional, vendor-class, no-status, no-id; none\n"
"--save also writes " QUIRK_FILE ".\n";

struct options {
	bool json;
	bool save;
	bool clear;
};

static json_object *words_array(const char *words, const char *separators)
{
	json_object *array = json_object_new_array();
	char text[QUIRK_WORDS_MAX], *word, *rest = NULL;

	snprintf(text, sizeof(text), "%s", words);
	for (word = strtok_r(text, separators, &rest); word;
	     word = strtok_r(NULL, separators, &rest))
		if (strcmp(word, "none"))
			json_object_array_add(array, json_object_new_string(word));
	return array;
}

static json_object *id_object(const struct quirk_id *id)
{
	json_object *object = json_object_new_object();
	char text[8];

	snprintf(text, sizeof(text), "%04x", id->vendor);
	json_object_object_add(object, "vendor", json_object_new_string(text));
	snprintf(text, sizeof(text), "%04x", id->product);
	json_object_object_add(object, "product", json_object_new_string(text));
	return object;
}

/* @now and @saved: where it stands. */
static void show_entry(const struct quirk *quirk, bool now, bool saved, json_object *array)
{
	json_object *object;

	if (!array) {
		printf("%04x:%04x  %-32s %s\n", quirk->id.vendor, quirk->id.product,
		       quirk->words, now && saved ? "set, saved" : now ? "set" : "saved");
		return;
	}
	object = id_object(&quirk->id);
	json_object_object_add(object, "words", words_array(quirk->words, "+"));
	json_object_object_add(object, "set", json_object_new_boolean(now));
	json_object_object_add(object, "saved", json_object_new_boolean(saved));
	json_object_array_add(array, object);
}

static bool same(const struct quirk *a, const struct quirk *b)
{
	return b && !strcmp(a->words, b->words);
}

static void show_lists(const struct quirk_list *now, const struct quirk_list *saved,
		       json_object *array)
{
	size_t i;

	for (i = 0; i < now->count; i++)
		show_entry(&now->quirks[i], true,
			   same(&now->quirks[i], quirk_find(saved, &now->quirks[i].id)),
			   array);
	for (i = 0; i < saved->count; i++)
		if (!same(&saved->quirks[i], quirk_find(now, &saved->quirks[i].id)))
			show_entry(&saved->quirks[i], false, true, array);
}

/* The port's printer, and what is heeded of it since it was plugged in. */
static bool read_port(const struct printport_entry *entry, struct quirk_id *id, char *words,
		      size_t size)
{
	char vendor[8], product[8], text[16];

	if (strcmp(entry->transport, "usb"))
		return false;
	text_read(vendor, sizeof(vendor), "/sys/class/printport/%s/device/../idVendor",
		  entry->name);
	text_read(product, sizeof(product), "/sys/class/printport/%s/device/../idProduct",
		  entry->name);
	text_read(words, size, "/sys/class/printport/%s/usb/quirks", entry->name);
	snprintf(text, sizeof(text), "%.4s:%.4s", vendor, product);
	return quirk_id_parse(text, id);
}

static void show_port(const struct printport_entry *entry, json_object *array)
{
	char words[QUIRK_WORDS_MAX];
	json_object *object;
	struct quirk_id id;

	if (!read_port(entry, &id, words, sizeof(words)))
		return;
	if (!array) {
		printf("%04x:%04x  %-32s heeded by %s\n", id.vendor, id.product, words,
		       entry->name);
		return;
	}
	object = id_object(&id);
	json_object_object_add(object, "port", json_object_new_string(entry->name));
	json_object_object_add(object, "words", words_array(words, " +"));
	json_object_array_add(array, object);
}

static void show_ports(json_object *array)
{
	struct printport_entry *entries;
	ssize_t count = printport_enum_ports(&entries), i;

	for (i = 0; i < count; i++)
		show_port(&entries[i], array);
	free(entries);
}

/* What the module has been told. 0, or an exit code. */
static int read_now(struct quirk_list *now)
{
	char text[QUIRK_TEXT_MAX];
	ssize_t len = text_read(text, sizeof(text), PARAMETER);

	now->count = 0;
	if (len == -ENOENT)
		return EXIT_NO_PORT;
	if (len < 0 || !quirk_parse(text, now)) {
		complain(PARAMETER ": %s", len < 0 ? strerror(-len) : "not understood");
		return EXIT_FAILED;
	}
	return EXIT_OK;
}

static int list(bool json)
{
	static struct quirk_list now, saved;
	json_object *object = NULL, *quirks = NULL, *ports = NULL;
	int ret = read_now(&now);

	if (ret == EXIT_FAILED)
		return ret;
	ret = quirk_file_read(&saved);
	if (ret)
		return ret;
	if (json) {
		object = json_object_new_object();
		quirks = json_object_new_array();
		ports = json_object_new_array();
		json_object_object_add(object, "quirks", quirks);
		json_object_object_add(object, "ports", ports);
	}
	show_lists(&now, &saved, quirks);
	show_ports(ports);
	if (json)
		puts(json_object_to_json_string_ext(object, JSON_C_TO_STRING_PRETTY));
	json_object_put(object);
	return EXIT_OK;
}

/* Which printers are meant. 0, or an exit code. */
static int find_id(const char *name, struct quirk_id *id)
{
	struct printport_entry entry;
	char words[QUIRK_WORDS_MAX];

	if (quirk_id_parse(name, id))
		return EXIT_OK;
	if (printport_get_entry(name, &entry)) {
		complain("%s is no VENDOR:PRODUCT (hexadecimal digits, as in lsusb) and no "
			 "print port; printportctl list shows the ports", name);
		return EXIT_NO_PORT;
	}
	if (read_port(&entry, id, words, sizeof(words)))
		return EXIT_OK;
	complain("%s is no port of a USB printer, and others have no quirks", entry.name);
	return EXIT_FAILED;
}

static int set_now(const struct quirk_list *now)
{
	char text[QUIRK_TEXT_MAX];
	int err;

	if (!quirk_format(now, text, sizeof(text)))
		err = -ENOSPC;
	else
		/* An empty write would not reach the module. */
		err = text_write(*text ? text : "\n", PARAMETER);
	switch (-err) {
	case 0:
		return EXIT_OK;
	case EACCES:
	case EPERM:
		complain("only root may change quirks");
		return EXIT_DENIED;
	case ENOSPC:
		complain("the module takes no more than %d bytes of quirks; --clear some",
			 QUIRK_TEXT_MAX - 1);
		return EXIT_FAILED;
	default:
		complain(PARAMETER ": %s", strerror(-err));
		return EXIT_FAILED;
	}
}

static int change(struct quirk_list *quirks, const struct quirk *quirk, bool clear)
{
	if (clear)
		quirk_clear(quirks, &quirk->id);
	else if (!quirk_set(quirks, quirk)) {
		complain("there are %d quirks already; --clear some", QUIRK_COUNT_MAX);
		return EXIT_FAILED;
	}
	return EXIT_OK;
}

static void say(const struct quirk *quirk, const struct options *options, bool loaded)
{
	printf("%04x:%04x: %s%s\n", quirk->id.vendor, quirk->id.product,
	       options->clear ? "cleared" : quirk->words, options->save ? ", saved" : "");
	if (loaded)
		puts("It counts from when the printer is plugged in the next time.");
	else
		puts("It counts from when the module printport_usb is loaded.");
}

static int save(const struct quirk *quirk, bool clear)
{
	static struct quirk_list saved;
	int ret = quirk_file_read(&saved);

	if (!ret)
		ret = change(&saved, quirk, clear);
	return ret ? ret : quirk_file_write(&saved);
}

static int set_locked(const struct quirk *quirk, const struct options *options)
{
	static struct quirk_list now;
	int ret = read_now(&now);
	bool loaded = ret == EXIT_OK;

	if (ret == EXIT_NO_PORT && !options->save) {
		complain("the kernel module printport_usb is not loaded: "
			 "modprobe printport_usb, or --save for when it is");
		return ret;
	}
	if (ret == EXIT_FAILED)
		return ret;
	ret = change(&now, quirk, options->clear);
	if (!ret && loaded)
		ret = set_now(&now);
	if (!ret && options->save)
		ret = save(quirk, options->clear);
	if (!ret)
		say(quirk, options, loaded);
	return ret;
}

static int set(const struct quirk *quirk, const struct options *options)
{
	int lock = quirk_lock(), ret;

	if (lock < 0)
		return -lock;
	ret = set_locked(quirk, options);
	close(lock);
	return ret;
}

int cmd_quirk(int argc, char **argv)
{
	static const struct option longs[] = {
		{ "json", no_argument, NULL, 'j' },
		{ "save", no_argument, NULL, 's' },
		{ "clear", no_argument, NULL, 'c' },
		{ "help", no_argument, NULL, 'h' },
		{ }
	};
	struct options options = { };
	struct quirk quirk = { };
	int option, words, ret;

	while ((option = getopt_long(argc, argv, "h", longs, NULL)) != -1) {
		if (option == 'h') {
			fputs(help, stdout);
			return EXIT_OK;
		}
		options.json |= option == 'j';
		options.save |= option == 's';
		options.clear |= option == 'c';
		if (option == '?')
			return EXIT_USAGE;
	}
	if (argc == optind)
		return options.save || options.clear ? EXIT_USAGE : list(options.json);
	words = argc - optind - 1;
	if (words != !options.clear || options.json)
		return EXIT_USAGE;
	ret = find_id(argv[optind], &quirk.id);
	if (ret)
		return ret;
	if (words && !quirk_words_parse(argv[optind + 1], quirk.words)) {
		complain("%.64s: there are unidirectional, vendor-class, no-status, no-id, "
			 "several with a +, or none", argv[optind + 1]);
		return EXIT_USAGE;
	}
	return set(&quirk, &options);
}
