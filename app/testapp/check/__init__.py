"""`python -m testapp check`: which link between this process and Kafka is broken, why, and what to do."""
