"""The emulator: Azure on one machine, with the real Pulumi engine, real Kafka and real IP routing."""
