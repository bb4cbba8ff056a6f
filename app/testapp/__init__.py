"""A small page over Kafka: what is sent goes to a topic; what the topic carries shows on the page, once."""
