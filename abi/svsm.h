/* SPDX-License-Identifier: MIT */
/*
 * Secure VM Service Module: what an SNP guest below VMPL 0 asks of the software at VMPL 0.
 *
 * RAX = protocol << 32 | call, arguments in RCX, RDX, R8, R9; the guest sets call_pending in its
 * calling area and asks the hypervisor to run VMPL 0 (GHCB_MSR_RUN_VMPL_REQ, GHCB_NAE_RUN_VMPL).
 * RAX returns an svsm_result; call_pending still 1 says that the SVSM never saw the call.  "in" is
 * written by the guest.
 *	[SVSM Calling Convention, Core Protocol]
 */
#ifndef ABI_SVSM_H
#define ABI_SVSM_H

#include "abi/guid.h"
#include "abi/layout.h"

/* clang-format off */

/* RAX of a call. */
#define SVSM_CALL_SHIFT		0
#define SVSM_CALL_MASK		BITS64(31, 0)
#define SVSM_PROTOCOL_SHIFT	32	/* enum svsm_protocol */
#define SVSM_PROTOCOL_MASK	BITS64(63, 32)

LAYOUT_FIELD(SVSM_CALL);
LAYOUT_FIELD(SVSM_PROTOCOL);

/* Calling area, one page of each vCPU; where it is: secrets page, MSR_SVSM_CAA. */
struct svsm_ca {
	u8	call_pending;	/* both 1 by the guest, 0 by the SVSM; exchanged atomically */
	u8	mem_available;	/* out  the SVSM has memory to give back */
	u8	rsvd_002[6];
	u8	buffer[0xff8];	/* both arguments that do not fit into registers */
};
LAYOUT_SIZE(svsm_ca, 0x1000);
LAYOUT_AT(svsm_ca, call_pending, 0x0);
LAYOUT_AT(svsm_ca, mem_available, 0x1);
LAYOUT_AT(svsm_ca, buffer, 0x8);

enum svsm_protocol {
	SVSM_CORE	= 0,
	SVSM_ATTEST	= 1,
	SVSM_VTPM	= 2,
	SVSM_APIC	= 3,
	SVSM_UEFI_MM	= 4,	/* COCONUT-SVSM only */
};

enum svsm_core_call {
	SVSM_CORE_REMAP_CA		= 0,	/* RCX GPA of the new calling area */
	SVSM_CORE_PVALIDATE		= 1,	/* RCX GPA of struct svsm_pvalidate */
	SVSM_CORE_CREATE_VCPU		= 2,	/* RCX VMSA GPA, RDX CAA GPA, R8 APIC id */
	SVSM_CORE_DELETE_VCPU		= 3,	/* RCX VMSA GPA */
	SVSM_CORE_DEPOSIT_MEM		= 4,
	SVSM_CORE_WITHDRAW_MEM		= 5,
	SVSM_CORE_QUERY_PROTOCOL	= 6,	/* RCX SVSM_QUERY_; 0 out: not supported */
	SVSM_CORE_CONFIGURE_VTOM	= 7,
};

enum svsm_attest_call {
	SVSM_ATTEST_SERVICES		= 0,	/* RCX GPA of struct svsm_attest_services */
	SVSM_ATTEST_SINGLE_SERVICE	= 1,	/* RCX GPA of struct svsm_attest_single */
};

enum svsm_vtpm_call {
	SVSM_VTPM_QUERY		= 0,	/* RCX bitmap of platform commands, RDX features */
	SVSM_VTPM_CMD		= 1,	/* RCX GPA of struct svsm_vtpm_cmd */
};

enum svsm_apic_call {
	SVSM_APIC_QUERY_FEATURES	= 0,	/* RCX out */
	SVSM_APIC_CONFIGURE		= 1,	/* RCX enum svsm_apic_configure */
	SVSM_APIC_READ_REGISTER		= 2,	/* RCX register; RDX value out */
	SVSM_APIC_WRITE_REGISTER	= 3,	/* RCX register, RDX value */
	SVSM_APIC_CONFIGURE_VECTOR	= 4,	/* RCX SVSM_APIC_VECTOR_ */
};

