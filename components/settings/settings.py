"""The configuration of the program: every setting with its type, default, meaning and rules.

`Settings.load` reads the stack's configuration and reports every mistake in it at once, so that
`pulumi preview` stops before anything is created. Pulumi.yaml declares the same settings to the CLI.
"""

from collections.abc import Callable, Collection, Mapping
from ipaddress import IPv4Address, IPv4Network
from typing import Annotated, Literal, Self

import pulumi
from pydantic import AfterValidator, BeforeValidator, SecretStr, ValidationError
from pydantic.alias_generators import to_camel
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from . import (
    addresses,
    images,
    kafka_access,
    names,
    regions,
    restarts,
    ssh_keys,
    versions,
    visitors,
    vm_sizes,
)
from .about import Change, Group, about, setting
from .address_space import AddressSpace
from .aks_entra import AksEntra
from .app_limits import AppLimits
from .checked import between, default_at, names_at
from .existing import NewOrExisting, NewOrExistingGroup, NewOrExistingSubnet
from .kafka_access import KafkaProtocol, SaslMechanism
from .leniency import Judgement, judged
from .mistakes import OURS, Mistake, mistakes_from, report, warning
from .namespaces import Namespace, NamespaceSetting
from .restarts import Restart, RestartUnit
from .state import resource_outputs
from .together import SET_PASSWORD, SettingsTogether
from .topics import Topic
from .unknown import of_other_programs, unknown
from .visitors import Exposure

HDINSIGHT_DOC = "https://learn.microsoft.com/azure/hdinsight"
AKS_LIMITS = "https://learn.microsoft.com/azure/aks/quotas-skus-regions"
ROLES_TAKE_EFFECT = "https://learn.microsoft.com/azure/role-based-access-control/troubleshooting"


class WrongSettings(pulumi.RunError):
    """The configuration has `mistakes`. Pulumi prints just the message, without a traceback."""

    def __init__(self, mistakes: list[Mistake], stack: str) -> None:
        super().__init__(report(mistakes, stack))
        self.mistakes = mistakes


Range = Annotated[IPv4Network, BeforeValidator(addresses.parse)]
CallerRange = Annotated[IPv4Network, BeforeValidator(addresses.parse_source)]
SettleSeconds = Annotated[int, between(restarts.LEAST_SETTLE_SECONDS, restarts.MOST_SETTLE_SECONDS, OURS)]
TrueOrFalse = Annotated[bool, BeforeValidator(names.true_or_false)]
HdinsightSize = Annotated[str, AfterValidator(vm_sizes.of_hdinsight)]


