"""What Azure offers and what it reserves: regions, sizes of VMs, versions of Kubernetes, names."""
