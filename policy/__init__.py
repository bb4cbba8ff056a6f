"""Policies: rules for resources, a check of previews by them, and a policy pack for Pulumi."""
