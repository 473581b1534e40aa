/* SPDX-License-Identifier: MIT */
/* Finds and reads test data that lives outside the repository. */
#include "tests/support/shared_data.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

const char *shared_data_path(const char *rel)
{
	static char path[4096];
	const char *dir = getenv("SWSEV_SHARED");

	if (dir)
		snprintf(path, sizeof(path), "%s/%s", dir, rel);
	else
		snprintf(path, sizeof(path), SWSEV_SOURCE_ROOT "/../shared/%s", rel);
	if (access(path, R_OK) != 0) {
		fprintf(stderr, "skipped: no test data at %s (set SWSEV_SHARED)\n", path);
		return NULL;
	}
	return path;
}

u8 *shared_data_read(const char *rel, size_t *len)
{
	const char *path = shared_data_path(rel);
	FILE *f = path ? fopen(path, "rb") : NULL;
	u8 *data = NULL;
	long size;

	if (!f)
		return NULL;
	if (fseek(f, 0, SEEK_END) != 0 || (size = ftell(f)) < 0 || fseek(f, 0, SEEK_SET) != 0)
		goto out;
	data = malloc((size_t)size + 1);
	if (data && fread(data, 1, (size_t)size, f) != (size_t)size) {
		free(data);
		data = NULL;
	}
	*len = (size_t)size;
out:
	fclose(f);
	return data;
}
