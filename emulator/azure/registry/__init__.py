"""Microsoft.ContainerRegistry: registries, their operations, and who may pull."""
