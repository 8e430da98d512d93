// SPDX-License-Identifier: GPL-2.0-or-later
/* printportctl doctor: udev, its rules, and the nodes that it looks after. */
#include <dirent.h>
#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "doctor.h"
#include "subprocess.h"
#include "textfile.h"

#define GROUP "lp"
#define GROUPS_MAX 256

static bool has_rules(const char *name)
{
	static const char *const dirs[] = {
		"/etc/udev/rules.d", "/run/udev/rules.d", "/usr/local/lib/udev/rules.d",
		"/usr/lib/udev/rules.d", "/lib/udev/rules.d",
	};
	size_t i;

	for (i = 0; i < sizeof(dirs) / sizeof(dirs[0]); i++)
		if (text_exists("%s/%s", dirs[i], name))
			return true;
	return false;
}

static bool is_udevd_running(void)
{
	struct dirent *item;
	DIR *proc = opendir("/proc");
	bool found = false;
	char name[32];

	while (proc && !found && (item = readdir(proc))) {
		if (item->d_name[strspn(item->d_name, "0123456789")])
			continue;
		text_read(name, sizeof(name), "/proc/%s/comm", item->d_name);
		found = !strcmp(name, "systemd-udevd") || !strcmp(name, "udevd") ||
			!strcmp(name, "(udev-worker)");
	}
	if (proc)
		closedir(proc);
	return found;
}

static void find_no_rules(struct doctor *doctor, const char *name, const char *why)
{
	struct doctor_finding *finding;

	finding = doctor_add(doctor, DOCTOR_WARNING, "udev-rules-missing", name);
	doctor_what(finding, "The udev rules %s are not installed.", name);
	doctor_why(finding, "%s", why);
	doctor_advice(finding, "install printport anew (make install, or the package); then: "
		      "udevadm control --reload; udevadm trigger --action=add -s printport");
}

void doctor_check_udev(struct doctor *doctor)
{
	struct doctor_finding *finding;

	if (!has_rules("60-printport.rules"))
		find_no_rules(doctor, "60-printport.rules",
			      "Without them only root may print, and ports get no lasting "
			      "names.");
	if (text_exists("/usr/sbin/printportd") && !has_rules("61-printport-lm.rules"))
		find_no_rules(doctor, "61-printport-lm.rules",
			      "Without them printportd is not started when a printer is "
			      "plugged in.");
	if (is_udevd_running())
		return;
	finding = doctor_add(doctor, DOCTOR_ERROR, "udevd-not-running", "udevd");
	doctor_what(finding, "udevd is not running.");
	doctor_why(finding, "Nodes get no group and no lasting names, and modules are not "
		   "loaded when a printer is plugged in.");
	doctor_advice(finding, text_exists("/run/systemd/system") ?
		      "systemctl start systemd-udevd" :
		      "/lib/systemd/systemd-udevd --daemon; udevadm trigger");
}

static int run_udevadm(char *const argv[], char *error)
{
	char output[DOCTOR_ERROR_MAX];
	int code = subprocess_run(argv, output, sizeof(output), DOCTOR_PROGRAM_MS);

	output[strcspn(output, "\n")] = '\0';
	if (!code)
		return 0;
	return doctor_fail(error, "%s %s: %.300s", argv[0], argv[1],
			   code < 0 ? strerror(-code) : output);
}

/* Whether the group may read and write, and is not root. */
static bool is_printable(const struct stat *status)
{
	return status->st_gid != 0 && (status->st_mode & 0060) == 0060;
}

/*
 * udev sets the node right as when it appeared. Not with "add", which would also write the
 * configured limits over those that were set by hand.
 */
static int ask_udev(const char *node, char *error)
{
	char name[64];
	char *const reload[] = { "udevadm", "control", "--reload", NULL };
	char *const trigger[] = { "udevadm", "trigger", name, NULL };
	char *const settle[] = { "udevadm", "settle", "--timeout=15", NULL };
	struct stat status;

	snprintf(name, sizeof(name), "/sys/class/printport/%.32s", node + strlen("/dev/"));
	if (run_udevadm(reload, error) || run_udevadm(trigger, error) ||
	    run_udevadm(settle, error))
		return -1;
	if (!stat(node, &status) && is_printable(&status))
		return 0;
	return doctor_fail(error, "udev has gone over it, and it is as it was; one of its "
			   "rules may say so (udevadm test %s)", name);
}

