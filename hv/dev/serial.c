/* SPDX-License-Identifier: MIT */
/* 16550A serial port. */
#include "hv/dev/serial.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum { QUEUE_SIZE = 1024, FIFO_SIZE = 16, OUT_SIZE = 256 };
#define FLUSH_NS 2000000ull

enum {
	REG_DATA = 0, /* RBR, THR; with DLAB the divisor's low byte */
	REG_IER = 1,  /* with DLAB the divisor's high byte */
	REG_IIR = 2,  /* FCR when written */
	REG_LCR = 3,
	REG_MCR = 4,
	REG_LSR = 5,
	REG_MSR = 6,
	REG_SCR = 7,
};

enum { IER_RX = 1, IER_THR = 2, IER_LINE = 4, IER_ALL = 0xf };
enum { IIR_NONE = 1, IIR_THR = 2, IIR_RX = 4, IIR_LINE = 6, IIR_TIMEOUT = 0xc, IIR_FIFO = 0xc0 };
enum { FCR_ENABLE = 1, FCR_CLEAR_RX = 2, FCR_TRIGGER_SHIFT = 6 };
enum { LCR_DLAB = 0x80 };
enum { MCR_DTR = 1, MCR_RTS = 2, MCR_OUT1 = 4, MCR_OUT2 = 8, MCR_LOOP = 0x10, MCR_ALL = 0x1f };
enum { LSR_READY = 1, LSR_OVERRUN = 2, LSR_BREAK = 0x10, LSR_THRE = 0x20, LSR_TEMT = 0x40 };
enum { MSR_CTS = 0x10, MSR_DSR = 0x20, MSR_RI = 0x40, MSR_DCD = 0x80 };

struct serial {
	struct serial_config cfg;
	struct timer timer;
	pthread_mutex_t lock; /* all that follows; held while the line and the back end are told */
	u8 ier, lcr, mcr, scr;
	u8 dll, dlm;
	u8 line; /* overrun and break since LSR was read */
	bool fifo;
	u8 trigger;
	bool thr_event; /* transmitter became empty, and nobody has been told yet */
	u8 queue[QUEUE_SIZE];
	unsigned head, queued;
	unsigned shown; /* of these, in the receive FIFO */
	bool refused;
	u8 out[OUT_SIZE];
	unsigned out_len;
};

/* -- interrupts ------------------------------------------------------------------------------ */

/* IIR's low nibble: what to attend to first. */
static u8 interrupt_id(const struct serial *s)
{
	if ((s->ier & IER_LINE) && s->line)
		return IIR_LINE;
	if ((s->ier & IER_RX) && s->shown)
		return s->shown >= s->trigger ? IIR_RX : IIR_TIMEOUT;
	if ((s->ier & IER_THR) && s->thr_event)
		return IIR_THR;
	return IIR_NONE;
}

static void update_irq(struct serial *s)
{
	irq_set(&s->cfg.irq, interrupt_id(s) != IIR_NONE);
}

/* -- receiving ------------------------------------------------------------------------------- */

/* The FIFO takes what it can of what waits outside. */
static void refill(struct serial *s)
{
	unsigned room = s->fifo ? FIFO_SIZE : 1;

	if (s->shown < room)
		s->shown = s->queued < room ? s->queued : room;
	if (s->refused && s->queued <= QUEUE_SIZE / 2) {
		s->refused = false;
		if (s->cfg.out.room)
			s->cfg.out.room(s->cfg.out.ctx);
	}
}

static void drop(struct serial *s, unsigned count)
{
	s->head = (s->head + count) % QUEUE_SIZE;
	s->queued -= count;
	s->shown -= count;
	refill(s);
}

static size_t enqueue(struct serial *s, const u8 *data, size_t len)
{
	size_t n = len < QUEUE_SIZE - s->queued ? len : QUEUE_SIZE - s->queued;

	for (size_t i = 0; i < n; i++)
		s->queue[(s->head + s->queued + i) % QUEUE_SIZE] = data[i];
	s->queued += (unsigned)n;
	s->refused |= n < len;
	refill(s);
	return n;
}

static u8 receive(struct serial *s)
{
	u8 c = s->shown ? s->queue[s->head] : 0;

	if (s->shown)
		drop(s, 1);
	return c;
}

size_t serial_input(struct serial *s, const void *data, size_t len)
{
	size_t n;

	pthread_mutex_lock(&s->lock);
	n = enqueue(s, data, len);
	update_irq(s);
	pthread_mutex_unlock(&s->lock);
	return n;
}

/* A break reaches the guest as a zero byte with a mark on it. */
void serial_break(struct serial *s)
{
	pthread_mutex_lock(&s->lock);
	enqueue(s, (const u8 *)"", 1);
	s->line |= LSR_BREAK;
	update_irq(s);
	pthread_mutex_unlock(&s->lock);
}

/* -- sending --------------------------------------------------------------------------------- */

static void flush(struct serial *s)
{
	if (s->out_len)
		s->cfg.out.write(s->cfg.out.ctx, s->out, s->out_len);
	s->out_len = 0;
}

static void put(struct serial *s, u8 c)
{
	s->out[s->out_len++] = c;
	if (c == '\n' || s->out_len == OUT_SIZE || !s->cfg.timers)
		flush(s);
	else if (s->out_len == 1)
		timer_arm(&s->timer, timer_now() + FLUSH_NS);
}

