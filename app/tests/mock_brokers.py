"""Mock brokers (librdkafka), as long as there is input: `python mock_brokers.py TOPIC` prints where."""

import sys

from confluent_kafka import Producer

owner = Producer({"test.mock.num.brokers": 3, "log_level": 2})
metadata = owner.list_topics(sys.argv[1], timeout=10)
print(",".join(f"{broker.host}:{broker.port}" for broker in metadata.brokers.values()), flush=True)
sys.stdin.read()
