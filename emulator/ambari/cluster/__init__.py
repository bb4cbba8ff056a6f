"""The state of a cluster as Ambari's server keeps it, and the execution of its requests."""
