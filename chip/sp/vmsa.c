/* SPDX-License-Identifier: MIT */
/* Records sorted by page, and the polynomial over a page. */
#include "chip/sp/vmsa.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "abi/sev.h"
#include "base/bug.h"
#include "base/bytes.h"

/* -- the polynomial -------------------------------------------------------------------------- */

__extension__ typedef unsigned __int128 u128;

#define P61 ((1ull << 61) - 1)

static u64 reduce(u128 v)
{
	u64 r = (u64)(v & P61) + (u64)(v >> 61 & P61) + (u64)(v >> 122);

	r = (r & P61) + (r >> 61);
	return r >= P61 ? r - P61 : r;
}

/*
 * Horner's rule, n words of 32 bits a step, so that the products of a step do not wait for one
 * another: h = h * x^n + w0 * x^(n-1) + ... + wn-1.
 */
static u64 value_of(const struct sp_vmsas *v, u32 handle, u64 pfn, const u8 *vmsa)
{
	const u64 *power = v->power;
	u64 h = reduce((u128)reduce((u128)handle * power[1] + (pfn & P61)) * power[1] + 1);

	for (size_t at = 0; at < SEV_VMSA_SIZE; at += SP_VMSA_STEP * sizeof(u32)) {
		u128 sum = (u128)h * power[SP_VMSA_STEP];

		UNROLL
		for (unsigned i = 0; i < SP_VMSA_STEP; i++)
			sum += (u128)get_le32(vmsa + at + i * sizeof(u32)) *
			       power[SP_VMSA_STEP - 1 - i];
		h = reduce(sum);
	}
	return h;
}

/* -- the records ----------------------------------------------------------------------------- */

void sp_vmsas_init(struct sp_vmsas *v, struct rng *rng)
{
	pthread_mutex_init(&v->lock, NULL);
	v->power[0] = 1;
	v->power[1] = rng_u64(rng) % (P61 - 2) + 2;
	for (unsigned i = 2; i < ARRAY_SIZE(v->power); i++)
		v->power[i] = reduce((u128)v->power[i - 1] * v->power[1]);
}

void sp_vmsas_fini(struct sp_vmsas *v)
{
	free(v->record);
	free(v->image);
	pthread_mutex_destroy(&v->lock);
}

