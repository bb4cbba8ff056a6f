"""Microsoft.ContainerService: managed clusters (AKS)."""