class Settings(SettingsTogether):
    """Every setting of the program.

    An empty default of a setting that must not be empty makes it required. (Without a default in Pulumi.yaml
    the CLI itself would stop at the settings that are missing, and hide every other mistake.)
    """

    group: NewOrExistingGroup = setting(
        NewOrExistingGroup(),
        description="`{existing: {name}}` puts everything into that resource group.",
        group=Group.EXISTING,
        changed=Change.REFUSED_OWN,
    )
    kafka: NewOrExisting = setting(
        NewOrExisting(),
        description="`{existing: {resourceGroup, name, subscription}}` uses that HDInsight Kafka cluster.",
        group=Group.EXISTING,
        changed=Change.REFUSED_OWN,
    )
    aks: NewOrExisting = setting(
        NewOrExisting(),
        description="`{existing: {resourceGroup, name, subscription}}` uses that AKS cluster.",
        group=Group.EXISTING,
        changed=Change.REFUSED_OWN,
    )
    registry: NewOrExisting = setting(
        NewOrExisting(),
        description="`{existing: {resourceGroup, name, subscription}}` uses that registry.",
        group=Group.EXISTING,
        changed=Change.REFUSED_OWN,
    )
    hdinsight_network: NewOrExistingSubnet = setting(
        NewOrExistingSubnet(),
        description="`{existing: {resourceGroup, name, subnet, subscription}}` is where HDInsight goes.",
        group=Group.EXISTING,
        changed=Change.NEW_KAFKA,
        describes=("kafka",),
    )
    aks_network: NewOrExistingSubnet = setting(
        NewOrExistingSubnet(),
        description="`{existing: {resourceGroup, name, subnet, subscription}}` is where AKS goes.",
        group=Group.EXISTING,
        changed=Change.NEW_AKS,
        describes=("aks",),
    )
    peering: TrueOrFalse = setting(
        True,
        description="Whether to peer both networks; false where they are connected already.",
        group=Group.EXISTING,
        changed=Change.IN_PLACE,
    )

    resource_group: Annotated[str, AfterValidator(names.resource_group)] = setting(
        "aks-kafka",
        description="Resource group for everything; the program creates it.",
        group=Group.EVERYTHING,
        changed=Change.NEW_EVERYTHING,
        describes=("group",),
    )
    location: Annotated[str, AfterValidator(regions.region)] = setting(
        "westeurope",
        description="Azure region of everything. HDInsight and its network have to share one.",
        group=Group.EVERYTHING,
        changed=Change.NEW_EVERYTHING,
    )
    tags: Annotated[dict[str, str], BeforeValidator(names.words), BeforeValidator(names.from_json)] = setting(
        {},
        description="Tags for every resource that can have any.",
        group=Group.EVERYTHING,
        changed=Change.IN_PLACE,
    )
    protect: TrueOrFalse = setting(
        True,
        description="Whether Pulumi refuses to delete or replace the Kafka cluster and its storage.",
        group=Group.EVERYTHING,
        changed=Change.IN_PLACE,
        describes=("kafka",),
    )

    kafka_cluster_name: Annotated[str, AfterValidator(names.kafka_cluster)] = setting(
        "",
        description="Name of the HDInsight cluster: unique in Azure, its first six letters in its network.",
        examples=["contoso-kafka"],
        group=Group.KAFKA,
        changed=Change.NEW_KAFKA,
        describes=("kafka",),
    )
    kafka_workers: Annotated[int, between(3, 1000, f"{HDINSIGHT_DOC}/kafka/apache-kafka-get-started")] = (
        setting(
            3,
            description="Worker nodes of the HDInsight cluster; each runs one Kafka broker.",
            group=Group.KAFKA,
            changed=Change.GROWS,
            describes=("kafka",),
        )
    )
    kafka_worker_size: HdinsightSize = setting(
        "Standard_E4_V3",
        description="VM size of the worker nodes.",
        group=Group.KAFKA,
        changed=Change.NEW_KAFKA,
        describes=("kafka",),
    )
    kafka_disks_per_worker: Annotated[
        int, between(1, 16, f"{HDINSIGHT_DOC}/kafka/apache-kafka-scalability")
    ] = setting(
        2,
        description="Managed disks of each worker node, 1 TB each, as many as its VM size takes.",
        group=Group.KAFKA,
        changed=Change.NEW_KAFKA,
        describes=("kafka",),
    )
    kafka_head_size: HdinsightSize = setting(
        "Standard_E4_V3",
        description="VM size of the two head nodes.",
        group=Group.KAFKA,
        changed=Change.NEW_KAFKA,
        describes=("kafka",),
    )
    kafka_zookeeper_size: HdinsightSize = setting(
        "Standard_A4_V2",
        description="VM size of the three ZooKeeper nodes.",
        group=Group.KAFKA,
        changed=Change.NEW_KAFKA,
        describes=("kafka",),
    )
    kafka_encryption_in_transit: TrueOrFalse = setting(
        False,
        description="Whether the nodes of the HDInsight cluster encrypt (IPSec) what they send each other.",
        group=Group.KAFKA,
        changed=Change.NEW_KAFKA,
        describes=("kafka",),
    )
    storage_account_name: Annotated[str, AfterValidator(names.storage_account)] = setting(
        "",
        description="Name of the storage account that HDInsight needs. Unique in all of Azure.",
        examples=["contosokafka"],
        group=Group.KAFKA,
        changed=Change.NEW_KAFKA,
        describes=("kafka",),
    )
    storage_role_seconds: Annotated[int, between(0, 3600, ROLES_TAKE_EFFECT)] = setting(
        600,
        description="Seconds for which the Kafka cluster's identity has its role on the storage before the "
        "cluster is created. It takes Azure up to 10 minutes to put a role into effect.",
        group=Group.KAFKA,
        changed=Change.LATER,
    )
    ambari_user: str = setting(
        "admin",
        description="User of HDInsight's gateway, and administrator of Ambari.",
        group=Group.AMBARI,
        changed=Change.NEW_KAFKA,
    )
    ssh_user: Annotated[str, AfterValidator(names.ssh_user)] = setting(
        "sshuser",
        description="User for SSH on HDInsight's nodes.",
        group=Group.AMBARI,
        changed=Change.NEW_KAFKA,
        describes=("kafka",),
    )
    ambari_password: SecretStr = setting(
        SecretStr(""),
        description="Password of ambariUser, stored as a secret.",
        examples=["--secret"],
        group=Group.AMBARI,
        changed=Change.IN_PLACE,
        set_secret=SET_PASSWORD,
    )
    ambari_source_ranges: Annotated[tuple[CallerRange, ...], BeforeValidator(names.from_json)] = setting(
        (),
        description="Ranges that may use Ambari; the machine that runs Pulumi has to be in one of them. "
        "Not for a network that exists.",
        examples=['--path "ambariSourceRanges[0]" 203.0.113.7/32'],
        group=Group.AMBARI,
        changed=Change.IN_PLACE,
    )
    ssh_public_key: Annotated[str, AfterValidator(ssh_keys.ssh_public_key)] = setting(
        "",
        shown=False,
        description="RSA public key of sshUser, in OpenSSH's format.",
        examples=['"$(cat ~/.ssh/id_rsa.pub)"'],
        group=Group.AMBARI,
        changed=Change.NEW_KAFKA,
        describes=("kafka",),
    )

    aks_cluster_name: Annotated[str, AfterValidator(names.aks_cluster)] = setting(
        "aks-kafka",
        description="Name of the AKS cluster.",
        group=Group.AKS,
        changed=Change.NEW_AKS,
        describes=("aks",),
    )
    kubernetes_version: Annotated[str, AfterValidator(versions.kubernetes)] = setting(
        "",
        description="Kubernetes version of the AKS cluster; empty for AKS's default at its creation.",
        group=Group.AKS,
        changed=Change.IN_PLACE,
        describes=("aks",),
    )
    aks_upgrade_channel: Literal["none", "patch", "stable", "rapid"] = setting(
        "patch",
        description="Which newer versions of Kubernetes AKS changes to by itself.",
        group=Group.AKS,
        changed=Change.IN_PLACE,
        describes=("aks",),
    )
    aks_node_os_upgrade_channel: Literal["None", "Unmanaged", "SecurityPatch", "NodeImage"] = setting(
        "NodeImage",
        description="How AKS brings security updates to its nodes' system by itself.",
        group=Group.AKS,
        changed=Change.IN_PLACE,
        describes=("aks",),
    )
    aks_api_source_ranges: Annotated[tuple[CallerRange, ...], BeforeValidator(names.from_json)] = setting(
        (),
        description="Ranges that may use Kubernetes' API; empty for those of ambariSourceRanges that are "
        "public, 0.0.0.0/0 for everybody.",
        group=Group.AKS,
        changed=Change.IN_PLACE,
        describes=("aks",),
    )
    aks_entra: Annotated[AksEntra, BeforeValidator(names.from_json)] = setting(
        AksEntra(),
        description="Who signs in to Kubernetes by Entra ID: members of adminGroups (object ids), and with "
        "azureRbac those with roles of Azure; disableLocalAccounts leaves no other way.",
        group=Group.AKS,
        changed=Change.STAYS_ENTRA,
        describes=("aks",),
    )
    aks_node_count: Annotated[int, between(1, 1000, AKS_LIMITS)] = setting(
        2,
        description="Nodes of the AKS cluster; the fewest where aksMaxNodeCount is set.",
        group=Group.AKS,
        changed=Change.IN_PLACE,
        describes=("aks",),
    )
    aks_max_node_count: Annotated[int, between(0, 1000, AKS_LIMITS)] = setting(
        0,
        description="Most nodes of an AKS cluster that grows and shrinks by itself; 0 for one that doesn't.",
        group=Group.AKS,
        changed=Change.IN_PLACE,
        describes=("aks",),
    )
    aks_node_size: Annotated[str, AfterValidator(vm_sizes.of_aks)] = setting(
        "Standard_D2s_v5",
        description="VM size of AKS's nodes, with 2 or more CPUs.",
        group=Group.AKS,
        changed=Change.NEW_AKS,
        describes=("aks",),
    )
    aks_zones: Annotated[
        tuple[Annotated[Literal["1", "2", "3"], BeforeValidator(str)], ...], BeforeValidator(names.from_json)
    ] = setting(
        (),
        description="Availability zones over which AKS's nodes are spread, in a region that has zones.",
        group=Group.AKS,
        changed=Change.NEW_AKS,
        describes=("aks",),
    )
    aks_max_pods: Annotated[int, between(10, 250, AKS_LIMITS)] = setting(
        30,
        description="Most pods on one node of AKS.",
        group=Group.AKS,
        changed=Change.NEW_AKS,
        describes=("aks",),
    )
    aks_pod_network: Literal["flat", "overlay"] = setting(
        "flat",
        description="Where pods get their addresses: in aksSubnet (flat), or in podCidr (overlay).",
        group=Group.AKS,
        changed=Change.NEW_AKS,
        describes=("aks",),
    )
    aks_network_policy: Literal["none", "azure", "calico", "cilium"] = setting(
        "cilium",
        description="What carries out network policies in the AKS cluster.",
        group=Group.AKS,
        changed=Change.NEW_AKS,
        describes=("aks",),
    )
    app_image: Annotated[str, AfterValidator(images.reference)] = setting(
        "",
        description="Image of the test application that is built elsewhere, REGISTRY/REPOSITORY@DIGEST or "
        "REGISTRY/REPOSITORY:TAG; empty to build it in a registry.",
        group=Group.REGISTRY,
        changed=Change.WITHOUT_REGISTRY,
    )
    registry_name: Annotated[str, AfterValidator(names.registry)] = setting(
        "",
        description="Name of the container registry. Unique in all of Azure. Not needed with appImage.",
        examples=["contosokafka"],
        group=Group.REGISTRY,
        changed=Change.NEW_REGISTRY,
        describes=("registry",),
    )

    hdinsight_address_space: AddressSpace = setting(
        (IPv4Network("10.10.0.0/16"),),
        description="Address space of HDInsight's virtual network: one range, or a list of them.",
        group=Group.NETWORKS,
        changed=Change.IN_PLACE,
        describes=("kafka", "hdinsight_network"),
    )
    hdinsight_subnet: Range = setting(
        IPv4Network("10.10.0.0/24"),
        description="Subnet of HDInsight's nodes, within hdinsightAddressSpace.",
        group=Group.NETWORKS,
        changed=Change.REFUSED_WITH_KAFKA,
        describes=("kafka", "hdinsight_network"),
    )
    aks_address_space: AddressSpace = setting(
        (IPv4Network("10.20.0.0/16"),),
        description="Address space of AKS's virtual network: one range, or a list of them.",
        group=Group.NETWORKS,
        changed=Change.IN_PLACE,
        describes=("aks", "aks_network"),
    )
    aks_subnet: Range = setting(
        IPv4Network("10.20.0.0/22"),
        description="Subnet of AKS's nodes, and of its pods if flat, within aksAddressSpace.",
        group=Group.NETWORKS,
        changed=Change.REFUSED_IN_USE,
        describes=("aks", "aks_network"),
    )
    service_cidr: Range = setting(
        IPv4Network("10.30.0.0/16"),
        description="Addresses of Kubernetes services, outside both networks.",
        group=Group.NETWORKS,
        changed=Change.NEW_AKS,
        describes=("aks",),
    )
    pod_cidr: Range = setting(
        IPv4Network("10.40.0.0/16"),
        description="Addresses of pods where aksPodNetwork is overlay, outside both networks.",
        group=Group.NETWORKS,
        changed=Change.NEW_AKS,
        describes=("aks",),
    )

    namespace: NamespaceSetting = setting(
        Namespace("kafka-test"),
        description="Kubernetes namespace of the test application, which the program creates; "
        "`{existing: NAME}` uses one that somebody else has made, and leaves it.",
        group=Group.APP,
        changed=Change.NEW_NAMESPACE,
    )
    app_exposure: Exposure = setting(
        "public",
        description="Who is led to the test application's page, of those in appSourceRanges: everybody "
        "(public), whoever reaches AKS's network (internal), or nobody without a port-forward (none).",
        group=Group.APP,
        changed=Change.IN_PLACE,
    )
    app_port: Annotated[int, between(1, 65535, "a TCP port")] = setting(
        80,
        description="Port of the test application's Service.",
        group=Group.APP,
        changed=Change.IN_PLACE,
    )
    app_replicas: Annotated[int, between(1, 100, OURS)] = setting(
        2, description="Pods of the test application.", group=Group.APP, changed=Change.IN_PLACE
    )
    app_source_ranges: Annotated[
        tuple[CallerRange, ...],
        BeforeValidator(names.from_json),
        AfterValidator(addresses.each_once),
    ] = setting(
        (),
        description="Ranges that may open the test application's page; 0.0.0.0/0 for everybody. Not needed "
        "where appExposure is none.",
        examples=['--path "appSourceRanges[0]" 203.0.113.7/32'],
        group=Group.APP,
        changed=Change.IN_PLACE,
    )
    app_hosts: Annotated[
        tuple[Annotated[str, AfterValidator(visitors.host_name)], ...], BeforeValidator(names.from_json)
    ] = setting(
        (),
        description="DNS names by which browsers may send messages, beside addresses and localhost.",
        group=Group.APP,
        changed=Change.IN_PLACE,
    )
    app_network_policy: Literal["auto", "always", "never"] = setting(
        "auto",
        description="Whether a network policy lets the test application's pods talk to visitors and brokers "
        "only: auto for where the AKS cluster carries policies out.",
        group=Group.APP,
        changed=Change.IN_PLACE,
    )
    app_access_token: Annotated[SecretStr, AfterValidator(visitors.access_token)] = setting(
        SecretStr(""),
        description="What senders of messages have to know, stored as a secret; empty to let everybody send.",
        group=Group.APP,
        changed=Change.IN_PLACE,
        set_secret=visitors.SET_TOKEN,
    )
    kafka_protocol: KafkaProtocol = setting(
        "PLAINTEXT",
        description="Protocol of the brokers' listener by which the test application talks to them.",
        group=Group.APP,
        changed=Change.IN_PLACE,
    )
    kafka_ca: str = setting(
        "",
        description="Certificates, PEM, of those who may sign the brokers', with TLS; empty for public ones.",
        group=Group.APP,
        changed=Change.IN_PLACE,
        shown=False,
    )
    kafka_sasl_mechanism: SaslMechanism = setting(
        "SCRAM-SHA-512",
        description="How the password of kafkaUser is given to the brokers, with SASL.",
        group=Group.APP,
        changed=Change.IN_PLACE,
    )
    kafka_user: str = setting(
        "",
        description="The test application's user in Kafka; needed with SASL.",
        group=Group.APP,
        changed=Change.IN_PLACE,
    )
    kafka_password: SecretStr = setting(
        SecretStr(""),
        description="The password of kafkaUser, stored as a secret; needed with SASL.",
        group=Group.APP,
        changed=Change.IN_PLACE,
        set_secret=kafka_access.SET_PASSWORD,
    )
    app_limits: Annotated[AppLimits, BeforeValidator(names.from_json)] = setting(
        AppLimits(),
        description="What the test application takes in, keeps and serves at most.",
        group=Group.APP,
        changed=Change.IN_PLACE,
    )
    topics: Annotated[tuple[Topic, ...], BeforeValidator(names.from_json)] = setting(
        (Topic(name="messages"),),
        description="Topics to create, each {name, partitions: 6, replicationFactor: 3, config: {}}.",
        group=Group.TOPICS,
        changed=Change.IN_PLACE,
    )
    topic: str = setting(
        "",
        description="Topic that the test application uses; empty for the first of topics.",
        group=Group.TOPICS,
        changed=Change.IN_PLACE,
    )
    restart: Restart = setting(
        restarts.DEFAULT_RESTART,
        description="How brokers restart for a changed configuration: one by one, or all at once.",
        group=Group.RESTART,
        changed=Change.LATER,
    )
    restart_unit: RestartUnit = setting(
        restarts.DEFAULT_UNIT,
        description="What restarts at a time when rolling; racks only where Ambari knows them.",
        group=Group.RESTART,
        changed=Change.LATER,
    )
    restart_strict: TrueOrFalse = setting(
        False,
        description="Stop where nothing tells whether Kafka is healthy, rather than wait and go on.",
        group=Group.RESTART,
        changed=Change.LATER,
    )
    restart_settle_seconds: SettleSeconds = setting(
        restarts.DEFAULT_SETTLE_SECONDS,
        description="How long a restarted broker must run before the next where Kafka's health is unknown; "
        "Ambari looks after it every 20 s.",
        group=Group.RESTART,
        changed=Change.LATER,
    )
    keep_ip_advertising: TrueOrFalse = setting(
        False,
        description="Whether brokers go on advertising addresses when IP advertising leaves the stack.",
        group=Group.RESTART,
        changed=Change.LATER,
    )

    @classmethod
    def load(cls, config: pulumi.Config) -> Self:
        """The settings in `config`, the configuration of the current stack. Raises WrongSettings."""
        prefix = f"{config.name}:"
        keys = pulumi.runtime.config.CONFIG.get()
        values = {key.removeprefix(prefix): value for key, value in keys.items() if key.startswith(prefix)}
        secrets = {key for key in values if pulumi.runtime.is_config_secret(prefix + key)}
        for text in of_other_programs(keys, config.name, cls._by_alias()):
            pulumi.log.warn(text)
        return cls.parse(
            values, secrets, stack=pulumi.get_stack(), standing=resource_outputs, warn=pulumi.log.warn
        )

    @classmethod
    def parse(
        cls,
        values: Mapping[str, object],
        secrets: Collection[str],
        *,
        stack: str,
        standing: Callable[[], Collection[str]] = tuple,
        warn: Callable[[str], None] = lambda _: None,
    ) -> Self:
        """The settings in `values`; those named in `secrets` are stored encrypted. Raises WrongSettings.

        standing: asked only where it matters for the types of the resources that the stack has already, whose
        settings a rule that came later may only warn of. warn: is told what is no mistake, but worth a word.
        """
        settings, mistakes, advice = cls._judge(values, secrets, ())
        if any(mistake.unless for mistake in mistakes):
            strict = mistakes
            settings, mistakes, advice = cls._judge(values, secrets, standing())
            advice += [warning(mistake) for mistake in strict if mistake not in mistakes]
        if settings is None or mistakes:
            raise WrongSettings(mistakes, stack)
        for text in advice:
            warn(text)
        return settings

    @classmethod
    def _judge(
        cls, values: Mapping[str, object], secrets: Collection[str], standing: Collection[str]
    ) -> tuple[Self | None, list[Mistake], list[str]]:
        """The settings unless there are mistakes in their types and rules; all mistakes; and all advice."""
        fields = cls._by_alias()
        mistakes = [unknown(name, fields) for name in values if name not in fields]
        for name, field in fields.items():
            command = about(field).set_secret
            if command and values.get(name) and name not in secrets:
                mistakes.append(Mistake(name, None, "must be stored as a secret", OURS, command))
        with judged(Judgement(standing)) as judgement:
            try:
                settings = cls.model_validate({name: values[name] for name in values if name in fields})
            except ValidationError as error:
                settings = None
                mistakes += [mistake for found in error.errors() for mistake in cls._mistakes(found, secrets)]
        return settings, mistakes, judgement.advice

    @classmethod
    def _mistakes(cls, found: ErrorDetails, secrets: Collection[str]) -> list[Mistake]:
        name = to_camel(str(found["loc"][0]))
        return mistakes_from(
            found,
            hidden=not cls._by_alias()[name].repr or name in secrets,
            known=names_at(cls, found["loc"]) if found["type"] == "extra_forbidden" else (),
            default=default_at(cls, found["loc"]),
        )

    @classmethod
    def _by_alias(cls) -> dict[str, FieldInfo]:
        return {str(field.alias): field for field in cls.model_fields.values()}

    @property
    def dns_service_ip(self) -> IPv4Address:
        """The address of Kubernetes' DNS: in serviceCidr, but not its first (AKS's rule)."""
        return self.service_cidr[10]

    @property
    def aks_api_ranges(self) -> list[str] | None:
        """The authorized IP ranges of Kubernetes' API; None for everybody."""
        ranges = self.aks_api_source_ranges or addresses.public(self.ambari_source_ranges)
        return None if addresses.EVERYBODY in ranges else [str(source) for source in ranges]

    @property
    def app_open_to_the_world(self) -> bool:
        """Whether everybody on the Internet can open the test application's page."""
        return self.app_exposure == "public" and addresses.open_to_the_world(self.app_source_ranges)

    def has_network_policy(self, carried_out: bool) -> bool:
        """Whether the application gets one, in a cluster that carries network policies out or doesn't."""
        return carried_out if self.app_network_policy == "auto" else self.app_network_policy == "always"

    @property
    def app_topic(self) -> str:
        """The topic of the test application."""
        return self.topic or self.topics[0].name
