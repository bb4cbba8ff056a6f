"""Compares what the program does in a real Kubernetes with what it does in the emulated one."""
