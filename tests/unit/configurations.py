"""Every kind of configuration that the program takes.

An aspect is what some settings can be together, whatever the others are. The first choice of each is that of
the defaults; the others go to the limits of their rules.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from hypothesis import strategies as st

from tests.unit.existing_site import in_shop
from tests.unit.ssh_keys import KEY

Choice = Mapping[str, Any]

ENTRA_GROUP = "00000000-1111-2222-3333-444444444444"
REQUIRED: Choice = {
    "kafkaClusterName": "contoso-kafka",
    "storageAccountName": "contosokafka",
    "registryName": "contosokafka",
    "ambariPassword": "Correct-Horse-7",
    "ambariSourceRanges": ["203.0.113.7/32"],
    "appSourceRanges": ["203.0.113.7/32"],
    "sshPublicKey": KEY,
}
ASPECTS: tuple[tuple[Choice, ...], ...] = (
    (
        {},
        {"resourceGroup": "(a_group).of-mine"},
        {"resourceGroup": "x" * 90},
    ),
    ({}, {"location": "northeurope"}),
    ({}, {"tags": {"environment": "test"}}, {"tags": {f"t{'x' * 126}{n}": "v" * 256 for n in range(10)}}),
    ({}, {"protect": False}),
    (
        {},
        {"kafkaClusterName": "a1b", "storageAccountName": "abc", "registryName": "abcde"},
        {"kafkaClusterName": "k" * 45, "storageAccountName": "s" * 24, "registryName": "r" * 50},
        {"appImage": f"registry.example.org:5000/teams/kafka-test-app@sha256:{'0f' * 32}"},
        {"appImage": "ghcr.io/contoso/kafka-test-app:1.0", "registryName": ""},
    ),
    ({}, {"kafkaWorkers": 4, "kafkaDisksPerWorker": 8}, {"kafkaWorkers": 200, "kafkaDisksPerWorker": 1}),
    (
        {},
        {
            "kafkaWorkerSize": "Standard_D13_V2",
            "kafkaHeadSize": "Standard_D12_V2",
            "kafkaZookeeperSize": "Standard_A2_v2",
        },
    ),
    ({}, {"kafkaEncryptionInTransit": True}),
    ({}, {"ambariUser": "Operator1", "sshUser": "ssh_user_1"}),
    (
        {},
        {"ambariSourceRanges": ["203.0.113.0/24", "198.51.100.7/32", "10.200.0.0/16"]},
        {"ambariSourceRanges": ["10.200.0.0/16"], "aksApiSourceRanges": ["0.0.0.0/0"]},
        {"aksApiSourceRanges": [f"203.0.{third}.0/24" for third in range(200)]},
    ),
    ({}, {"aksClusterName": "a"}, {"aksClusterName": "A_b-" + "c" * 59}),
    (
        {},
        {"kubernetesVersion": "1.34"},
        {"kubernetesVersion": "1.34.2", "aksUpgradeChannel": "none"},
        {"aksUpgradeChannel": "stable"},
        {"aksUpgradeChannel": "rapid"},
    ),
    (
        {},
        {"aksNodeOsUpgradeChannel": "None"},
        {"aksNodeOsUpgradeChannel": "Unmanaged"},
        {"aksNodeOsUpgradeChannel": "SecurityPatch"},
    ),
    (
        {},
        {"aksEntra": {"azureRbac": True}},
        {"aksEntra": {"adminGroups": [ENTRA_GROUP], "disableLocalAccounts": True}},
    ),
    (
        {},
        {"aksNodeCount": 1, "aksMaxPods": 30, "aksNodeSize": "Standard_B2s"},
        {"aksNodeCount": 3, "aksMaxPods": 10},
        {"aksNodeCount": 3, "aksMaxNodeCount": 200, "aksMaxPods": 250},
    ),
    ({}, {"aksZones": ["1"]}, {"aksZones": ["1", "2", "3"]}),
    ({}, {"aksNetworkPolicy": "none"}, {"aksNetworkPolicy": "azure"}, {"aksNetworkPolicy": "calico"}),
    (
        {
            "hdinsightSubnet": "10.10.0.0/20",
            "aksAddressSpace": "10.128.0.0/12",
            "aksSubnet": "10.128.0.0/12",
        },
        {
            "hdinsightAddressSpace": ["10.50.0.0/16", "192.168.0.0/20"],
            "hdinsightSubnet": "192.168.8.0/22",
            "aksAddressSpace": ["100.64.0.0/11", "10.51.0.0/16", "10.52.0.0/29"],
            "aksSubnet": "100.64.0.0/16",
            "serviceCidr": "172.16.0.0/28",
        },
        {
            "aksPodNetwork": "overlay",
            "aksSubnet": "10.20.0.0/23",
            "podCidr": "10.64.0.0/12",
            "serviceCidr": "10.32.0.0/13",
        },
    ),
    ({}, {"namespace": "n" * 63, "appPort": 8080, "appReplicas": 5}),
    ({}, {"appNetworkPolicy": "never"}, {"appNetworkPolicy": "always"}),
    ({}, {"appSourceRanges": ["0.0.0.0/0"]}, {"appHosts": ["messages.example.org"]}),
    ({}, {"appExposure": "internal"}, {"appExposure": "none"}),
    ({}, {"appAccessToken": "0123456789abcdef"}, {"appLimits": {"maxBrowsers": 1000}}),
    (
        {},
        {"kafkaProtocol": "SSL"},
        {
            "kafkaProtocol": "SASL_SSL",
            "kafkaSaslMechanism": "SCRAM-SHA-512",
            "kafkaUser": "anna",
            "kafkaPassword": "s3cret",
        },
    ),
    (
        {},
        {
            "topics": [{"name": "orders", "partitions": 12, "config": {"retention.ms": "60000"}}],
            "topic": "orders",
        },
    ),
    (
        {},
        {
            "restart": "all-at-once",
            "restartSettleSeconds": 0,
            "restartBatch": 5,
            "storageRoleSeconds": 0,
            "keepIpAdvertising": True,
        },
        {"restartUnit": "rack", "restartStrict": True},
    ),
)

ALL_EXISTS: Choice = {
    "group": {"existing": {"name": "theirs"}},
    "kafka": in_shop("brokers"),
    "aks": in_shop("k8s"),
    "registry": in_shop("images"),
    **{name: REQUIRED[name] for name in ("ambariPassword", "appSourceRanges")},
}
BESIDE_THEIR_NETWORK: dict[str, Any] = {
    **{name: value for name, value in REQUIRED.items() if name != "ambariSourceRanges"},
    "aksApiSourceRanges": ["203.0.113.7/32"],
}
"""What is required where HDInsight's network exists, with a security group of its own."""
ADOPTING: tuple[Choice, ...] = (
    ALL_EXISTS,
    ALL_EXISTS | {"peering": False, "keepIpAdvertising": True},
    ALL_EXISTS | {"appImage": "images.azurecr.io/kafka-test-app:1.0"},
    BESIDE_THEIR_NETWORK
    | {
        "hdinsightNetwork": in_shop("brokers", subnet="kafka"),
        "aksNetwork": in_shop("nodes", subnet="aks-subnet"),
    },
)
"""Whole configurations with what exists in `existing_site.Site`."""


def settings_varied() -> set[str]:
    """The settings of which there is more than one value."""
    varied = {name for aspect in ASPECTS for choice in aspect for name in choice}
    return varied | {name for choice in ADOPTING for name in choice if name not in REQUIRED}


def encoded(configuration: Choice) -> dict[str, str]:
    """As the engine hands a configuration over."""
    return {
        f"aks-kafka:{name}": value if isinstance(value, str) else json.dumps(value)
        for name, value in configuration.items()
    }


def each_choice_once() -> Iterator[dict[str, Any]]:
    """As few configurations as hold every choice of every aspect."""
    for row in range(max(map(len, ASPECTS))):
        yield _together(aspect[row % len(aspect)] for aspect in ASPECTS)
    yield from map(dict, ADOPTING)


def any_choices() -> st.SearchStrategy[dict[str, Any]]:
    """Configurations with any choices together."""
    return st.tuples(*(st.sampled_from(aspect) for aspect in ASPECTS)).map(_together)


def _together(choices: Any) -> dict[str, Any]:
    together = dict(REQUIRED)
    for choice in choices:
        together |= choice
    return together
