"""Queries of Ambari's API: query strings, predicates, and how they select from resources."""
