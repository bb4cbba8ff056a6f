"""The cluster's state as resources."""
