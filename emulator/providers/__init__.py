"""The Pulumi resource-provider protocol, for providers that work with plain Python dictionaries."""
