"""The program's objects on a real Kubernetes, beside the emulated one."""
