// SPDX-License-Identifier: GPL-2.0-only
/*
 * The simulated port as parport sees it: registers, and what the port has hardware for.
 *
 * parport does not wait for its users when a port is removed: it takes the operations
 * away and goes on. What is in one of ours is waited for here. The operations have no
 * owner, since parport would never let go of the module if a port is removed in use; that
 * they are waited for, and that configfs holds the module, is enough.
 */
#include <linux/hrtimer.h>
#include <linux/kernel.h>
#include <linux/mutex.h>
#include <linux/parport.h>
#include <linux/platform_device.h>
#include <linux/rcupdate.h>

#include "parport_sim.h"

/* Any positive number will do: nobody asks for it. */
#define PSIM_IRQ		1
/* Bits of parport_state.u.pc.ctr. */
#define PSIM_CTR_IRQ		0x10
#define PSIM_CTR_REVERSE	0x20
#define PSIM_CTR_IDLE		(PARPORT_CONTROL_SELECT | PARPORT_CONTROL_INIT)

static struct psim *psim_of_port(struct parport *port)
{
	return port->physport->private_data;
}

static void psim_write_data(struct parport *port, unsigned char data)
{
	struct psim *sim = psim_of_port(port);
	unsigned long flags = psim_enter(sim);

	sim->counters[PSIM_N_WRITES]++;
	psim_host(sim, sim->host, data, sim->host_drives, true);
	psim_leave(sim, flags);
}

static unsigned char psim_read_data(struct parport *port)
{
	struct psim *sim = psim_of_port(port);
	unsigned long flags = psim_enter(sim);
	u8 data = psim_data(sim);

	psim_leave(sim, flags);
	return data;
}

static unsigned char psim_frob_control(struct parport *port, unsigned char mask,
				       unsigned char val)
{
	struct psim *sim = psim_of_port(port);
	unsigned long flags = psim_enter(sim);
	u8 control = sim->host ^ PSIM_CONTROL_INVERTED;

	/* As parport_pc does it: bits of @val outside @mask are inverted. */
	control = ((control & ~mask) ^ val) & PSIM_CONTROL_LINES;
	sim->counters[PSIM_N_WRITES]++;
	psim_host(sim, control ^ PSIM_CONTROL_INVERTED, sim->host_data, sim->host_drives,
		  false);
	psim_leave(sim, flags);
	return control;
}

static void psim_write_control(struct parport *port, unsigned char control)
{
	psim_frob_control(port, PSIM_CONTROL_LINES, control & PSIM_CONTROL_LINES);
}

static unsigned char psim_read_control(struct parport *port)
{
	struct psim *sim = psim_of_port(port);
	unsigned long flags = psim_enter(sim);
	u8 control = sim->host ^ PSIM_CONTROL_INVERTED;

	psim_leave(sim, flags);
	return control;
}

static unsigned char psim_read_status(struct parport *port)
{
	struct psim *sim = psim_of_port(port);
	unsigned long flags = psim_enter(sim);
	u8 lines = sim->lines;

	sim->counters[PSIM_N_STATUS_READS]++;
	if (sim->mode == PSIM_COMPATIBILITY && !(lines & PSIM_BUSY) && lines & PSIM_NFAULT)
		sim->compat.ready_seen = true;
	if (lines & PSIM_BUSY)
		sim->ack_seen = true;
	psim_leave(sim, flags);
	return lines ^ PSIM_STATUS_INVERTED;
}

static void psim_set_irq(struct psim *sim, bool enabled)
{
	unsigned long flags = psim_enter(sim);

	sim->irq_enabled = enabled;
	psim_leave(sim, flags);
}

static void psim_enable_irq(struct parport *port)
{
	psim_set_irq(psim_of_port(port), true);
}

static void psim_disable_irq(struct parport *port)
{
	psim_set_irq(psim_of_port(port), false);
}

static void psim_drive(struct parport *port, bool drives)
{
	struct psim *sim = psim_of_port(port);
	unsigned long flags;

	if (!drives && !(port->physport->modes & PARPORT_MODE_TRISTATE))
		return;
	flags = psim_enter(sim);
	psim_host(sim, sim->host, sim->host_data, drives, false);
	psim_leave(sim, flags);
}

static void psim_data_forward(struct parport *port)
{
	psim_drive(port, true);
}

static void psim_data_reverse(struct parport *port)
{
	psim_drive(port, false);
}

static void psim_init_state(struct pardevice *dev, struct parport_state *state)
{
	state->u.pc.ctr = PSIM_CTR_IDLE;
	if (dev->irq_func && dev->port->irq != PARPORT_IRQ_NONE)
		state->u.pc.ctr |= PSIM_CTR_IRQ;
	state->u.pc.ecr = 0;
}

static void psim_save_state(struct parport *port, struct parport_state *state)
{
	struct psim *sim = psim_of_port(port);
	unsigned long flags = psim_enter(sim);

	state->u.pc.ctr = (sim->host ^ PSIM_CONTROL_INVERTED) |
			  (sim->irq_enabled ? PSIM_CTR_IRQ : 0) |
			  (sim->host_drives ? 0 : PSIM_CTR_REVERSE);
	psim_leave(sim, flags);
}

static void psim_restore_state(struct parport *port, struct parport_state *state)
{
	struct psim *sim = psim_of_port(port);
	unsigned int ctr = state->u.pc.ctr;
	unsigned long flags = psim_enter(sim);

	sim->irq_enabled = ctr & PSIM_CTR_IRQ;
	psim_host(sim, (ctr & PSIM_CONTROL_LINES) ^ PSIM_CONTROL_INVERTED, sim->host_data,
		  !(ctr & PSIM_CTR_REVERSE), false);
	psim_leave(sim, flags);
}

