/* SPDX-License-Identifier: MIT */
/* VMLOAD and VMSAVE: the registers that VMRUN leaves to software.	[APM2 15.5.2] */
#include "chip/cpu/svm/internal.h"

static spa_t save_area_of(spa_t vmcb)
{
	return SPA(vmcb.v + offsetof(struct vmcb, save));
}

static void load(struct cpu *c, const struct vmcb_save *s)
{
	c->seg[SEG_FS] = svm_segment_load(c, &s->fs);
	c->seg[SEG_GS] = svm_segment_load(c, &s->gs);
	c->tr = svm_segment_load(c, &s->tr);
	c->ldtr = svm_segment_load(c, &s->ldtr);
	c->kernel_gs_base = s->kernel_gs_base;
	c->star = s->star;
	c->lstar = s->lstar;
	c->cstar = s->cstar;
	c->sfmask = s->sfmask;
	c->sysenter_cs = s->sysenter_cs;
	c->sysenter_esp = s->sysenter_esp;
	c->sysenter_eip = s->sysenter_eip;
}

static void save(const struct cpu *c, struct vmcb_save *s)
{
	s->fs = svm_segment_save(&c->seg[SEG_FS]);
	s->gs = svm_segment_save(&c->seg[SEG_GS]);
	s->tr = svm_segment_save(&c->tr);
	s->ldtr = svm_segment_save(&c->ldtr);
	s->kernel_gs_base = c->kernel_gs_base;
	s->star = c->star;
	s->lstar = c->lstar;
	s->cstar = c->cstar;
	s->sfmask = c->sfmask;
	s->sysenter_cs = c->sysenter_cs;
	s->sysenter_esp = c->sysenter_esp;
	s->sysenter_eip = c->sysenter_eip;
}

void svm_vmload(struct cpu *c, spa_t vmcb)
{
	struct vmcb_save image;

	(void)cache_read(c->cache, c->agent, REQ_HOST_CORE, VIEW_RAW, save_area_of(vmcb), &image,
			 sizeof(image));
	load(c, &image);
}

void svm_vmsave(struct cpu *c, spa_t vmcb)
{
	static const struct svm_run runs[] = {
		SVM_RUN(vmcb_save, fs, gs),
		SVM_RUN(vmcb_save, ldtr, ldtr),
		SVM_RUN(vmcb_save, tr, tr),
		SVM_RUN(vmcb_save, star, sysenter_eip),
	};
	struct vmcb_save image;

	save(c, &image);
	for (unsigned n = 0; n < ARRAY_SIZE(runs); n++)
		svm_put(c, VIEW_RAW, save_area_of(vmcb), &image, &runs[n]);
}