enum svsm_apic_configure {
	SVSM_APIC_QUERY		= 0,
	SVSM_APIC_DEREGISTER	= 1,
	SVSM_APIC_REGISTER	= 2,
};

#define SVSM_APIC_VECTOR_SHIFT		0
#define SVSM_APIC_VECTOR_MASK		BITS64(7, 0)
#define SVSM_APIC_VECTOR_ENABLE		BIT64(8)
#define SVSM_APIC_VECTOR_ALL		BIT64(9)

enum svsm_uefi_mm_call {
	SVSM_UEFI_MM_REQUEST	= 1,
};

/* RCX of QUERY_PROTOCOL: in, then out. */
#define SVSM_QUERY_VERSION_SHIFT	0
#define SVSM_QUERY_VERSION_MASK		BITS64(31, 0)
#define SVSM_QUERY_PROTOCOL_SHIFT	32
#define SVSM_QUERY_PROTOCOL_MASK	BITS64(63, 32)
#define SVSM_QUERY_MIN_SHIFT		0
#define SVSM_QUERY_MIN_MASK		BITS64(31, 0)
#define SVSM_QUERY_MAX_SHIFT		32
#define SVSM_QUERY_MAX_MASK		BITS64(63, 32)

LAYOUT_FIELD(SVSM_APIC_VECTOR);
LAYOUT_FIELD(SVSM_QUERY_VERSION);
LAYOUT_FIELD(SVSM_QUERY_PROTOCOL);
LAYOUT_FIELD(SVSM_QUERY_MIN);
LAYOUT_FIELD(SVSM_QUERY_MAX);

/* RAX of an answer. */
#define SVSM_SUCCESS			0x00000000ull
#define SVSM_ERR_INCOMPLETE		0x80000000ull	/* call again */
#define SVSM_ERR_UNSUPPORTED_PROTOCOL	0x80000001ull
#define SVSM_ERR_UNSUPPORTED_CALL	0x80000002ull
#define SVSM_ERR_INVALID_ADDRESS	0x80000003ull
#define SVSM_ERR_INVALID_FORMAT		0x80000004ull
#define SVSM_ERR_INVALID_PARAMETER	0x80000005ull
#define SVSM_ERR_INVALID_REQUEST	0x80000006ull
#define SVSM_ERR_BUSY			0x80000007ull
#define SVSM_ERR_PROTOCOL_BASE		0x80001000ull	/* + a code of the protocol */

/* Core protocol, PVALIDATE: the instruction's result, or 10h when CF was set. */
#define SVSM_ERR_PVALIDATE_FAIL_INPUT		0x80001001ull
#define SVSM_ERR_PVALIDATE_FAIL_SIZEMISMATCH	0x80001006ull
#define SVSM_ERR_PVALIDATE_FAIL_NO_CHANGE	0x80001010ull

/* PVALIDATE: 8-byte aligned, not over a page boundary. */
struct svsm_pvalidate {
	u16	entries;	/* in */
	u16	next;		/* both index of the next entry to be done */
	u32	rsvd_04;
	u64	entry[];	/* in   SVSM_PVALIDATE_ */
};
LAYOUT_SIZE(svsm_pvalidate, 0x8);
LAYOUT_AT(svsm_pvalidate, entries, 0x0);
LAYOUT_AT(svsm_pvalidate, next, 0x2);
LAYOUT_AT(svsm_pvalidate, entry, 0x8);

#define SVSM_PVALIDATE_PAGE_SIZE_SHIFT	0		/* RMP_SIZE_ */
#define SVSM_PVALIDATE_PAGE_SIZE_MASK	BITS64(1, 0)
#define SVSM_PVALIDATE_VALIDATE		BIT64(2)	/* 0 rescinds */
#define SVSM_PVALIDATE_IGNORE_CF	BIT64(3)
#define SVSM_PVALIDATE_RSVD		BITS64(11, 4)
#define SVSM_PVALIDATE_PFN_SHIFT	12
#define SVSM_PVALIDATE_PFN_MASK		BITS64(63, 12)

LAYOUT_FIELD(SVSM_PVALIDATE_PAGE_SIZE);
LAYOUT_FIELD(SVSM_PVALIDATE_PFN);