/* The first record at or after pfn; v->used if none. */
static size_t position(const struct sp_vmsas *v, u64 pfn)
{
	size_t low = 0, high = v->used;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (v->record[middle].pfn < pfn)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static struct sp_vmsa *find(struct sp_vmsas *v, u64 pfn)
{
	size_t at = position(v, pfn);

	return at < v->used && v->record[at].pfn == pfn ? &v->record[at] : NULL;
}

/* Makes room for one more element of `size` bytes; the array as it is then, or NULL. */
static void *grow(void *array, size_t used, size_t *room, size_t size)
{
	size_t more = *room ? 2 * *room : 64;

	if (used < *room)
		return array;
	array = realloc(array, more * size);
	if (array)
		*room = more;
	return array;
}

int sp_vmsas_reserve(struct sp_vmsas *v)
{
	struct sp_vmsa_image *image;
	struct sp_vmsa *record;

	pthread_mutex_lock(&v->lock);
	record = grow(v->record, v->used, &v->room, sizeof(*record));
	if (record)
		v->record = record;
	image = grow(v->image, v->images, &v->image_room, sizeof(*image));
	if (image)
		v->image = image;
	pthread_mutex_unlock(&v->lock);
	return record && image ? 0 : -ENOMEM;
}

void sp_vmsas_record(struct sp_vmsas *v, u32 handle, spa_t page, const u8 *vmsa)
{
	u64 pfn = page.v >> PAGE_SHIFT;
	struct sp_vmsa new = {
		.pfn = pfn, .handle = handle, .value = value_of(v, handle, pfn, vmsa)};
	size_t at;

	pthread_mutex_lock(&v->lock);
	at = position(v, pfn);
	if (at == v->used || v->record[at].pfn != pfn) {
		BUG_ON(v->used == v->room);
		memmove(&v->record[at + 1], &v->record[at], (v->used - at) * sizeof(new));
		v->used++;
	}
	v->record[at] = new;
	pthread_mutex_unlock(&v->lock);
}

void sp_vmsas_renew(struct sp_vmsas *v, u32 handle, spa_t page, const u8 *vmsa)
{
	u64 pfn = page.v >> PAGE_SHIFT, value = value_of(v, handle, pfn, vmsa);
	struct sp_vmsa *r;

	pthread_mutex_lock(&v->lock);
	r = find(v, pfn);
	if (r && r->handle == handle)
		r->value = value;
	pthread_mutex_unlock(&v->lock);
}

bool sp_vmsas_agree(struct sp_vmsas *v, u32 handle, spa_t page, const u8 *vmsa)
{
	u64 pfn = page.v >> PAGE_SHIFT, value = value_of(v, handle, pfn, vmsa);
	struct sp_vmsa *r;
	bool agree;

	pthread_mutex_lock(&v->lock);
	r = find(v, pfn);
	agree = r && r->handle == handle && r->value == value;
	pthread_mutex_unlock(&v->lock);
	return agree;
}

bool sp_vmsas_overlap(struct sp_vmsas *v, spa_t spa, u64 len)
{
	bool overlap;
	size_t at;

	if (!len)
		return false;
	pthread_mutex_lock(&v->lock);
	at = position(v, spa.v >> PAGE_SHIFT);
	overlap = at < v->used && v->record[at].pfn <= (spa.v + len - 1) >> PAGE_SHIFT;
	pthread_mutex_unlock(&v->lock);
	return overlap;
}

void sp_vmsas_forget(struct sp_vmsas *v, u32 handle)
{
	size_t kept = 0, images = 0;

	pthread_mutex_lock(&v->lock);
	for (size_t i = 0; i < v->used; i++)
		if (handle != SEV_HANDLE_NONE && v->record[i].handle != handle)
			v->record[kept++] = v->record[i];
	v->used = kept;
	for (size_t i = 0; i < v->images; i++)
		if (handle != SEV_HANDLE_NONE && v->image[i].handle != handle)
			v->image[images++] = v->image[i];
	v->images = images;
	pthread_mutex_unlock(&v->lock);
}

/* -- images that are swapped out ------------------------------------------------------------- */

void sp_vmsas_swap_out(struct sp_vmsas *v, u32 handle, spa_t page, u64 number)
{
	size_t at;

	pthread_mutex_lock(&v->lock);
	at = position(v, page.v >> PAGE_SHIFT);
	BUG_ON(at == v->used || v->images == v->image_room);
	v->used--;
	memmove(&v->record[at], &v->record[at + 1], (v->used - at) * sizeof(*v->record));
	v->image[v->images++] = (struct sp_vmsa_image){.handle = handle, .number = number};
	pthread_mutex_unlock(&v->lock);
}

static struct sp_vmsa_image *find_image(struct sp_vmsas *v, u32 handle, u64 number)
{
	for (size_t i = 0; i < v->images; i++)
		if (v->image[i].handle == handle && v->image[i].number == number)
			return &v->image[i];
	return NULL;
}

bool sp_vmsas_is_out(struct sp_vmsas *v, u32 handle, u64 number)
{
	bool out;

	pthread_mutex_lock(&v->lock);
	out = find_image(v, handle, number);
	pthread_mutex_unlock(&v->lock);
	return out;
}

void sp_vmsas_swap_in(struct sp_vmsas *v, u32 handle, spa_t page, u64 number, const u8 *vmsa)
{
	struct sp_vmsa_image *image;

	pthread_mutex_lock(&v->lock);
	image = find_image(v, handle, number);
	BUG_ON(!image);
	*image = v->image[--v->images];
	pthread_mutex_unlock(&v->lock);
	sp_vmsas_record(v, handle, page, vmsa);
}
