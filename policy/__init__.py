"""What must never be deployed: rules, a check of previews by them, and a policy pack for Pulumi."""
