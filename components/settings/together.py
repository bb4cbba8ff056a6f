"""Rules that compare settings with each other, and rules for settings that are lists or objects.

A rule compares a setting with those declared above it only: pydantic validates in that order.
"""

import json
from datetime import date
from ipaddress import IPv4Network

from pydantic import SecretStr, ValidationInfo, ValidatorFunctionWrapHandler, field_validator
from pydantic.alias_generators import to_camel

from . import kept
from .azure import hdinsight_sizes, versions
from .objects import topics
from .objects.existing import existing_among, is_default
from .objects.topics import Topic
from .validation import leniency
from .validation.about import about
from .validation.checked import Checked
from .validation.leniency import Made
from .validation.mistakes import broken, check_all
from .values import address_space, addresses, kafka_access, names, passwords, visitors
from .values.address_space import AddressSpace

AKS_AUTOSCALER = "https://learn.microsoft.com/azure/aks/cluster-autoscaler"
AKS_POLICIES = "https://learn.microsoft.com/azure/aks/use-network-policies"
AKS_MAX_PODS = "https://learn.microsoft.com/azure/aks/azure-cni-overview"
AKS_ZONES = "https://learn.microsoft.com/azure/aks/availability-zones"
FEWEST_PODS = 30
"""Room for pods that AKS wants in a cluster as a whole."""
RULES_OF_SPACES = {
    "hdinsight_address_space": (addresses.private, addresses.size_for_network),
    "aks_address_space": (addresses.private, addresses.size_for_network, addresses.free_for_aks),
}
"""What each of their ranges has to keep to by itself."""
RULES_OF_RANGES = {
    "service_cidr": (addresses.private, addresses.size_for_services, addresses.free_for_aks),
    "pod_cidr": (addresses.private, addresses.free_for_aks),
}
"""What each of them has to keep to by itself."""
WHY_APART = {
    "aks_address_space": "Azure peers no two networks that have addresses in common",
    "service_cidr": "a pod's packets to such an address would go to a Service, never to a node or a broker",
    "pod_cidr": "a pod's packets to such an address would go to a pod, never to a node or a broker",
}