/* Attestation.  RCX, RDX, R8 return the sizes of the manifest, the certificates, the report. */
struct svsm_attest_services {
	u64	report_gpa;		/* in */
	u32	report_size;		/* in */
	u32	rsvd_0c;
	u64	nonce_gpa;		/* in */
	u16	nonce_size;		/* in   SVSM_NONCE_SIZE */
	u16	rsvd_1a;
	u32	rsvd_1c;
	u64	manifest_gpa;		/* in */
	u32	manifest_size;		/* in */
	u32	rsvd_2c;
	u64	certificates_gpa;	/* in */
	u32	certificates_size;	/* in */
	u32	rsvd_3c;
};
LAYOUT_SIZE(svsm_attest_services, 0x40);
LAYOUT_AT(svsm_attest_services, report_gpa, 0x00);
LAYOUT_AT(svsm_attest_services, report_size, 0x08);
LAYOUT_AT(svsm_attest_services, nonce_gpa, 0x10);
LAYOUT_AT(svsm_attest_services, nonce_size, 0x18);
LAYOUT_AT(svsm_attest_services, manifest_gpa, 0x20);
LAYOUT_AT(svsm_attest_services, manifest_size, 0x28);
LAYOUT_AT(svsm_attest_services, certificates_gpa, 0x30);
LAYOUT_AT(svsm_attest_services, certificates_size, 0x38);

enum {
	SVSM_NONCE_SIZE	= 64,
};

struct svsm_attest_single {
	struct svsm_attest_services services;
	struct guid service_guid;	/* in */
	u32	manifest_version;	/* in */
	u32	rsvd_54;
};
LAYOUT_SIZE(svsm_attest_single, 0x58);
LAYOUT_AT(svsm_attest_single, services, 0x00);
LAYOUT_AT(svsm_attest_single, service_guid, 0x40);
LAYOUT_AT(svsm_attest_single, manifest_version, 0x50);

/* Manifest of SVSM_ATTEST_SERVICES: this head, an entry for each service, then the data. */
struct svsm_services_manifest {
	struct guid guid;	/* out  SVSM_GUID_SERVICES */
	u32	length;		/* out  bytes of the whole */
	u32	count;		/* out */
};
LAYOUT_SIZE(svsm_services_manifest, 0x18);
LAYOUT_AT(svsm_services_manifest, guid, 0x00);
LAYOUT_AT(svsm_services_manifest, length, 0x10);
LAYOUT_AT(svsm_services_manifest, count, 0x14);

struct svsm_services_entry {
	struct guid guid;	/* out */
	u32	offset;		/* out  from the start of the manifest */
	u32	length;		/* out */
};
LAYOUT_SIZE(svsm_services_entry, 0x18);
LAYOUT_AT(svsm_services_entry, guid, 0x00);
LAYOUT_AT(svsm_services_entry, offset, 0x10);
LAYOUT_AT(svsm_services_entry, length, 0x14);

#define SVSM_GUID_SERVICES	GUID_MIXED(0x63849ebb, 0x3d92, 0x4670, 0xa1ff, 0x58f9c94b87bb)
#define SVSM_GUID_VTPM		GUID_MIXED(0xc476f1eb, 0x0123, 0x45a5, 0x9641, 0xb4e7dde5bfe3)
#define SVSM_GUID_UEFI_MM	GUID_MIXED(0xa4453a59, 0x9e1b, 0x4787, 0xa033, 0x1986d6adbe55)

/*
 * vTPM command: u32 command at 0, u8 locality at 4, u32 size at 5, then the TPM's bytes at 9.  The
 * answer over the same buffer: u32 size at 0, then the bytes.  Offsets, since the size stands
 * unaligned.
 */
enum {
	SVSM_VTPM_SEND_COMMAND	= 8,	/* the one platform command */
	SVSM_VTPM_CMD_COMMAND	= 0,
	SVSM_VTPM_CMD_LOCALITY	= 4,
	SVSM_VTPM_CMD_SIZE	= 5,
	SVSM_VTPM_CMD_DATA	= 9,
	SVSM_VTPM_RSP_SIZE	= 0,
	SVSM_VTPM_RSP_DATA	= 4,
};

/* clang-format on */

#endif