static const char *group_name(gid_t gid, char *text, size_t size)
{
	const struct group *group = getgrgid(gid);

	snprintf(text, size, "%.31s", group ? group->gr_name : "?");
	return text;
}

static void check_mode(struct doctor *doctor, const char *node, const struct stat *status)
{
	struct doctor_finding *finding;
	char group[32];

	group_name(status->st_gid, group, sizeof(group));
	if (is_printable(status) && !(status->st_mode & 0006) && !strcmp(group, GROUP))
		return;
	finding = doctor_add(doctor, is_printable(status) ? DOCTOR_NOTE : DOCTOR_WARNING,
			     "node-permissions", node);
	doctor_what(finding, "%s has mode %04o and group %s, and not mode 0660 and group "
		    GROUP ".", node, status->st_mode & 07777, group);
	if (is_printable(status)) {
		doctor_why(finding, "A udev rule of this machine may want it so.");
		doctor_advice(finding, "if not: udevadm trigger "
			      "/sys/class/printport/%s", node + strlen("/dev/"));
		return;
	}
	doctor_why(finding, "Members of group " GROUP " cannot print.");
	doctor_advice(finding, "udevadm control --reload; udevadm trigger "
		      "/sys/class/printport/%s", node + strlen("/dev/"));
	if (is_udevd_running() && has_rules("60-printport.rules"))
		doctor_fix(finding, ask_udev, "have udev set %s right", node);
}

static bool is_member(const char *user, gid_t gid)
{
	const struct passwd *account = getpwnam(user);
	gid_t groups[GROUPS_MAX];
	int count = GROUPS_MAX, i;

	if (!account)
		return true;
	if (getgrouplist(user, account->pw_gid, groups, &count) < 0)
		count = GROUPS_MAX;
	for (i = 0; i < count; i++)
		if (groups[i] == gid)
			return true;
	return false;
}

/* Who has called us: by sudo, if that is how. NULL: root. */
static const char *caller(void)
{
	const struct passwd *account;
	const char *user = getenv("SUDO_USER");

	if (!geteuid())
		return user && strcmp(user, "root") ? user : NULL;
	account = getpwuid(getuid());
	return account ? account->pw_name : NULL;
}

static void find_user(struct doctor *doctor, const char *user, const char *node,
		      const struct stat *status)
{
	struct doctor_finding *finding;
	char group[32];

	group_name(status->st_gid, group, sizeof(group));
	if (!is_member(user, status->st_gid)) {
		finding = doctor_add(doctor, DOCTOR_WARNING, "user-not-in-group", user);
		doctor_what(finding, "The user %s is not in group %s.", user, group);
		doctor_why(finding, "Only that group may print on %s.", node);
		doctor_advice(finding, "adduser %s %s, and log in again", user, group);
	} else if (geteuid()) {
		finding = doctor_add(doctor, DOCTOR_WARNING, "group-not-active", user);
		doctor_what(finding, "The user %s is in group %s, but this session began "
			    "before that.", user, group);
		doctor_why(finding, "Printing on %s is refused in this session.", node);
		doctor_advice(finding, "log in again, or: newgrp %s", group);
	}
}

/* One finding for all ports that are as they should be. */
static bool check_user(struct doctor *doctor, const char *node, const struct stat *status)
{
	const char *user = caller();

	if (!user || !is_printable(status) || (status->st_mode & 0006) == 0006)
		return false;
	if (geteuid() && !access(node, R_OK | W_OK))
		return false;
	if (!geteuid() && is_member(user, status->st_gid))
		return false;
	find_user(doctor, user, node, status);
	return true;
}

static void find_no_node(struct doctor *doctor, const char *node)
{
	struct doctor_finding *finding;

	finding = doctor_add(doctor, DOCTOR_ERROR, "node-missing", node);
	doctor_what(finding, "There is no node %s, or something else in its place.", node);
	doctor_why(finding, "Nobody can print on this port.");
	doctor_advice(finding, "see that devtmpfs is mounted on /dev; then plug the printer "
		      "in again");
}

void doctor_check_nodes(struct doctor *doctor)
{
	struct stat status;
	bool said = false;
	size_t i;

	for (i = 0; i < doctor->port_count; i++) {
		const char *node = doctor->ports[i].node;

		if (stat(node, &status) || !S_ISCHR(status.st_mode)) {
			find_no_node(doctor, node);
			continue;
		}
		check_mode(doctor, node, &status);
		if (!said)
			said = check_user(doctor, node, &status);
	}
}
