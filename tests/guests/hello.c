/* SPDX-License-Identifier: MIT */
/* The smallest payload: a line on the serial port, and the exit code that option code= asks for. */
#include "tests/guests/rt/rt.h"

int payload_main(void)
{
	put_text("hello, ");
	put_text(rt_c_bit ? "encrypted" : "plain");
	put_text(" world\n");
	return (int)rt_option_u64("code");
}
