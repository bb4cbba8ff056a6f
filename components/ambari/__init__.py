"""Makes the brokers of an HDInsight Kafka cluster advertise IP addresses, through Ambari.

Private: other programs import what they may use of it from `aks_kafka`.
"""

from .addresses import BrokerAddresses, BrokerAddressesArgs
from .resource import IpAdvertising, IpAdvertisingArgs, ViewAccess

__all__ = ["BrokerAddresses", "BrokerAddressesArgs", "IpAdvertising", "IpAdvertisingArgs", "ViewAccess"]