class SettingsTogether(Checked):
    """The rules of `Settings`, which declares the settings themselves."""

    @field_validator(
        "kafka_cluster_name",
        "storage_account_name",
        "registry_name",
        "ssh_public_key",
        check_fields=False,
        mode="before",
    )
    @classmethod
    def _is_set(cls, value: object, info: ValidationInfo) -> object:
        if value == "":
            field = cls.model_fields[str(info.field_name)]
            example = (field.examples or [""])[0]
            raise broken("must be set", right=f"pulumi config set {field.alias} {example}")
        return value

    @field_validator("peering", check_fields=False)
    @classmethod
    def _something_connects(cls, value: bool, info: ValidationInfo) -> bool:
        subnets = {"hdinsightNetwork": "hdinsight_subnet", "aksNetwork": "aks_subnet"}
        new = [network for network, subnet in subnets.items() if not cls._existing_instead_of(subnet, info)]
        if not value and new:
            rule = f"must be true, unless both networks exist; {' and '.join(new)} would be new"
            raise broken(rule, right="true")
        return value

    @field_validator("kafka_disks_per_worker", check_fields=False)
    @classmethod
    def _worker_takes_disks(cls, value: int, info: ValidationInfo) -> int:
        return hdinsight_sizes.room_for_disks(value, info.data.get("kafka_worker_size", ""))

    @field_validator("tags", check_fields=False)
    @classmethod
    def _azure_takes_tags(cls, value: dict[str, str]) -> dict[str, str]:
        return names.tags(value)

    @field_validator("ambari_password", check_fields=False)
    @classmethod
    def _hdinsight_takes_password(cls, value: SecretStr, info: ValidationInfo) -> SecretStr:
        password = value.get_secret_value()
        if not password:
            raise broken("must be set, as a secret", right=passwords.SET_PASSWORD)
        if not cls._existing_instead_of("kafka_cluster_name", info):
            check_all(
                password,
                lambda it: passwords.gateway_password(it, info.data.get("ambari_user", "")),
                lambda it: passwords.apart_from_ssh_user(it, info.data.get("ssh_user", "")),
            )
        return value

    @field_validator("ambari_user", check_fields=False)
    @classmethod
    def _hdinsight_takes_user(cls, value: str, info: ValidationInfo) -> str:
        if cls._existing_instead_of("kafka_cluster_name", info):
            return names.existing_user(value)
        return names.gateway_user(value)

    @field_validator("ambari_source_ranges", check_fields=False)
    @classmethod
    def _somebody_may(cls, value: tuple[IPv4Network, ...], info: ValidationInfo) -> tuple[IPv4Network, ...]:
        if not value and not cls._existing_instead_of("hdinsight_subnet", info):
            command = 'pulumi config set --path "ambariSourceRanges[0]" 203.0.113.7/32, with your own address'
            raise broken("must have at least one range, or nobody can configure Kafka", right=command)
        if value and (existing := cls._existing_instead_of("hdinsight_subnet", info)):
            rule = f"must be left out: {to_camel(existing)}.existing is used, whose security group is its own"
            right = "pulumi config rm ambariSourceRanges, and aksApiSourceRanges for a new AKS cluster"
            leniency.refuse(rule, unless=Made.APP, right=right)
        return check_all(value, addresses.not_everybody, addresses.each_once)

    @field_validator("ssh_user", check_fields=False)
    @classmethod
    def _is_another_user(cls, value: str, info: ValidationInfo) -> str:
        if value == info.data.get("ambari_user"):
            raise broken("must differ from ambariUser", source=names.HDINSIGHT_CREATE, right="sshuser")
        return value

    @field_validator(*kept.DEFAULTS, check_fields=False, mode="before")
    @classmethod
    def _stays_as_made(cls, value: object, info: ValidationInfo) -> object:
        name = str(info.field_name)
        if value != "":
            return value
        for_new = about(cls.model_fields[name]).for_new
        return kept.DEFAULTS[name](for_new, info.data.get("kubernetes_version", ""))

    @field_validator("aks_upgrade_channel", check_fields=False)
    @classmethod
    def _leaves_version_alone(cls, value: str, info: ValidationInfo) -> str:
        version = info.data.get("kubernetes_version", "")
        versions.upgraded_by_itself(value, version)
        cluster = leniency.standing(Made.AKS) if not version and value in ("none", "patch") else None
        running = str((cluster or {}).get("currentKubernetesVersion") or "")
        versions.warn_of_end(value, version or running, date.today())
        return value

    @field_validator("aks_network_policy", check_fields=False)
    @classmethod
    def _engine_stays(cls, value: str) -> str:
        if value == "azure":
            leniency.advise(
                "aksNetworkPolicy = azure: Azure Network Policy Manager ends on Linux on 30 September 2028. "
                f"cilium is what AKS advises instead ({AKS_POLICIES})."
            )
        return value

    @field_validator("aks_api_source_ranges", check_fields=False)
    @classmethod
    def _aks_knows_callers(
        cls, value: tuple[IPv4Network, ...], info: ValidationInfo
    ) -> tuple[IPv4Network, ...]:
        return addresses.callers_of_aks(value, info.data.get("ambari_source_ranges"))

    @field_validator("aks_max_node_count", check_fields=False)
    @classmethod
    def _room_to_grow(cls, value: int, info: ValidationInfo) -> int:
        fewest = info.data.get("aks_node_count", 1)
        if value and value < fewest:
            raise broken(
                f"must be 0, or no less than aksNodeCount, {fewest}", source=AKS_AUTOSCALER, right=str(fewest)
            )
        return value

    @field_validator("aks_max_pods", check_fields=False)
    @classmethod
    def _room_for_pods(cls, value: int, info: ValidationInfo) -> int:
        nodes = info.data.get("aks_node_count", FEWEST_PODS)
        if value * nodes < FEWEST_PODS:
            rule = f"must give aksNodeCount, {nodes}, room for {FEWEST_PODS} pods on all nodes together"
            least = str(-(-FEWEST_PODS // nodes))
            leniency.refuse(rule, unless=Made.AKS, source=AKS_MAX_PODS, right=least)
        return value

    @field_validator("aks_zones", check_fields=False)
    @classmethod
    def _zones_differ(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if len(set(value)) < len(value):
            raise broken("must name each zone once", source=AKS_ZONES, right=json.dumps(sorted(set(value))))
        return value

    @field_validator(*RULES_OF_SPACES, check_fields=False, mode="plain")
    @classmethod
    def _space_can_be_used(cls, value: object, info: ValidationInfo) -> AddressSpace:
        name = str(info.field_name)
        rules, others = RULES_OF_SPACES[name], cls._ranges_above(info)
        return address_space.checked(value, to_camel(name), rules, others, WHY_APART.get(name, ""))

    @field_validator("hdinsight_subnet", check_fields=False)
    @classmethod
    def _hdinsight_fits(cls, value: IPv4Network, info: ValidationInfo) -> IPv4Network:
        space, workers = info.data.get("hdinsight_address_space", ()), info.data.get("kafka_workers", 3)
        tight = addresses.tight_for_hdinsight(value, workers)
        if tight and not cls._existing_instead_of("hdinsight_subnet", info):
            leniency.advise(f"hdinsightSubnet {tight}")
        return check_all(
            value,
            lambda subnet: addresses.within(subnet, "hdinsightAddressSpace", space),
            lambda subnet: addresses.room_for_hdinsight(subnet, workers),
        )

    @field_validator("aks_subnet", check_fields=False)
    @classmethod
    def _aks_fits(cls, value: IPv4Network, info: ValidationInfo) -> IPv4Network:
        space, nodes = info.data.get("aks_address_space", ()), _most_nodes(info)
        pods = 0 if info.data.get("aks_pod_network") == "overlay" else info.data.get("aks_max_pods", 10)
        return check_all(
            value,
            lambda subnet: addresses.within(subnet, "aksAddressSpace", space),
            lambda subnet: addresses.room_for_aks(subnet, nodes, pods),
        )

    @field_validator(*RULES_OF_RANGES, check_fields=False)
    @classmethod
    def _range_can_be_used(cls, value: IPv4Network, info: ValidationInfo) -> IPv4Network:
        alone = RULES_OF_RANGES[str(info.field_name)]
        if info.field_name != "pod_cidr":
            return check_all(value, *alone, lambda network: cls._overlaps_nothing(network, info))
        if info.data.get("aks_pod_network") != "overlay":
            return check_all(value, *alone)
        nodes = _most_nodes(info)
        return check_all(
            value,
            *alone,
            lambda network: cls._overlaps_nothing(network, info),
            lambda network: addresses.room_for_overlay(network, nodes),
        )

    @field_validator("app_source_ranges", check_fields=False)
    @classmethod
    def _somebody_may_visit(
        cls, value: tuple[IPv4Network, ...], info: ValidationInfo
    ) -> tuple[IPv4Network, ...]:
        return visitors.somebody_may_visit(value, info.data.get("app_exposure", "public"))

    @field_validator("kafka_ca", check_fields=False)
    @classmethod
    def _tls_uses_authority(cls, value: str, info: ValidationInfo) -> str:
        return kafka_access.authority(value, info.data.get("kafka_protocol", "SSL"))

    @field_validator("kafka_user", check_fields=False)
    @classmethod
    def _sasl_uses_user(cls, value: str, info: ValidationInfo) -> str:
        protocol = info.data.get("kafka_protocol", "SASL_SSL" if value else "PLAINTEXT")
        return kafka_access.for_sasl("kafkaUser", value, protocol, "pulumi config set kafkaUser test-app")

    @field_validator("kafka_password", check_fields=False)
    @classmethod
    def _sasl_uses_password(cls, value: SecretStr, info: ValidationInfo) -> SecretStr:
        text = value.get_secret_value()
        protocol = info.data.get("kafka_protocol", "SASL_SSL" if text else "PLAINTEXT")
        kafka_access.for_sasl("kafkaPassword", text, protocol, kafka_access.SET_PASSWORD)
        return value

    @field_validator("topics", check_fields=False, mode="wrap")
    @classmethod
    def _kafka_takes_topics(
        cls, value: object, validate: ValidatorFunctionWrapHandler, info: ValidationInfo
    ) -> tuple[Topic, ...]:
        workers = None if cls._existing_instead_of("kafka_workers", info) else info.data.get("kafka_workers")
        return topics.checked(value, validate, workers)

    @field_validator("topic", check_fields=False)
    @classmethod
    def _topic_exists(cls, value: str, info: ValidationInfo) -> str:
        declared = [topic.name for topic in info.data.get("topics", ())]
        if value and declared and value not in declared:
            raise broken("must be one of topics", right=" or ".join(declared))
        limits = info.data.get("app_limits")
        used = [topic for topic in info.data.get("topics", ()) if not value or topic.name == value]
        if used and limits:
            topics.takes_messages_of(used[0], limits.max_message_bytes)
        return value

    # Of validators that run before the others the last one declared runs first: with an existing resource the
    # rules for a new one are skipped.
    @field_validator("*", mode="wrap")
    @classmethod
    def _means_something(
        cls, value: object, validate: ValidatorFunctionWrapHandler, info: ValidationInfo
    ) -> object:
        name = str(info.field_name)
        existing = cls._existing_instead_of(name, info)
        field = cls.model_fields[name]
        # A reference that is wrong is missing among those above, and yet was meant.
        if name == "registry_name" and info.data.get("app_image", "wrong") and is_default(value, field):
            return field.default
        if existing is None:
            return validate(value)
        if not is_default(value, field):
            rule = f"must be left out: it describes a new one, and {to_camel(existing)}.existing is used"
            raise broken(rule, right=f"pulumi config rm {to_camel(name)}")
        return field.default

    @classmethod
    def _existing_instead_of(cls, name: str, info: ValidationInfo) -> str | None:
        """The setting that names an existing resource instead of the one that `name` describes."""
        return existing_among(about(cls.model_fields[name]).describes, info.data)

    @classmethod
    def _ranges_above(cls, info: ValidationInfo) -> dict[str, IPv4Network]:
        """The ranges of the settings above, by name, without those of existing resources."""
        ranges: dict[str, IPv4Network] = {}
        for name in (*RULES_OF_SPACES, "service_cidr"):
            if name in info.data and not cls._existing_instead_of(name, info):
                given = info.data[name]
                space = (given,) if isinstance(given, IPv4Network) else given
                ranges |= address_space.by_name(to_camel(name), space)
        return ranges

    @classmethod
    def _overlaps_nothing(cls, value: IPv4Network, info: ValidationInfo) -> IPv4Network:
        """The rule that a range overlaps none of the settings above."""
        return addresses.apart(value, cls._ranges_above(info), WHY_APART[str(info.field_name)])


def _most_nodes(info: ValidationInfo) -> int:
    """The most nodes that AKS may have, without those for upgrades."""
    return max(info.data.get("aks_node_count", 1), info.data.get("aks_max_node_count", 0))
