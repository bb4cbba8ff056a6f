"""The rolling restart: which brokers need it, which is next, and may it go on by Ambari and by Kafka?"""
