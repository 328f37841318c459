// SPDX-License-Identifier: GPL-2.0
/*
 * Virtual board: the interrupt controller. Its lines are level-triggered, as
 * the projector's are: an interrupt that is not acknowledged comes again.
 */

#include <linux/device.h>
#include <linux/err.h>
#include <linux/irq.h>
#include <linux/irq_work.h>
#include <linux/irqdomain.h>
#include <linux/slab.h>
#include <linux/spinlock.h>

#include "board.h"

/**
 * struct virtual_irqs - the controller
 * @domain: numbers of its lines
 * @work: raises the interrupts, in hard interrupt context as a controller does
 * @lock: protects the rest
 * @level: lines that are asserted, a bit each
 * @enabled: lines that are not masked, a bit each
 */
struct virtual_irqs {
	struct irq_domain *domain;
	struct irq_work work;
	raw_spinlock_t lock;
	unsigned long level;
	unsigned long enabled;
};

static void virtual_irqs_raise(struct irq_work *work)
{
	struct virtual_irqs *irqs = container_of(work, struct virtual_irqs, work);
	unsigned long pending;
	unsigned int line;

	raw_spin_lock(&irqs->lock);
	pending = irqs->level & irqs->enabled;
	raw_spin_unlock(&irqs->lock);
	for_each_set_bit(line, &pending, VIRTUAL_BOARD_IRQS)
		generic_handle_domain_irq(irqs->domain, line);
}

static void virtual_irqs_enable(struct irq_data *data, bool enable)
{
	struct virtual_irqs *irqs = irq_data_get_irq_chip_data(data);
	unsigned long flags;
	bool pending;

	raw_spin_lock_irqsave(&irqs->lock, flags);
	__assign_bit(data->hwirq, &irqs->enabled, enable);
	pending = irqs->level & irqs->enabled;
	raw_spin_unlock_irqrestore(&irqs->lock, flags);
	if (pending)
		irq_work_queue(&irqs->work);
}

static void virtual_irqs_mask(struct irq_data *data)
{
	virtual_irqs_enable(data, false);
}

static void virtual_irqs_unmask(struct irq_data *data)
{
	virtual_irqs_enable(data, true);
}

static struct irq_chip virtual_irqs_chip = {
	.name = "virtual-board",
	.irq_mask = virtual_irqs_mask,
	.irq_unmask = virtual_irqs_unmask,
};

/**
 * virtual_irqs_set() - assert or release a line
 * @irqs: the controller
 * @line: which
 * @level: asserted
 *
 * Any context; a handler that runs because of it runs later.
 */
void virtual_irqs_set(struct virtual_irqs *irqs, unsigned int line, bool level)
{
	unsigned long flags;
	bool pending;

	raw_spin_lock_irqsave(&irqs->lock, flags);
	__assign_bit(line, &irqs->level, level);
	pending = irqs->level & irqs->enabled;
	raw_spin_unlock_irqrestore(&irqs->lock, flags);
	if (pending)
		irq_work_queue(&irqs->work);
}

/**
 * virtual_irqs_map() - the number by which a handler is requested
 * @irqs: the controller
 * @line: which
 *
 * Return: the interrupt's number, 0 when there is none to be had.
 */
unsigned int virtual_irqs_map(struct virtual_irqs *irqs, unsigned int line)
{
	return irq_create_mapping(irqs->domain, line);
}

static int virtual_irqs_domain_map(struct irq_domain *domain, unsigned int virq,
				   irq_hw_number_t line)
{
	irq_set_chip_data(virq, domain->host_data);
	irq_set_chip_and_handler(virq, &virtual_irqs_chip, handle_level_irq);
	return 0;
}

static const struct irq_domain_ops virtual_irqs_domain_ops = {
	.map = virtual_irqs_domain_map,
	.xlate = irq_domain_xlate_onecell,
};

static void virtual_irqs_remove(void *data)
{
	struct virtual_irqs *irqs = data;
	unsigned int line;

	irq_work_sync(&irqs->work);
	for (line = 0; line < VIRTUAL_BOARD_IRQS; line++)
		irq_dispose_mapping(irq_find_mapping(irqs->domain, line));
	irq_domain_remove(irqs->domain);
}

/**
 * virtual_irqs_create() - make the controller
 * @dev: the board, which owns it
 *
 * Return: the controller or an ERR_PTR.
 */
struct virtual_irqs *virtual_irqs_create(struct device *dev)
{
	struct virtual_irqs *irqs;
	int ret;

	irqs = devm_kzalloc(dev, sizeof(*irqs), GFP_KERNEL);
	if (!irqs)
		return ERR_PTR(-ENOMEM);
	raw_spin_lock_init(&irqs->lock);
	/* Also where other work of this kind would wait for a thread. */
	irqs->work = IRQ_WORK_INIT_HARD(virtual_irqs_raise);
	irqs->domain = irq_domain_create_linear(dev_fwnode(dev), VIRTUAL_BOARD_IRQS,
						&virtual_irqs_domain_ops, irqs);
	if (!irqs->domain)
		return ERR_PTR(-ENOMEM);
	ret = devm_add_action_or_reset(dev, virtual_irqs_remove, irqs);
	return ret ? ERR_PTR(ret) : irqs;
}
