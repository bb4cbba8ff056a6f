"""The cluster's state as resources of the API."""
