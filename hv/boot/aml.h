/* SPDX-License-Identifier: MIT */
/*
 * A writer of ACPI Machine Language, as far as naming devices and their resources goes.
 *
 * Terms whose length stands in front of them are opened and closed; the length is put in at the
 * end.  Writing past the buffer is our bug: the tables are of our own making.	[ACPI 20 AML]
 */
#ifndef HV_BOOT_AML_H
#define HV_BOOT_AML_H

#include "base/types.h"

struct aml {
	u8 *bytes;
	u64 len;
	u64 room;
};

void aml_byte(struct aml *a, u8 v);
void aml_dword(struct aml *a, u32 v);
void aml_name(struct aml *a, const char *name); /* four characters */
void aml_integer(struct aml *a, u64 v);
void aml_string(struct aml *a, const char *s);
/* The 32-bit form of an EISA ID, "PNP0501". */
void aml_eisa_id(struct aml *a, const char *id);

/* Each gives what the matching close takes. */
u64 aml_open_scope(struct aml *a, const char *path); /* "\\_SB_" */
u64 aml_open_device(struct aml *a, const char *name);
u64 aml_open_package(struct aml *a, u8 count);
void aml_close(struct aml *a, u64 open);

/* Name (NAME, <what is written next>) */
void aml_define(struct aml *a, const char *name);

/* ResourceTemplate (): descriptors between open and close. */
struct aml_template {
	u64 package, size_at, start;
};
struct aml_template aml_open_template(struct aml *a);
void aml_close_template(struct aml *a, struct aml_template t);
void aml_io(struct aml *a, u16 port, u8 len);
void aml_memory32(struct aml *a, u32 base, u32 len);
void aml_interrupt(struct aml *a, u32 gsi, bool level); /* active high, exclusive */

#endif
