"""A stand-in for Azure on one machine: the real Pulumi engine, real Kafka, real routes, no cloud."""
