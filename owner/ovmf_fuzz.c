/* SPDX-License-Identifier: MIT */
/* Hostile firmware images: no read outside of them, and nothing is told of a table that is refused. */
#include <string.h>

#include "base/bug.h"
#include "base/bytes.h"
#include "owner/ovmf.h"
#include "tests/support/fuzz_main.h"

enum { IMAGE = 256 };

/* With a footer put where it belongs; else hardly any input has one. */
static void try_with_footer(const u8 *data, size_t size)
{
	static const struct guid guids[] = {
		OVMF_GUID_RESET_BLOCK,
		OVMF_GUID_HASHES_BLOCK,
		OVMF_GUID_SECRET_BLOCK,
	};
	static const struct guid footer = OVMF_GUID_FOOTER;
	struct owner_ovmf ovmf;
	u8 image[IMAGE] = {0};
	u8 *end = image + IMAGE - OVMF_TABLE_FROM_END;

	memcpy(image, data, size < IMAGE ? size : IMAGE);
	memcpy(end - sizeof(footer), &footer, sizeof(footer));
	memcpy(end - 2 * sizeof(footer) - 2, &guids[image[0] % 3], sizeof(footer));
	if (owner_ovmf_parse(&ovmf, image, sizeof(image), NULL) != 0)
		BUG_ON(!bytes_are_zero(&ovmf, sizeof(ovmf)));
	else
		BUG_ON(!ovmf.has_table);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct owner_ovmf ovmf;

	if (owner_ovmf_parse(&ovmf, data, size, NULL) != 0)
		BUG_ON(!bytes_are_zero(&ovmf, sizeof(ovmf)));
	try_with_footer(data, size);
	return 0;
}
