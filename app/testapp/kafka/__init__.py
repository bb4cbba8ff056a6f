"""The clients of Kafka."""
