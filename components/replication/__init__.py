"""What Kafka says about its brokers and partitions, and which brokers may restart by that. Pure.

Private: it serves the restarts of IpAdvertising.
"""
