/* SPDX-License-Identifier: MIT */
/*
 * Handling of secret bytes: comparison whose duration says nothing, and erasure that the compiler
 * keeps.
 */
#ifndef CRYPTO_SECRET_H
#define CRYPTO_SECRET_H

#include "base/types.h"

/* Zeroes len bytes; never optimised away. */
void secret_wipe(void *p, size_t len);

/* Whether len bytes are equal; takes as long whatever they hold and wherever they differ. */
bool secret_equal(const void *a, const void *b, size_t len);

#endif
