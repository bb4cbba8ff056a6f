"""Every kind of wrong configuration, and the message for each, in golden/.

After a change of a rule, or of what its message says, write the messages anew and read what changed:

    .venv/bin/python -m tests.unit.wrong_configurations; git diff tests/unit/golden
"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from components.data_loss import losses
from components.kafka import WORKERS
from components.made_with import KAFKA
from components.settings import Settings, WrongSettings
from tests.unit import wrong_surroundings
from tests.unit.configurations import ENTRA_GROUP, REQUIRED
from tests.unit.existing_site import in_shop
from tests.unit.ssh_keys import ANOTHER_KEY, KEY

GOLDEN = Path(__file__).parent / "golden"
PLAIN = "not encrypted"
"""A key beside the settings: secrets are stored in plain text."""
STANDS = "stands"
"""A key beside the settings: a Kafka cluster of so many workers stands that was made with REQUIRED."""

KINDS: Mapping[str, Sequence[Mapping[str, Any]]] = {
    "ranges-that-are-none": [
        {
            "hdinsightAddressSpace": "10.10.0.0/33",
            "aksAddressSpace": "ten",
            "serviceCidr": "10.30.0.1/16",
            "ambariSourceRanges": ["203.0.113.7/24"],
        }
    ],
    "ranges-outside-private-space": [
        {
            "hdinsightAddressSpace": "20.0.0.0/16",
            "hdinsightSubnet": "20.0.0.0/24",
            "serviceCidr": "8.8.0.0/16",
        }
    ],
    "ranges-that-overlap": [
        {"aksAddressSpace": "10.10.128.0/17", "aksSubnet": "10.10.128.0/22"},
        {"serviceCidr": "10.16.0.0/13"},
        {"hdinsightAddressSpace": "10.0.0.0/8", "serviceCidr": "192.168.0.0/16"},
        {"podCidr": "10.30.0.0/15"},
    ],
    "address-spaces-of-several-ranges": [
        {
            "hdinsightAddressSpace": ["10.10.0.0/16", "10.10.8.0/24", "20.0.0.0/16", "ten", "10.50.0.0/30"],
            "aksAddressSpace": ["10.10.0.0/20", "10.20.0.0/16", "172.30.0.0/16"],
            "serviceCidr": "10.50.0.0/16",
        },
        {
            "hdinsightAddressSpace": ["10.10.0.0/26", "10.11.0.0/16"],
            "hdinsightSubnet": "10.12.0.0/24",
            "aksAddressSpace": [],
        },
        {"aksAddressSpace": ["10.20.0.0/16", "10.50.0.0/16"], "serviceCidr": "10.50.0.0/16"},
        {"aks": in_shop("k8s"), "aksAddressSpace": ["10.20.0.0/16", "10.21.0.0/16"]},
    ],
    "ranges-that-aks-keeps": [
        {
            "aksAddressSpace": "172.16.0.0/12",
            "aksSubnet": "172.16.0.0/22",
            "serviceCidr": "172.31.0.0/20",
            "podCidr": "172.30.0.0/16",
        }
    ],
    "ranges-of-a-wrong-size": [{"hdinsightAddressSpace": "10.10.0.0/30", "hdinsightSubnet": "10.10.0.0/30"}]
    + [{"serviceCidr": size} for size in ("10.32.0.0/12", "10.30.0.0/29")],
    "subnets-outside-their-network": [{"hdinsightSubnet": "10.11.0.0/24", "aksSubnet": "10.20.0.0/15"}],
    "subnets-without-room": [
        {
            "hdinsightSubnet": "10.10.0.0/28",
            "kafkaWorkers": 10,
            "aksNodeCount": 40,
            "aksPodNetwork": "flat",
        },
        {"podCidr": "10.40.0.0/23", "aksSubnet": "10.20.0.0/29"},
        {"aksPodNetwork": "flat", "aksMaxNodeCount": 100},
        {"aksMaxNodeCount": 1000},
    ],
    "names": [
        {
            "resourceGroup": "ends.in.a.stop.",
            "kafkaClusterName": "Kafka-",
            "storageAccountName": "contoso-kafka",
            "registryName": "kafka",
            "aksClusterName": "-aks",
            "namespace": "Kafka_Test",
        },
        {"registryName": "acr1", "namespace": "kube-system"},
        {"namespace": {"name": "team-a"}},
        {"namespace": {"existing": "kube-public"}},
        {
            "kafkaClusterName": "login-kafka",
            "storageAccountName": "onedrive",
            "registryName": "notmicrosoft",
            "aksClusterName": "aäs",
            "namespace": "gatekeeper-system",
        },
    ],
    "entra": [
        {"aksEntra": {"disableLocalAccounts": True}},
        {"aksEntra": {"adminGroups": ["aks-admins", ENTRA_GROUP], "disableLocalAccounts": True}},
        {"aksEntra": {"adminGroups": [ENTRA_GROUP, ENTRA_GROUP], "azureRbac": "yes"}},
        {"aksEntra": {"groups": [ENTRA_GROUP]}},
        {"aks": in_shop("k8s"), "aksEntra": {"azureRbac": True}},
    ],
    "images": [
        {"appImage": "kafka-test-app"},
        {"appImage": "contoso/kafka-test-app:1.0"},
        {"appImage": "https://contoso.azurecr.io/kafka-test-app:1.0"},
        {"appImage": "contoso.azurecr.io/Kafka:1.0", "registryName": "", "aksNodeCount": 0},
        {"appImage": "contoso.azurecr.io/kafka-test-app"},
        {"appImage": "contoso.azurecr.io:443/kafka-test-app@sha256:0f0f"},
    ],
    "tags": [
        {"tags": {"cost<centre": "x" * 257}},
        {"tags": {f"tag{number}": "" for number in range(16)}},
        {"tags": {"Team": "a", "team": "b", "azure-team": "c"}},
    ],
    "users": [
        {"ambariUser": "the admin", "sshUser": "Admin"},
        {"ambariUser": "kafkauser", "sshUser": "kafkauser"},
        {"sshUser": "hdfs"},
        {"ambariUser": "a", "sshUser": "ssh-user"},
    ],
    "password": [
        {"ambariPassword": ""},
        {"ambariPassword": "letmein"},
        {"ambariPassword": "Has-AdMinistrator-1"},
        {"ambariPassword": "Correct-Horse-7", PLAIN: True},
        {"ambariPassword": "Because-Horse-7"},
    ],
    "ssh-key": [
        {"sshPublicKey": "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI somebody@somewhere"},
        {"sshPublicKey": KEY[:370]},
        {"sshPublicKey": KEY.split()[0] + " " + 2 * KEY.split()[1]},
        {"sshPublicKey": "ssh-rsa " + "A" * 372},
        {"sshPublicKey": KEY[:40] + "B" * (len(KEY.split()[1]) - 32)},
    ],
    "versions": [
        {"kubernetesVersion": "v1.34"},
        {"kubernetesVersion": "1.29"},
        {"kubernetesVersion": "1.034"},
        {"kubernetesVersion": "1.34.2", "aksUpgradeChannel": "patch"},
        {"kubernetesVersion": "1.34", "aksUpgradeChannel": "rapid"},
    ],
    "vm-sizes": [
        {"kafkaWorkerSize": "E4 v3", "kafkaZookeeperSize": "A4", "aksNodeSize": "Standard_B1s"},
        {
            "kafkaHeadSize": "Standard_A1_v2",
            "kafkaZookeeperSize": "Standard_B2s",
            "aksNodeSize": "Standard_D2pds_v5",
        },
        {"kafkaWorkerSize": "Standard_D4pds_v5"},
        {"kafkaDisksPerWorker": 9},
        {"kafkaWorkerSize": "Standard_D3_V2", "kafkaDisksPerWorker": 12},
    ],
    "counts": [
        {
            "kafkaWorkers": 2,
            "kafkaDisksPerWorker": 0,
            "aksNodeCount": 1001,
            "aksMaxPods": 9,
            "appPort": 65536,
            "appReplicas": 0,
            "restartSettleSeconds": -1,
            "restartBatch": 0,
            "storageRoleSeconds": 3601,
        },
        {"aksNodeCount": 3, "aksMaxNodeCount": 2},
        {"aksNodeCount": 1, "aksMaxPods": 10},
    ],
    "regions": [{"location": "West Europe"}, {"location": "nothreurope"}],
    "zones": [{"aksZones": ["1", "1"]}, {"aksZones": ["4"]}],
    "replication-factors": [
        {"topics": [{"name": "orders", "replicationFactor": 4}, {"name": "a", "replicationFactor": 0}]},
        {"topics": [{"name": "orders", "replicationFactor": 2, "config": {"min.insync.replicas": 3}}]},
        {"topics": [{"name": "orders", "config": {"min.insync.replicas": "all"}}]},
    ],
    "topics": [
        {"topics": []},
        {"topics": [{"name": "my orders", "partitions": 0}, {"name": ".."}, {"name": "__orders"}, {}, "a"]},
        {"topics": [{"name": "my.orders"}, {"name": "my_orders"}]},
        {"topics": [{"name": "orders", "config": {"retention": 60000}}]},
        {"topics": [{"name": "orders", "config": {"retention.ms": None}}]},
        {"topics": [{"name": "orders", "config": {"retention": {"ms": 60000}}}]},
        {"topics": [{"name": "orders", "config": {"max.message.bytes": 100_500}}]},
        {
            "topics": [
                {
                    "name": "orders",
                    "config": {
                        "retention.ms": "a week",
                        "segment.bytes": 1,
                        "cleanup.policy": "compct",
                        "min.cleanable.dirty.ratio": 2,
                    },
                }
            ]
        },
        {"topic": "other"},
    ],
    "source-ranges": [
        {"ambariSourceRanges": []},
        {"ambariSourceRanges": ["0.0.0.0/0"]},
        {"ambariSourceRanges": ["0.0.0.0/1", "128.0.0.0/1"], "aksApiSourceRanges": ["203.0.113.7/32"]},
        {"ambariSourceRanges": ["0.0.0.0", "10.0.0.0", "224.0.0.0/24", "127.0.0.1", "169.254.1.0/24"]},
        {"ambariSourceRanges": ["100.0.0.0/8"]},
        {"ambariSourceRanges": ["203.0.113.0/24", "198.51.100.7/32", "203.0.113.7/32"]},
        {"ambariSourceRanges": [f"20.0.{number}.0/25" for number in range(201)]},
        {"ambariSourceRanges": ["10.9.0.0/24"]},
        {"aksApiSourceRanges": ["10.9.0.0/24"]},
        {"aksApiSourceRanges": [f"20.0.{number}.0/24" for number in range(201)]},
    ],
    "visitors": [
        {"appSourceRanges": []},
        {"appExposure": "internal", "appSourceRanges": []},
        {"appExposure": "private"},
        {"appSourceRanges": ["203.0.113.7", "::/0"]},
        {"appSourceRanges": ["203.0.113.7/32", "203.0.113.7/32"]},
        {"appSourceRanges": [f"20.{number // 256}.{number % 256}.0/24" for number in range(4001)]},
        {"appHosts": ["http://messages.example.org", "Messages.example.org", "203.0.113.7", "a:80", ""]},
        {"appAccessToken": "secret!"},
        {"appAccessToken": "=" * 1001},
    ],
    "kafka-access": [
        {"kafkaProtocol": "TLS"},
        {"kafkaProtocol": "SASL_SSL", "kafkaCa": "no certificate", "kafkaSaslMechanism": "GSSAPI"},
        {"kafkaProtocol": "SASL_PLAINTEXT", "kafkaCa": "no certificate"},
        {"kafkaProtocol": "SSL", "kafkaCa": "Schlüssel"},
        {
            "kafkaProtocol": "SASL_SSL",
            "kafkaSaslMechanism": "PLAIN",
            "kafkaUser": "anna\n",
            "kafkaPassword": "a\nb",
        },
        {
            "kafkaProtocol": "SSL",
            "kafkaSaslMechanism": "PLAIN",
            "kafkaUser": "anna",
            "kafkaPassword": "s3cret",
        },
        {PLAIN: True, "kafkaPassword": "s3cret"},
    ],
    "limits-of-the-app": [{"appLimits": {"maxMessageBytes": 2_000_000, "history": 0, "maxBrowser": 3}}],
    "choices": [
        {
            "aksUpgradeChannel": "stabel",
            "aksNodeOsUpgradeChannel": "nodeimage",
            "aksPodNetwork": "kubenet",
            "aksNetworkPolicy": "calcio",
            "restart": "now",
        }
    ],
    "types": [
        {"protect": "maybe", "kafkaWorkers": "three", "aksNodeCount": "1.5", "tags": "team", "topics": "a"},
        {"protect": "yes", "peering": "off", "aksZones": "1", "aksSubnet": "true", "appLimits": "none"},
        {"topics": [{"name": "orders", "partitions": "three", "replicationFactor": None}]},
        {"topics": [{"name": "orders", "partitions": True}], "appLimits": {"history": False}},
    ],
    "unknown-settings": [
        {"kafkaWokers": 4, "subnet": "10.0.0.0/24", "topics": [{"name": "orders", "partitons": 3}]},
        {"aks": {"exsting": {"resourceGroup": "shop", "name": "k8s"}}},
        {"kafkaVersion": "3.5", "hdinsightversion": "5.0", "x": 1},
    ],
    "settings-that-are-missing": [dict.fromkeys(REQUIRED, "")],
    "existing-clusters": [
        {"aks": {"existing": {"resourceGroup": "shop.", "name": "", "subscription": "mine"}}},
        {"aks": {"existing": {"resourceGroup": "shop", "name": "k8s"}}, "aksNodeCount": 3},
        {"kafka": in_shop("brokers"), "kafkaClusterName": "", "kafkaWorkers": 4},
        {"kafka": in_shop("brokers"), "ambariUser": "anna:contoso"},
        {"group": {"existing": {"name": "theirs"}}, "resourceGroup": "mine"},
        {"aks": in_shop("k8s"), "aksNetwork": in_shop("nodes", subnet="aks-subnet"), "peering": False},
    ],
    "changes-that-cost-data": [
        {
            STANDS: 3,
            "location": "northeurope",
            "kafkaClusterName": "another-kafka",
            "kafkaWorkerSize": "Standard_E8_V3",
            "sshPublicKey": ANOTHER_KEY,
        },
        {STANDS: 4, "kafkaWorkers": 3, "protect": False},
    ],
    "all-together": [
        {
            PLAIN: True,
            "kafkaWokers": 4,
            "kafkaClusterName": "Contoso",
            "kafkaWorkers": 2,
            "storageAccountName": "",
            "ambariPassword": "letmein",
            "ambariSourceRanges": [],
            "sshPublicKey": "",
            "hdinsightSubnet": "10.11.0.0/24",
            "aksAddressSpace": "10.10.128.0/17",
            "serviceCidr": "10.30.0.1/16",
            "topics": [{"name": "a b", "partitions": 0}],
            "topic": "other",
            "restart": "now",
        }
    ],
}


EVERY_KIND = (*KINDS, *wrong_surroundings.FOUND)


def message(wrong: Mapping[str, Any]) -> str:
    """What the program says to a configuration that is right but for `wrong`."""
    try:
        settings = _settings(wrong)
        made_with = {**KAFKA.settings_in(_settings({})), WORKERS: wrong.get(STANDS)}
        if STANDS in wrong and (found := losses(made_with, settings)):
            raise WrongSettings(found, stack="dev")
    except WrongSettings as error:
        return str(error)
    raise AssertionError(f"nothing is wrong with {wrong}")


def _settings(changes: Mapping[str, Any]) -> Settings:
    values = {
        name: value if isinstance(value, str) else json.dumps(value)
        for name, value in {**REQUIRED, **changes}.items()
        if name not in (PLAIN, STANDS)
    }
    secrets = set() if PLAIN in changes else {"ambariPassword", "appAccessToken", "kafkaPassword"}
    return Settings.parse(values, secrets, stack="dev")


def messages(kind: str) -> str:
    """All messages of a kind."""
    if kind in wrong_surroundings.FOUND:
        return wrong_surroundings.messages(kind)
    return "\n\n".join(map(message, KINDS[kind])) + "\n"


def main() -> None:
    for kind in EVERY_KIND:
        (GOLDEN / f"{kind}.txt").write_text(messages(kind))


if __name__ == "__main__":
    main()
