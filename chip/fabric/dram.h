/* SPDX-License-Identifier: MIT */
/* Where DRAM's bytes live on the host.  Private to chip/fabric. */
#ifndef CHIP_FABRIC_DRAM_H
#define CHIP_FABRIC_DRAM_H

#include "base/compiler.h"
#include "base/error.h"
#include "base/types.h"

struct fabric_config;

struct dram {
	u8 *at; /* mapped shared, read and write */
	int fd; /* owned; holds the lock on a named file */
};

/* 0, or -errno with *err set and nothing left open.  Reasons: see fabric_init(). */
int dram_open(struct dram *d, const struct fabric_config *cfg, struct error *err) MUST_CHECK;
void dram_close(struct dram *d, u64 size);

#endif
