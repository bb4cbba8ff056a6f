"""Kafka's configuration in Ambari: what it should be, whether brokers can work with it, how it is saved."""
