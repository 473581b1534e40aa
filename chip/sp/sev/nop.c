/* SPDX-License-Identifier: MIT */
/* NOP: does nothing, in any state.	[SEV NOP] */
#include "chip/sp/sev/commands.h"

enum sp_status sev_nop(struct sp *sp, struct sp_call *call)
{
	return SP_SUCCESS;
}
