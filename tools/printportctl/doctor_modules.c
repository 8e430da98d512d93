// SPDX-License-Identifier: GPL-2.0-or-later
/* printportctl doctor: the kernel modules. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "doctor.h"
#include "subprocess.h"
#include "text.h"
#include "textfile.h"

/* Records of the kernel's log that are looked at, and the longest. */
#define LOG_RECORDS_MAX 20000
#define LOG_RECORD_MAX 8192

/* The administrator's, and that of "make install". */
#define MODPROBE_FILE "/etc/modprobe.d/printport.conf"

static bool is_loaded(const char *module)
{
	return text_exists("/sys/module/%s", module);
}

/* What modinfo says of the module for the running kernel; 0 or not. */
static int module_info(const char *module, const char *field, char *value, size_t size)
{
	char *const argv[] = { "modinfo", "-F", (char *)field, (char *)module, NULL };
	int code = subprocess_run(argv, value, size, DOCTOR_PROGRAM_MS);

	value[strcspn(value, "\n")] = '\0';
	return code;
}

static int load(const char *module, char *error)
{
	char *const argv[] = { "modprobe", (char *)module, NULL };
	char output[DOCTOR_ERROR_MAX];
	int code = subprocess_run(argv, output, sizeof(output), DOCTOR_PROGRAM_MS);

	if (!code && is_loaded(module))
		return 0;
	output[strcspn(output, "\n")] = '\0';
	if (code < 0)
		return doctor_fail(error, "modprobe %s: %s", module, strerror(-code));
	return doctor_fail(error, "modprobe %s: %.300s", module,
			   *output ? output : "it did nothing; is the module blacklisted?");
}

static bool is_failure(const char *record, const char *module)
{
	static const char *const signs[] = {
		"version magic", "disagrees about version", "Unknown symbol",
		"unsigned module", "unavailable key", "Key was rejected", "signature",
		"module format", "incorrect",
	};
	const char *at = strstr(record, module);
	size_t i;

	/* Not printport in printport_usb. */
	if (!at || at[strlen(module)] == '_')
		return false;
	/* That is a module without a signature which was taken all the same. */
	if (strstr(at, "tainting kernel"))
		return false;
	for (i = 0; i < sizeof(signs) / sizeof(signs[0]); i++)
		if (strstr(at, signs[i]))
			return true;
	return false;
}

/* The kernel's last complaint of a module that it did not take; "": there is none. */
static void find_failure(const char *module, char *text, size_t size)
{
	int fd = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC), i;
	char record[LOG_RECORD_MAX], *message;
	ssize_t len;

	text[0] = '\0';
	for (i = 0; fd >= 0 && i < LOG_RECORDS_MAX; i++) {
		len = read(fd, record, sizeof(record) - 1);
		/* What was overwritten meanwhile. */
		if (len < 0 && errno == EPIPE)
			continue;
		if (len <= 0)
			break;
		record[len] = '\0';
		record[strcspn(record, "\n")] = '\0';
		message = strchr(record, ';');
		if (message && is_failure(message, module)) {
			snprintf(text, size, "%s", message + 1);
			clean_text(text);
		}
	}
	if (fd >= 0)
		close(fd);
}

/* "" or what makes the kernel refuse modules without a signature. */
static const char *signature_rule(void)
{
	char text[128];

	text_read(text, sizeof(text), "/sys/kernel/security/lockdown");
	if (strstr(text, "[integrity]") || strstr(text, "[confidentiality]"))
		return "kernel lockdown (Secure Boot)";
	text_read(text, sizeof(text), "/sys/module/module/parameters/sig_enforce");
	return *text == 'Y' ? "module.sig_enforce" : "";
}

static const char *purpose(const char *module)
{
	if (!strcmp(module, "printport_usb"))
		return "USB printers do not become print ports without it.";
	if (!strcmp(module, "printport_parport"))
		return "Parallel printers do not become print ports without it.";
	return "There are no print ports without it.";
}

