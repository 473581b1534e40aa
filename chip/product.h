/* SPDX-License-Identifier: MIT */
/* Which Secure Processor comes with which processor model. */
#ifndef CHIP_PRODUCT_H
#define CHIP_PRODUCT_H

#include "chip/cpu/model/model.h"
#include "chip/sp/sp.h"

/* For a socket of so many cores of this model. */
struct sp_product chip_product(const struct cpu_model *model, unsigned cores);

#endif
