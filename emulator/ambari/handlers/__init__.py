"""The handlers of Ambari's API: what each HTTP method does on each route."""
