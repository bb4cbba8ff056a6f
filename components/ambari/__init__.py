"""Makes the brokers of an HDInsight Kafka cluster advertise IP addresses, through Ambari."""

from .addresses import BrokerAddresses, BrokerAddressesArgs
from .resource import IpAdvertising, IpAdvertisingArgs

__all__ = ["BrokerAddresses", "BrokerAddressesArgs", "IpAdvertising", "IpAdvertisingArgs"]