/* The transmitter was full for no time at all: the line falls and rises. */
static void transmit(struct serial *s, u8 c)
{
	s->thr_event = false;
	update_irq(s);
	if (!(s->mcr & MCR_LOOP))
		put(s, c);
	else if (!enqueue(s, &c, 1))
		s->line |= LSR_OVERRUN;
	s->thr_event = true;
}

void serial_flush(struct serial *s)
{
	pthread_mutex_lock(&s->lock);
	flush(s);
	pthread_mutex_unlock(&s->lock);
}

static void on_timer(void *ctx)
{
	serial_flush(ctx);
}

/* -- registers ------------------------------------------------------------------------------- */

static u8 read_iir(struct serial *s)
{
	u8 id = interrupt_id(s);

	if (id == IIR_THR)
		s->thr_event = false;
	return id | (s->fifo ? IIR_FIFO : 0);
}

static u8 read_lsr(struct serial *s)
{
	u8 lsr = s->line | LSR_THRE | LSR_TEMT | (s->shown ? LSR_READY : 0);

	s->line = 0;
	return lsr;
}

/* In loop-back the outputs are the inputs; else somebody is always there. */
static u8 read_msr(const struct serial *s)
{
	u8 mcr = s->mcr;

	if (!(mcr & MCR_LOOP))
		return MSR_CTS | MSR_DSR | MSR_DCD;
	return (mcr & MCR_RTS ? MSR_CTS : 0) | (mcr & MCR_DTR ? MSR_DSR : 0) |
	       (mcr & MCR_OUT1 ? MSR_RI : 0) | (mcr & MCR_OUT2 ? MSR_DCD : 0);
}

static u8 read_register(struct serial *s, u64 reg)
{
	bool dlab = s->lcr & LCR_DLAB;

	switch (reg) {
	case REG_DATA:
		return dlab ? s->dll : receive(s);
	case REG_IER:
		return dlab ? s->dlm : s->ier;
	case REG_IIR:
		return read_iir(s);
	case REG_LCR:
		return s->lcr;
	case REG_MCR:
		return s->mcr;
	case REG_LSR:
		return read_lsr(s);
	case REG_MSR:
		return read_msr(s);
	default:
		return s->scr;
	}
}

static void write_fcr(struct serial *s, u8 value)
{
	static const u8 levels[] = {1, 4, 8, 14};
	bool fifo = value & FCR_ENABLE;

	if ((value & FCR_CLEAR_RX) || fifo != s->fifo)
		drop(s, s->shown);
	s->fifo = fifo;
	s->trigger = fifo ? levels[value >> FCR_TRIGGER_SHIFT] : 1;
	refill(s);
}

/* Asking to hear of an empty transmitter, one hears at once. */
static void write_ier(struct serial *s, u8 value)
{
	if ((value & IER_THR) && !(s->ier & IER_THR))
		s->thr_event = true;
	s->ier = value & IER_ALL;
}

static void write_register(struct serial *s, u64 reg, u8 value)
{
	bool dlab = s->lcr & LCR_DLAB;

	switch (reg) {
	case REG_DATA:
		if (dlab)
			s->dll = value;
		else
			transmit(s, value);
		break;
	case REG_IER:
		if (dlab)
			s->dlm = value;
		else
			write_ier(s, value);
		break;
	case REG_IIR:
		write_fcr(s, value);
		break;
	case REG_LCR:
		s->lcr = value;
		break;
	case REG_MCR:
		s->mcr = value & MCR_ALL;
		break;
	case REG_SCR:
		s->scr = value;
		break;
	default: /* LSR and MSR are read only */
		break;
	}
}

/* Wider accesses are byte accesses to neighbours, as on the ISA bus. */
static u64 port_read(void *ctx, u64 offset, unsigned size)
{
	struct serial *s = ctx;
	u64 value = 0;

	pthread_mutex_lock(&s->lock);
	for (unsigned i = 0; i < size; i++)
		value |= (u64)read_register(s, offset + i) << 8 * i;
	update_irq(s);
	pthread_mutex_unlock(&s->lock);
	return value;
}

static void port_write(void *ctx, u64 offset, unsigned size, u64 value)
{
	struct serial *s = ctx;

	pthread_mutex_lock(&s->lock);
	for (unsigned i = 0; i < size; i++)
		write_register(s, offset + i, (u8)(value >> 8 * i));
	update_irq(s);
	pthread_mutex_unlock(&s->lock);
}

const struct bus_ops serial_bus_ops = {port_read, port_write};

/* -- life ------------------------------------------------------------------------------------ */

void serial_reset(struct serial *s)
{
	pthread_mutex_lock(&s->lock);
	s->ier = s->lcr = s->mcr = s->scr = s->dlm = s->line = 0;
	s->dll = 1;
	s->fifo = s->thr_event = false;
	s->trigger = 1;
	s->shown = s->queued ? 1 : 0;
	flush(s);
	update_irq(s);
	pthread_mutex_unlock(&s->lock);
}

struct serial *serial_new(const struct serial_config *cfg, struct error *err)
{
	struct serial *s = calloc(1, sizeof(*s));

	if (!s) {
		error_set(err, ENOMEM, "serial port: out of memory");
		return NULL;
	}
	s->cfg = *cfg;
	pthread_mutex_init(&s->lock, NULL);
	if (cfg->timers)
		timer_init(&s->timer, cfg->timers, on_timer, s);
	serial_reset(s);
	return s;
}

void serial_free(struct serial *s)
{
	if (!s)
		return;
	if (s->cfg.timers)
		timer_fini(&s->timer);
	serial_flush(s);
	pthread_mutex_destroy(&s->lock);
	free(s);
}
