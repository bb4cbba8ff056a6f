"""Imports into a stack whose state was lost the resources that it had created in Azure."""
