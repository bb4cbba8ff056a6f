"""The stand-in for pulumi-kubernetes: what it refuses, compares, applies and waits for."""
