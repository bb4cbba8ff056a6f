"""The components that programs in every language of Pulumi's can use: python __main__.py ENGINE."""

from importlib.metadata import version

from aks_cluster import Aks
from kafka_cluster import Kafka
from networks import Networks
from pulumi.provider.experimental import component_provider_host

if __name__ == "__main__":
    released = version("aks-kafka").partition(".dev")[0]
    component_provider_host([Networks, Kafka, Aks], "aks-kafka", version=released)
