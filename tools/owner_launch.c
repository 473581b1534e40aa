/* SPDX-License-Identifier: MIT */
/* Reads what is launched, in the order of a hypervisor's commands. */
#include "tools/owner_launch.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "owner/file.h"
#include "owner/measure.h"
#include "owner/ovmf.h"

enum {
	PIECES_MAX = 2 + 2 * LAUNCH_FILES_MAX + LAUNCH_VCPUS_MAX,
	IMAGE_MAX = 1 << 30, /* bytes of one file */
};

/* What is launched, and what holds its bytes. */
struct pieces {
	struct owner_piece list[PIECES_MAX];
	size_t count;
	struct owner_file files[1 + 2 * LAUNCH_FILES_MAX];
	size_t file_count;
	u8 hashes[SEV_HASH_TABLE_PADDED];
	struct vmsa boot_cpu, other_cpu;
};

static void pieces_free(struct pieces *p)
{
	for (size_t i = 0; i < p->file_count; i++)
		owner_file_fini(&p->files[i]);
	free(p);
}

static void add_piece(struct pieces *p, u64 gpa, const void *bytes, size_t len)
{
	p->list[p->count++] = (struct owner_piece){GPA(gpa), bytes, len};
}

/* A file of a size that one command takes: whole blocks, or exactly `size` bytes if that is not 0. */
static int add_file(struct pieces *p, const char *path, size_t size, u64 end, struct error *err)
{
	struct owner_file *f = &p->files[p->file_count];
	int ret = owner_file_read(f, path, IMAGE_MAX, err);

	if (ret)
		return ret;
	p->file_count++;
	if (size != 0 && f->len != size)
		return error_set(err, EINVAL, "%s: %zu bytes, expected %zu", path, f->len, size);
	if (f->len == 0 || f->len % SEV_BLOCK != 0)
		return error_set(err, EINVAL, "%s: %zu bytes, expected a multiple of 16", path,
				 f->len);
	add_piece(p, end ? end - f->len : 0, f->bytes, f->len);
	return 0;
}

static int hash_boot(struct pieces *p, const struct launch_files *o, struct error *err)
{
	struct owner_file kernel = {0}, initrd = {0};
	int ret = owner_file_read(&kernel, o->kernel, IMAGE_MAX, err);

	if (ret == 0 && o->initrd)
		ret = owner_file_read(&initrd, o->initrd, IMAGE_MAX, err);
	if (ret == 0) {
		struct owner_boot boot = {
			.kernel = kernel.bytes,
			.kernel_len = kernel.len,
			.initrd = initrd.bytes,
			.initrd_len = initrd.len,
			.cmdline = o->append ? o->append : "",
		};

		ret = owner_hash_table(p->hashes, &boot);
		if (ret)
			error_set(err, -ret, "cannot hash the kernel: %s", strerror(-ret));
	}
	owner_file_fini(&kernel);
	owner_file_fini(&initrd);
	return ret;
}

static int add_boot(struct pieces *p, const struct launch_files *o, const struct owner_ovmf *ovmf,
		    struct error *err)
{
	int ret;

	if (!o->kernel)
		return 0;
	if (ovmf->hashes.size == 0)
		return error_set(err, EINVAL,
				 "%s: has no place for the hashes of a kernel, which a launch with "
				 "a kernel needs",
				 o->firmware);
	ret = hash_boot(p, o, err);
	if (ret == 0)
		add_piece(p, ovmf->hashes.base, p->hashes, sizeof(p->hashes));
	return ret;
}

static int add_firmware(struct pieces *p, const struct launch_files *o, struct owner_ovmf *ovmf,
			struct error *err)
{
	struct error said = {0};
	int ret;

	memset(ovmf, 0, sizeof(*ovmf));
	if (!o->firmware)
		return 0;
	ret = add_file(p, o->firmware, 0, GIB(4), err);
	if (ret)
		return ret;
	ret = owner_ovmf_parse(ovmf, p->list[0].bytes, p->list[0].len, &said);
	if (ret)
		return error_set(err, -ret, "%s: %.300s", o->firmware, said.text);
	return add_boot(p, o, ovmf, err);
}

/* The boot CPU starts at the reset vector, the others where the firmware says. */
static int add_vcpus(struct pieces *p, const struct launch_files *o, const struct owner_ovmf *ovmf,
		     struct error *err)
{
	struct owner_vcpu other = o->vcpu;

	if (o->vcpus > 1 && ovmf->reset_addr == 0)
		return error_set(err, EINVAL, "%s: says not where CPUs other than the first start",
				 o->firmware ? o->firmware : "no --firmware");
	other.start = ovmf->reset_addr;
	owner_vmsa_reset(&p->boot_cpu, &o->vcpu);
	owner_vmsa_reset(&p->other_cpu, &other);
	for (u64 i = 0; i < o->vcpus; i++)
		add_piece(p, VMSA_RESET_GPA, i == 0 ? &p->boot_cpu : &p->other_cpu, SEV_VMSA_SIZE);
	return 0;
}

/* In the order in which a hypervisor launches: firmware, hashes, other data, save areas. */
static int collect(struct pieces *p, const struct launch_files *o, struct error *err)
{
	struct owner_ovmf ovmf;
	int ret = add_firmware(p, o, &ovmf, err);

	for (size_t i = 0; ret == 0 && i < o->data_count; i++)
		ret = add_file(p, o->data[i], 0, 0, err);
	for (size_t i = 0; ret == 0 && i < o->vmsa_count; i++)
		ret = add_file(p, o->vmsa[i], SEV_VMSA_SIZE, 0, err);
	return ret ? ret : add_vcpus(p, o, &ovmf, err);
}

int launch_files_digest(struct sha256_digest *ld, const struct launch_files *o, struct error *err)
{
	struct pieces *p = calloc(1, sizeof(*p));
	int ret;

	if (!p)
		return error_set(err, ENOMEM, "out of memory");
	ret = collect(p, o, err);
	if (ret == 0)
		ret = owner_launch_digest(ld, p->list, p->count, err);
	pieces_free(p);
	return ret;
}
