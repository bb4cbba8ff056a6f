"""Azure Resource Manager: resource ids, records, and the rules that hold for resources of every type."""