/* The kernels that there is a module printport for. */
static void other_kernels(char *text, size_t size)
{
	static const char *const patterns[] = {
		"/lib/modules/*/updates/dkms/printport.ko*",
		"/lib/modules/*/*/drivers/printport/printport.ko*",
		"/lib/modules/*/extra/printport.ko*",
	};
	glob_t found = { };
	size_t len = 0, i;

	text[0] = '\0';
	for (i = 0; i < sizeof(patterns) / sizeof(patterns[0]); i++)
		glob(patterns[i], (i ? GLOB_APPEND : 0) | GLOB_NOSORT, NULL, &found);
	for (i = 0; i < found.gl_pathc && len + 80 < size; i++) {
		const char *name = found.gl_pathv[i] + strlen("/lib/modules/");

		len += snprintf(text + len, size - len, "%s%.*s", len ? ", " : "",
				(int)strcspn(name, "/") % 64, name);
	}
	clean_text(text);
	globfree(&found);
}

static void find_missing(struct doctor *doctor, const char *module, const char *release)
{
	struct doctor_finding *finding;
	char others[256];

	other_kernels(others, sizeof(others));
	finding = doctor_add(doctor, DOCTOR_ERROR, "module-missing", module);
	doctor_what(finding, "There is no module %s for the running kernel %s%s%s.", module,
		    release, *others ? "; there is one for " : "", others);
	doctor_why(finding, "%s", purpose(module));
	if (text_exists("/usr/src/printport-dkms") || text_exists("/var/lib/dkms/printport"))
		doctor_advice(finding, "apt-get install linux-headers-%s && "
			      "dkms autoinstall -k %s", release, release);
	else
		doctor_advice(finding, "apt-get install linux-headers-%s, and then in "
			      "printport's source tree: make && make install", release);
}

static void find_not_loaded(struct doctor *doctor, const char *module)
{
	struct doctor_finding *finding;
	const char *rule = signature_rule();
	char text[256], signer[128];

	if (*rule && (module_info(module, "sig_id", signer, sizeof(signer)) || !*signer)) {
		finding = doctor_add(doctor, DOCTOR_ERROR, "module-unsigned", module);
		doctor_what(finding, "The module %s is not signed, and the kernel takes only "
			    "signed ones, because of %s.", module, rule);
		doctor_why(finding, "%s", purpose(module));
		doctor_advice(finding, "sign it with a key that the machine trusts (mokutil "
			      "--import), or switch Secure Boot off");
		return;
	}
	find_failure(module, text, sizeof(text));
	if (*text) {
		finding = doctor_add(doctor, DOCTOR_ERROR, "module-load-failed", module);
		doctor_what(finding, "The kernel has refused the module %s. It said: %s",
			    module, text);
		doctor_advice(finding, "build and install it anew for the running kernel, "
			      "then: modprobe %s", module);
	} else {
		finding = doctor_add(doctor, DOCTOR_ERROR, "module-not-loaded", module);
		doctor_what(finding, "The module %s is installed, and not loaded.", module);
		doctor_advice(finding, "modprobe %s", module);
	}
	doctor_why(finding, "%s", purpose(module));
	doctor_fix(finding, load, "load the module %s", module);
}

static void find_version(struct doctor *doctor, const char *module, const char *built,
			 const char *release)
{
	struct doctor_finding *finding;

	finding = doctor_add(doctor, DOCTOR_ERROR, "module-version", module);
	doctor_what(finding, "The module %s was built for kernel %s, and %s is running.",
		    module, built, release);
	doctor_why(finding, "The kernel refuses it. %s", purpose(module));
	doctor_advice(finding, "build and install it anew for the running kernel: make && "
		      "make install");
}

static void find_by_hand(struct doctor *doctor, const char *module, const char *release)
{
	struct doctor_finding *finding;

	finding = doctor_add(doctor, DOCTOR_NOTE, "module-not-installed", module);
	doctor_what(finding, "The module %s is loaded, and not installed for kernel %s.",
		    module, release);
	doctor_why(finding, "After the next boot it is not there.");
	doctor_advice(finding, "make install");
}

