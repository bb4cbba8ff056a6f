"""Makes the brokers of an HDInsight Kafka cluster advertise IP addresses, through Ambari."""

from .resource import IpAdvertising, IpAdvertisingArgs

__all__ = ["IpAdvertising", "IpAdvertisingArgs"]
