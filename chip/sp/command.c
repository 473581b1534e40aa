/* SPDX-License-Identifier: MIT */
/* The one way of every command: look-up, buffer, states, handler, write-back, trace. */
#include "chip/sp/command.h"

#include <string.h>

#include "base/bytes.h"
#include "chip/sp/internal.h"
#include "chip/sp/mem.h"
#include "chip/sp/sev/commands.h"
#include "crypto/secret.h"

/* Drivers have always given buffers from allocators that align to 8. */
enum { BUF_ALIGN = 8 };

const struct sp_command *sp_commands(size_t *count)
{
	*count = sev_command_count;
	return sev_commands;
}

const struct sp_command *sp_command_find(u32 id)
{
	for (size_t i = 0; i < sev_command_count; i++)
		if (sev_commands[i].id == id)
			return &sev_commands[i];
	return NULL;
}

static bool offered(const struct sp *sp, const struct sp_command *c)
{
	return c && c->run && c->since <= (sp->firmware.api_major << 8 | sp->firmware.api_minor);
}

/* -- checks that rows describe --------------------------------------------------------------- */

/* Copies the buffer in; from here on only the copy counts. */
static enum sp_status take_buffer(struct sp *sp, struct sp_call *call, u64 paddr)
{
	const struct sp_command *c = call->command;
	const u8 *bytes = (const u8 *)call->buf;
	enum sp_status s;

	if (!c->size)
		return SP_SUCCESS;
	s = sp_check_range(sp, c->writes_back ? SP_OUT : SP_IN, paddr, c->size, BUF_ALIGN);
	if (s)
		return s;
	sp_read(sp, paddr, call->buf, c->size);
	for (const struct sp_reserved *r = c->reserved; r < c->reserved + SP_RESERVED_MAX; r++)
		if (!bytes_are_zero(bytes + r->at, r->size))
			return SP_INVALID_PARAM;
	return SP_SUCCESS;
}

static enum sp_status check_activity(const struct sp_command *c, const struct sev_guest *g)
{
	if (c->activity == SP_MUST_BE_ACTIVE && g->asid == SEV_ASID_HOST)
		return SP_INACTIVE;
	if (c->activity == SP_MUST_BE_INACTIVE && g->asid != SEV_ASID_HOST)
		return SP_ACTIVE;
	return SP_SUCCESS;
}

static enum sp_status take_guest(struct sp *sp, struct sp_call *call)
{
	const struct sp_command *c = call->command;
	struct sev_guest *g;

	if (!c->guest)
		return SP_SUCCESS;
	g = sev_guest_find(sp, get_le32((const u8 *)call->buf + c->handle_at));
	if (!g)
		return SP_INVALID_GUEST;
	if (!(c->guest & SP_STATE(g->state)))
		return SP_INVALID_GUEST_STATE;
	if ((g->policy & c->policy_clear) || (~g->policy & c->policy_set))
		return SP_POLICY_FAILURE;
	call->guest = g;
	return check_activity(c, g);
}

/* -- dispatch -------------------------------------------------------------------------------- */

static enum sp_status dispatch(struct sp *sp, struct sp_call *call, u64 paddr)
{
	const struct sp_command *c = call->command;
	enum sp_status s;

	if (!offered(sp, c))
		return SP_INVALID_COMMAND;
	s = take_buffer(sp, call, paddr);
	if (s)
		return s;
	if (!(c->platform & SP_STATE(sev_platform_state(sp))))
		return SP_INVALID_PLATFORM_STATE;
	if (c->needs_es && !sp->platform.es)
		return SP_INVALID_CONFIG;
	s = take_guest(sp, call);
	if (s)
		return s;
	s = c->run(sp, call);
	if (c->writes_back && (s == SP_SUCCESS || s == SP_INVALID_LENGTH))
		sp_write(sp, paddr, call->buf, c->size);
	return s;
}

enum sp_status sp_host_failed(struct sp_call *call, int err)
{
	if (!call->host.text[0])
		error_set(&call->host, -err, "%s: %s", call->command->name, strerror(-err));
	return SP_HWERROR_PLATFORM;
}

enum sp_status sp_signature_status(struct sp_call *call, int err, enum verdict v)
{
	if (err)
		return sp_host_failed(call, err);
	if (v == VERDICT_WRONG_ISSUER)
		return SP_INVALID_CERTIFICATE;
	return v == VERDICT_GOOD ? SP_SUCCESS : SP_BAD_SIGNATURE;
}

static void trace(const struct sp *sp, const struct sp_trace *t)
{
	if (sp->hooks.trace)
		sp->hooks.trace(sp->hooks.ctx, t);
}

enum sp_status sp_command(struct sp *sp, u32 id, u64 paddr)
{
	struct sp_call call = {.command = sp_command_find(id)};
	enum sp_status status;

	pthread_mutex_lock(&sp->lock);
	status = dispatch(sp, &call, paddr);
	pthread_mutex_unlock(&sp->lock);
	trace(sp, &(struct sp_trace){.id = id,
				     .name = call.command ? call.command->name : NULL,
				     .paddr = paddr,
				     .status = status,
				     .host_error = call.host.text[0] ? call.host.text : NULL});
	secret_wipe(call.buf, sizeof(call.buf));
	return status;
}
