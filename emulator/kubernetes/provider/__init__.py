"""The emulated pulumi-kubernetes: its checks, differences, field managers, readiness and waits."""
