/* SPDX-License-Identifier: MIT */
/* What a hypervisor launches, as files and numbers on the command line of swsev owner measure. */
#ifndef TOOLS_OWNER_LAUNCH_H
#define TOOLS_OWNER_LAUNCH_H

#include "base/error.h"
#include "crypto/hash.h"
#include "owner/vmsa.h"

enum {
	LAUNCH_FILES_MAX = 32, /* of --data and of --vmsa, each */
	LAUNCH_VCPUS_MAX = 512,
};

/* NULL and 0: not given. */
struct launch_files {
	const char *firmware, *kernel, *initrd, *append;
	const char *data[LAUNCH_FILES_MAX], *vmsa[LAUNCH_FILES_MAX];
	size_t data_count, vmsa_count;
	u64 vcpus;              /* save areas to make */
	struct owner_vcpu vcpu; /* the first of them */
};

/*
 * The digest of firmware, hashes of the kernel, other data, save areas, in this order.  -EINVAL or what
 * the system said, with a line that names the file.
 */
int launch_files_digest(struct sha256_digest *ld, const struct launch_files *files,
			struct error *err) MUST_CHECK;

#endif