/* @needed: there is a printer for it; otherwise it need not be loaded. */
static void check_module(struct doctor *doctor, const char *module, bool needed)
{
	struct utsname kernel;
	char built[256];
	bool is_portable;
	int code;

	uname(&kernel);
	code = module_info(module, "vermagic", built, sizeof(built));
	/* With those the kernel looks at each symbol, and not at the release. */
	is_portable = strstr(built, "modversions");
	built[strcspn(built, " ")] = '\0';
	/* Without modinfo nobody knows. */
	if (code < 0)
		return;
	if (is_loaded(module) && code)
		find_by_hand(doctor, module, kernel.release);
	else if (is_loaded(module))
		return;
	else if (code)
		find_missing(doctor, module, kernel.release);
	else if (*built && !is_portable && strcmp(built, kernel.release))
		find_version(doctor, module, built, kernel.release);
	else if (needed)
		find_not_loaded(doctor, module);
}

static bool blacklists(const char *path)
{
	char line[1024], module[64];
	FILE *file = fopen(path, "re");
	bool found = false;

	while (file && !found && fgets(line, sizeof(line), file))
		found = (sscanf(line, " blacklist %63s", module) == 1 ||
			 sscanf(line, " install %63s", module) == 1) &&
			!strcmp(module, "usblp");
	if (file)
		fclose(file);
	return found;
}

static int is_configuration(const struct dirent *entry)
{
	const char *end = strrchr(entry->d_name, '.');

	return end && !strcmp(end, ".conf");
}

/* Those of modprobe.d(5); a file in one is in force instead of its namesakes in the next. */
static const char *const modprobe_dirs[] = {
	"/etc/modprobe.d", "/run/modprobe.d", "/usr/local/lib/modprobe.d",
	"/usr/lib/modprobe.d", "/lib/modprobe.d",
};

#define MODPROBE_DIRS (sizeof(modprobe_dirs) / sizeof(modprobe_dirs[0]))

static bool is_in_force(size_t dir, const char *name)
{
	size_t d;

	for (d = 0; d < dir; d++)
		if (text_exists("%s/%s", modprobe_dirs[d], name))
			return false;
	return true;
}

static bool is_usblp_blacklisted(void)
{
	bool found = false;
	size_t d;

	for (d = 0; d < MODPROBE_DIRS; d++) {
		struct dirent **entries;
		int count = scandir(modprobe_dirs[d], &entries, is_configuration, NULL), i;

		for (i = 0; i < count; i++) {
			char path[600];

			snprintf(path, sizeof(path), "%s/%s", modprobe_dirs[d],
				 entries[i]->d_name);
			found = found || (is_in_force(d, entries[i]->d_name) &&
					  blacklists(path));
			free(entries[i]);
		}
		if (count >= 0)
			free(entries);
	}
	return found;
}

static void check_usblp(struct doctor *doctor)
{
	struct doctor_finding *finding;
	char path[512];

	if (is_usblp_blacklisted() ||
	    (!is_loaded("usblp") && module_info("usblp", "filename", path, sizeof(path))))
		return;
	finding = doctor_add(doctor, DOCTOR_WARNING, "usblp-not-blacklisted", "usblp");
	doctor_what(finding, "Nothing keeps the driver usblp from being loaded.");
	doctor_why(finding, "When a USB printer is plugged in, usblp may take it before "
		   "printport_usb does, and then it is no print port.");
	/* A link to /dev/null is how the file that came with a package is put out of force. */
	doctor_advice(finding, readlink(MODPROBE_FILE, path, sizeof(path)) > 0 ?
		      "rm " MODPROBE_FILE : "echo blacklist usblp >" MODPROBE_FILE);
}

void doctor_check_modules(struct doctor *doctor)
{
	bool has_usb = doctor_has_usb_printers(doctor);

	check_module(doctor, "printport", has_usb || doctor->parport_count);
	if (has_usb)
		check_module(doctor, "printport_usb", true);
	if (doctor->parport_count)
		check_module(doctor, "printport_parport", true);
	if (has_usb || is_loaded("printport_usb"))
		check_usblp(doctor);
}
