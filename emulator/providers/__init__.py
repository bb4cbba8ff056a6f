"""The Pulumi resource-provider protocol, served over plain Python dictionaries."""
