"""Azure Resource Manager: ids, records, and the rules that hold for resources of every type."""
