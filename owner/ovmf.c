/* SPDX-License-Identifier: MIT */
/* The GUIDed table of a firmware image, and the table of hashes. */
#include "owner/ovmf.h"

#include <errno.h>
#include <string.h>

#include "base/bytes.h"

/* The tail of the entry that ends at `end`; its data stands before it. */
struct entry {
	struct ovmf_entry_tail tail;
	const u8 *data;
	size_t data_len;
};

static bool guid_is(const struct guid *a, const struct guid *b)
{
	return memcmp(a, b, sizeof(*a)) == 0;
}

/* false: the entry does not fit into the bytes from start to end. */
static bool read_entry(struct entry *e, const u8 *start, const u8 *end)
{
	size_t room = (size_t)(end - start);

	if (room < sizeof(e->tail))
		return false;
	memcpy(&e->tail, end - sizeof(e->tail), sizeof(e->tail));
	if (e->tail.length < sizeof(e->tail) || e->tail.length > room)
		return false;
	e->data = end - e->tail.length;
	e->data_len = e->tail.length - sizeof(e->tail);
	return true;
}

/* Copies an entry's data of a fixed size to a field that is still zero. */
static int take(void *field, size_t size, const struct entry *e, const char *name,
		struct error *err)
{
	if (e->data_len != size)
		return error_set(err, EINVAL, "entry %s: %zu bytes, expected %zu", name,
				 e->data_len, size);
	if (!bytes_are_zero(field, size))
		return error_set(err, EINVAL, "entry %s: there twice", name);
	memcpy(field, e->data, size);
	return 0;
}

static int take_entry(struct owner_ovmf *ovmf, const struct entry *e, struct error *err)
{
	static const struct guid reset = OVMF_GUID_RESET_BLOCK;
	static const struct guid hashes = OVMF_GUID_HASHES_BLOCK;
	static const struct guid secret = OVMF_GUID_SECRET_BLOCK;

	if (guid_is(&e->tail.guid, &reset))
		return take(&ovmf->reset_addr, sizeof(ovmf->reset_addr), e, "SEV-ES reset block",
			    err);
	if (guid_is(&e->tail.guid, &hashes))
		return take(&ovmf->hashes, sizeof(ovmf->hashes), e, "SEV hash table", err);
	if (guid_is(&e->tail.guid, &secret))
		return take(&ovmf->secret, sizeof(ovmf->secret), e, "SEV secret block", err);
	return 0;
}

static int parse_table(struct owner_ovmf *ovmf, const u8 *start, const u8 *end, struct error *err)
{
	while (end > start) {
		struct entry e;
		int ret;

		if (!read_entry(&e, start, end))
			return error_set(err, EINVAL, "an entry is longer than the table");
		ret = take_entry(ovmf, &e, err);
		if (ret)
			return ret;
		end = e.data;
	}
	return 0;
}

int owner_ovmf_parse(struct owner_ovmf *ovmf, const void *image, size_t len, struct error *err)
{
	static const struct guid footer_guid = OVMF_GUID_FOOTER;
	struct ovmf_entry_tail footer;
	struct error said = {0};
	const u8 *bytes = image;
	const u8 *end;
	int ret;

	memset(ovmf, 0, sizeof(*ovmf));
	if (len < OVMF_TABLE_FROM_END + sizeof(footer))
		return 0;
	end = bytes + len - OVMF_TABLE_FROM_END - sizeof(footer);
	memcpy(&footer, end, sizeof(footer));
	if (!guid_is(&footer.guid, &footer_guid))
		return 0;
	if (footer.length < sizeof(footer) ||
	    footer.length - sizeof(footer) > (size_t)(end - bytes))
		return error_set(err, EINVAL, "firmware table: %u bytes do not fit the image",
				 footer.length);
	ovmf->has_table = true;
	ret = parse_table(ovmf, end - (footer.length - sizeof(footer)), end, &said);
	if (ret) {
		memset(ovmf, 0, sizeof(*ovmf));
		return error_set(err, -ret, "firmware table: %.300s", said.text);
	}
	return 0;
}

static int hash_entry(struct sev_hash_entry *e, struct guid guid, const void *bytes, size_t len)
{
	struct sha256_digest d;
	int ret = sha256(&d, bytes, len);

	e->guid = guid;
	e->length = sizeof(*e);
	if (ret == 0)
		memcpy(e->hash, d.b, sizeof(e->hash));
	return ret;
}

int owner_hash_table(u8 out[SEV_HASH_TABLE_PADDED], const struct owner_boot *boot)
{
	struct sev_hash_table t = {
		.guid = SEV_HASH_GUID_TABLE,
		.length = sizeof(t),
	};
	int ret = hash_entry(&t.cmdline, (struct guid)SEV_HASH_GUID_CMDLINE, boot->cmdline,
			     strlen(boot->cmdline) + 1);

	if (ret == 0)
		ret = hash_entry(&t.initrd, (struct guid)SEV_HASH_GUID_INITRD, boot->initrd,
				 boot->initrd_len);
	if (ret == 0)
		ret = hash_entry(&t.kernel, (struct guid)SEV_HASH_GUID_KERNEL, boot->kernel,
				 boot->kernel_len);
	memset(out, 0, SEV_HASH_TABLE_PADDED);
	memcpy(out, &t, sizeof(t));
	return ret;
}
