// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Keeps virtio devices out of system sleep. The guest's root is 9p over virtio, whose
 * driver cannot suspend: without this module nothing can be read after a resume.
 */
#include <linux/module.h>
#include <linux/pci.h>

static int __init keep_awake_init(void)
{
	struct pci_dev *pdev = NULL;

	while ((pdev = pci_get_device(PCI_VENDOR_ID_REDHAT_QUMRANET, PCI_ANY_ID, pdev)))
		dev_pm_syscore_device(&pdev->dev, true);
	return 0;
}
module_init(keep_awake_init);

static void __exit keep_awake_exit(void)
{
}
module_exit(keep_awake_exit);

MODULE_DESCRIPTION("Keep virtio devices out of system sleep");
MODULE_LICENSE("GPL");
