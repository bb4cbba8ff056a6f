"""A cluster as Ambari keeps it."""
