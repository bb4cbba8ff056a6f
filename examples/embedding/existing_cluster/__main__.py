"""Somebody else's program: one resource out of aks_kafka, for a Kafka cluster of another team."""

import pulumi
from aks_kafka import IpAdvertising, IpAdvertisingArgs

config = pulumi.Config()
advertising = IpAdvertising(
    "advertise-addresses",
    IpAdvertisingArgs(
        ambari_url=config.require("ambariUrl"),
        cluster_name=config.require("clusterName"),
        user="admin",
        # The password itself stays in the configuration, a secret: pulumi config set --secret ambariPassword
        password_config_key=config.full_key("ambariPassword"),
        settle_seconds=config.require_int("settleSeconds"),
    ),
)
pulumi.export("bootstrapServers", advertising.bootstrap_servers)
pulumi.export("bootstrapServersTls", advertising.bootstrap_servers_tls)
