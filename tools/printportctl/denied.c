// SPDX-License-Identifier: GPL-2.0-or-later
/* Why somebody may not use a file, and what to do about it. */
#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "printportctl.h"

#define GROUPS_MAX	4096

static bool is_among(gid_t group, const gid_t *list, int count)
{
	while (count > 0)
		if (list[--count] == group)
			return true;
	return false;
}

/* Whether this process has the group. */
static bool has_group(gid_t group)
{
	gid_t list[GROUPS_MAX];

	return getegid() == group || is_among(group, list, getgroups(GROUPS_MAX, list));
}

/* Whether the user would have it after logging in. */
static bool is_member(const struct passwd *user, gid_t group)
{
	gid_t list[GROUPS_MAX];
	int count = GROUPS_MAX;

	return user && getgrouplist(user->pw_name, user->pw_gid, list, &count) >= 0 &&
		is_among(group, list, count);
}

int complain_denied(const char *path)
{
	const struct passwd *user = getpwuid(geteuid());
	const char *name = user ? user->pw_name : "USER";
	const struct group *group = NULL;
	struct stat st;

	if (!stat(path, &st) && st.st_gid && (st.st_mode & S_IWGRP))
		group = getgrgid(st.st_gid);
	if (!group)
		complain("%s: permission denied; only root may do that", path);
	else if (has_group(st.st_gid))
		complain("%s: permission denied, although %s is a member of group %s", path, name,
			 group->gr_name);
	else if (is_member(user, st.st_gid))
		complain("%s: permission denied; %s is a member of group %s, which may use it, "
			 "but not yet in this session: log in again", path, name, group->gr_name);
	else
		complain("you are not a member of group %s, which may use %s: usermod -aG %s %s, "
			 "then log in again", group->gr_name, path, group->gr_name, name);
	return EXIT_DENIED;
}
