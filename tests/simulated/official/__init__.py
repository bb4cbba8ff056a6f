"""What Azure takes, as its official SDKs for Python describe it: the packages azure-mgmt-*.

They are generated from Azure's API descriptions, and checked here as JSON Schema.
"""
