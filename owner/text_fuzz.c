/* SPDX-License-Identifier: MIT */
/* Hostile text: what a reader takes, its writer gives back. */
#include <string.h>
#include <strings.h>

#include "base/bug.h"
#include "owner/snp_report.h"
#include "owner/text.h"
#include "tests/support/fuzz_main.h"

enum { TEXT_MAX = 512 };

static void try_base64(const char *text, size_t len)
{
	char again[TEXT_MAX + 8], plain[TEXT_MAX + 1];
	u8 bytes[TEXT_MAX];
	size_t count, n = 0;

	if (owner_base64_parse(bytes, sizeof(bytes), &count, text, len, NULL) != 0)
		return;
	owner_base64_format(again, bytes, count);
	for (size_t i = 0; i < len; i++)
		if (text[i] != '\n' && text[i] != '\r')
			plain[n++] = text[i];
	plain[n] = '\0';
	BUG_ON(strcmp(again, plain) != 0);
}

static void try_hex(const char *text)
{
	char again[2 * TEXT_MAX + 1];
	u8 bytes[TEXT_MAX];
	size_t len = strlen(text) / 2;

	if (owner_hex_parse(bytes, len, text, NULL) != 0)
		return;
	owner_hex_format(again, bytes, len);
	BUG_ON(strcasecmp(again, text) != 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char text[TEXT_MAX + 1];
	size_t len = size < TEXT_MAX ? size : TEXT_MAX;
	struct owner_tcb tcb;
	struct guid guid;
	struct error err;
	u64 v;

	memcpy(text, data, len);
	text[len] = '\0';
	try_base64(text, len);
	try_hex(text);
	(void)!owner_guid_parse(&guid, text, &err);
	(void)!owner_tcb_parse(&tcb, text, &err);
	if (owner_number_parse(&v, text, 1000, &err) == 0)
		BUG_ON(v > 1000);
	return 0;
}
