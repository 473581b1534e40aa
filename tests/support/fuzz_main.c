/* SPDX-License-Identifier: MIT */
/*
 * Runs a fuzz target without libFuzzer: the files named on the command line, or else a fixed
 * pseudo-random sample, so that every fuzz target is also a test.
 */
#include "tests/support/fuzz_main.h"

#include "base/types.h"

#include <stdio.h>
#include <stdlib.h>

enum { SAMPLE_RUNS = 3000, SAMPLE_MAX_LEN = 4096 };

static u64 next_random(u64 *state)
{
	u64 z = (*state += 0x9e3779b97f4a7c15ull);

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
	return z ^ (z >> 31);
}

static void run_sample(void)
{
	static u8 data[SAMPLE_MAX_LEN];
	u64 state = 1;

	for (int run = 0; run < SAMPLE_RUNS; run++) {
		size_t len = next_random(&state) % (run % 8 ? 256 : SAMPLE_MAX_LEN);
		unsigned mask = run % 3 ? 0xff : 0x0f;

		for (size_t i = 0; i < len; i++)
			data[i] = (u8)(next_random(&state) & mask);
		LLVMFuzzerTestOneInput(data, len);
	}
	printf("1..1\nok 1 - %d pseudo-random inputs\n", SAMPLE_RUNS);
}

static int run_file(const char *path)
{
	FILE *f = fopen(path, "rb");
	u8 *data = malloc(1 << 20);
	size_t len;

	if (!f || !data) {
		perror(path);
		free(data);
		return 1;
	}
	len = fread(data, 1, 1 << 20, f);
	fclose(f);
	LLVMFuzzerTestOneInput(data, len);
	free(data);
	return 0;
}

int main(int argc, char **argv)
{
	if (argc < 2)
		run_sample();
	for (int i = 1; i < argc; i++)
		if (run_file(argv[i]))
			return 1;
	return 0;
}