static const struct parport_operations psim_ops = {
	.write_data = psim_write_data,
	.read_data = psim_read_data,
	.write_control = psim_write_control,
	.read_control = psim_read_control,
	.frob_control = psim_frob_control,
	.read_status = psim_read_status,
	.enable_irq = psim_enable_irq,
	.disable_irq = psim_disable_irq,
	.data_forward = psim_data_forward,
	.data_reverse = psim_data_reverse,
	.init_state = psim_init_state,
	.save_state = psim_save_state,
	.restore_state = psim_restore_state,
	.epp_write_data = parport_ieee1284_epp_write_data,
	.epp_read_data = parport_ieee1284_epp_read_data,
	.epp_write_addr = parport_ieee1284_epp_write_addr,
	.epp_read_addr = parport_ieee1284_epp_read_addr,
	.ecp_write_data = parport_ieee1284_ecp_write_data,
	.ecp_read_data = parport_ieee1284_ecp_read_data,
	.ecp_write_addr = parport_ieee1284_ecp_write_addr,
	.compat_write_data = parport_ieee1284_write_compat,
	.nibble_read_data = parport_ieee1284_read_nibble,
	.byte_read_data = parport_ieee1284_read_byte,
};

/* Operations and modes as the hardware has them. */
static unsigned int psim_equip(struct psim *sim)
{
	unsigned int modes = PARPORT_MODE_PCSPP;

	sim->ops = psim_ops;
	if (sim->hardware & PSIM_HW_TRISTATE)
		modes |= PARPORT_MODE_TRISTATE;
	if (sim->hardware & PSIM_HW_EPP) {
		modes |= PARPORT_MODE_EPP;
		sim->ops.epp_write_data = psim_hw_epp_write;
		sim->ops.epp_read_data = psim_hw_epp_read;
	}
	if (sim->hardware & PSIM_HW_ECP) {
		modes |= PARPORT_MODE_ECP;
		sim->ops.ecp_write_data = psim_hw_ecp_write;
	}
	if (sim->hardware & PSIM_HW_COMPAT) {
		modes |= PARPORT_MODE_COMPAT;
		sim->ops.compat_write_data = psim_hw_compat_write;
	}
	return modes;
}

/* A cable is plugged in. A mode that the printer was in was left when it was pulled. */
static void psim_connect(struct psim *sim, struct parport *port)
{
	unsigned long flags = psim_enter(sim);

	sim->removing = false;
	sim->irq_port = sim->irq ? port : NULL;
	sim->irq_enabled = false;
	sim->irq_pending = false;
	psim_leave(sim, flags);
}

static void psim_disconnect(struct psim *sim)
{
	unsigned long flags = psim_enter(sim);

	sim->irq_port = NULL;
	sim->irq_enabled = false;
	sim->host = PSIM_CTR_IDLE ^ PSIM_CONTROL_INVERTED;
	sim->host_data = 0;
	sim->host_drives = true;
	if (sim->mode != PSIM_COMPATIBILITY && !(sim->condition & PSIM_OFF))
		psim_compat_enter(sim, PSIM_EVENT_LINES);
	psim_leave(sim, flags);
}

/* One at a time: parport numbers the devices of all ports without a lock as it probes them. */
static DEFINE_MUTEX(psim_parport_mutex);

/**
 * psim_port_add - register and announce the port
 * @sim: the port, not live
 *
 * Context: process, sleeps. Under ->mutex.
 * Return: 0, -ENOMEM, or what registering a platform device returned.
 */
int psim_port_add(struct psim *sim)
{
	char name[sizeof("parport_sim.") + PSIM_NAME_MAX];
	struct platform_device *pdev;
	struct parport *port;
	unsigned int modes = psim_equip(sim);

	scnprintf(name, sizeof(name), "parport_sim.%s", config_item_name(&sim->item));
	pdev = platform_device_register_simple(name, PLATFORM_DEVID_NONE, NULL, 0);
	if (IS_ERR(pdev))
		return PTR_ERR(pdev);
	port = parport_register_port(0, sim->irq ? PSIM_IRQ : PARPORT_IRQ_NONE,
				     PARPORT_DMA_NONE, &sim->ops);
	if (!port) {
		platform_device_unregister(pdev);
		return -ENOMEM;
	}
	port->modes = modes;
	port->dev = &pdev->dev;
	port->private_data = sim;
	sim->pdev = pdev;
	sim->port = port;
	psim_connect(sim, port);
	mutex_lock(&psim_parport_mutex);
	parport_announce_port(port);
	mutex_unlock(&psim_parport_mutex);
	return 0;
}

/**
 * psim_port_remove - remove the port, whoever uses it
 * @sim: the port, live
 *
 * Context: process, sleeps. Under ->mutex.
 */
void psim_port_remove(struct psim *sim)
{
	struct parport *port = sim->port;
	unsigned long flags = psim_enter(sim);

	sim->removing = true;
	wake_up_all(&sim->wait);
	psim_leave(sim, flags);

	mutex_lock(&psim_parport_mutex);
	parport_remove_port(port);
	mutex_unlock(&psim_parport_mutex);
	/* Who has got hold of an operation before is in it now. */
	synchronize_rcu();
	wait_event(sim->wait, !atomic_read(&sim->engines));

	psim_disconnect(sim);
	hrtimer_cancel(&sim->timer);
	hrtimer_cancel(&sim->retry);
	irq_work_sync(&sim->irq_work);
	sim->port = NULL;
	psim_retire_port(port);
	platform_device_unregister(sim->pdev);
	sim->pdev = NULL;
}
