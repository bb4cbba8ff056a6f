"""Settings of the test application, and of the topics that it uses."""

from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, SecretStr

from ..objects.app_limits import AppLimits
from ..objects.topics import Topic
from ..validation.about import Change, Group, setting
from ..validation.checked import Checked, between
from ..validation.mistakes import OURS
from ..values import addresses, kafka_access, names, visitors
from ..values.kafka_access import KafkaProtocol, SaslMechanism
from ..values.namespaces import Namespace, NamespaceSetting
from ..values.types import CallerRange
from ..values.visitors import Exposure


class AppSettings(Checked):
    """The application in Kubernetes, its way to the brokers, and its topics."""

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
