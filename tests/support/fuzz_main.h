/* SPDX-License-Identifier: MIT */
/* The one entry point of a fuzz target, as libFuzzer defines it. */
#ifndef TESTS_SUPPORT_FUZZ_MAIN_H
#define TESTS_SUPPORT_FUZZ_MAIN_H

#include <stddef.h>
#include <stdint.h>

/* Feeds `size` hostile bytes to the code under test.  Returns 0; anything wrong aborts. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#endif
