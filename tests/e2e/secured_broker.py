"""One real broker on this machine, with a listener for each protocol, and users that it knows."""

import contextlib
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from confluent_kafka import KafkaException
from confluent_kafka.admin import (
    AclBinding,
    AclOperation,
    AclPermissionType,
    AdminClient,
    ResourcePatternType,
    ResourceType,
    ScramCredentialInfo,
    ScramMechanism,
    UserScramCredentialUpsertion,
)
from replica import free_ports

from emulator.home import CHECKOUT, Home
from tests.e2e.broker_certificates import KEY_PASSWORD, BrokerAuthority
from tests.e2e.environment import eventually

USER, PASSWORD = "anna", "one + one = 2; not three"
PROTOCOLS = ("PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL")
_JAVA = ("java", "-Xmx256m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-XX:-UsePerfData")
_LOG = """\
log4j.rootLogger=WARN, out
log4j.appender.out=org.apache.log4j.ConsoleAppender
log4j.appender.out.layout=org.apache.log4j.PatternLayout
log4j.appender.out.layout.ConversionPattern=[%d] %p %m (%c)%n
"""
_MODULES = "org.apache.kafka.common.security"
_SCRAM = {
    "scram-sha-256": ScramMechanism.SCRAM_SHA_256,
    "scram-sha-512": ScramMechanism.SCRAM_SHA_512,
}


@dataclass(frozen=True)
class SecuredBroker:
    """`servers` by protocol; the certificate names 127.0.0.1 and is signed by `authority`, PEM."""

    servers: Mapping[str, str]
    authority: str

    @property
    def by_name(self) -> str:
        """The TLS listener by a name that its certificate does not hold."""
        return self.servers["SSL"].replace("127.0.0.1", "localhost")

    def allow(self, user: str, topic: str, *operations: AclOperation) -> None:
        """Let the user do that with the topic, as kafka-acls does; then nobody else may."""
        rules = [
            AclBinding(
                ResourceType.TOPIC,
                topic,
                ResourcePatternType.LITERAL,
                f"User:{user}",
                "*",
                operation,
                AclPermissionType.ALLOW,
            )
            for operation in operations
        ]
        admin = AdminClient({"bootstrap.servers": self.servers["PLAINTEXT"], "log_level": 0})
        for made in admin.create_acls(rules).values():
            made.result(30)


@contextlib.contextmanager
def secured_broker(folder: Path) -> Iterator[SecuredBroker]:
    """ZooKeeper and a broker, in processes that end with it; what they say is in the folder."""
    authority = BrokerAuthority()
    (folder / "authority.pem").write_text(authority.certificate)
    (folder / "broker.p12").write_bytes(authority.key_store("broker.example.org", ["127.0.0.1"]))
    zookeeper, *ports = free_ports(1 + len(PROTOCOLS))
    servers = {protocol: f"127.0.0.1:{port}" for protocol, port in zip(PROTOCOLS, ports, strict=True)}
    properties = "\n".join(
        f"{name}={value}" for name, value in _properties(folder, zookeeper, servers).items()
    )
    (folder / "server.properties").write_text(properties)
    ensemble = {
        "clientPort": zookeeper,
        "clientPortAddress": "127.0.0.1",
        "dataDir": folder / "zookeeper",
        "admin.enableServer": "false",
    }
    (folder / "zoo.cfg").write_text("\n".join(f"{name}={value}" for name, value in ensemble.items()))
    with (
        _java(folder, "org.apache.zookeeper.server.ZooKeeperServerMain", str(folder / "zoo.cfg")),
        _java(folder, "kafka.Kafka", str(folder / "server.properties")),
    ):
        admin = AdminClient({"bootstrap.servers": servers["PLAINTEXT"], "log_level": 0})
        eventually(lambda: _serves(admin), "the broker serves", 60)
        for mechanism in _SCRAM.values():
            credential = UserScramCredentialUpsertion(
                USER, ScramCredentialInfo(mechanism, 4096), PASSWORD.encode()
            )
            admin.alter_user_scram_credentials([credential])[USER].result(30)
        yield SecuredBroker(servers, authority.certificate)


def _properties(folder: Path, zookeeper: int, servers: Mapping[str, str]) -> dict[str, str]:
    plain = f'{_MODULES}.plain.PlainLoginModule required user_{USER}="{PASSWORD}";'
    scram = f"{_MODULES}.scram.ScramLoginModule required;"
    logins = {"plain": plain, **dict.fromkeys(_SCRAM, scram)}
    return {
        "broker.id": "1",
        "zookeeper.connect": f"127.0.0.1:{zookeeper}",
        "log.dirs": str(folder / "logs"),
        "listeners": ",".join(f"{protocol}://{server}" for protocol, server in servers.items()),
        "sasl.enabled.mechanisms": ",".join(mechanism.upper() for mechanism in logins),
        **{
            f"listener.name.{protocol}.{mechanism}.sasl.jaas.config": login
            for protocol in ("sasl_plaintext", "sasl_ssl")
            for mechanism, login in logins.items()
        },
        "ssl.keystore.type": "PKCS12",
        "ssl.keystore.location": str(folder / "broker.p12"),
        "ssl.keystore.password": KEY_PASSWORD,
        "ssl.key.password": KEY_PASSWORD,
        "ssl.truststore.type": "PEM",
        "ssl.truststore.location": str(folder / "authority.pem"),
        "authorizer.class.name": "kafka.security.authorizer.AclAuthorizer",
        "allow.everyone.if.no.acl.found": "true",
        "super.users": "User:ANONYMOUS",
        "auto.create.topics.enable": "false",
        "offsets.topic.replication.factor": "1",
        "transaction.state.log.replication.factor": "1",
    }


@contextlib.contextmanager
def _java(folder: Path, main: str, *arguments: str) -> Iterator[None]:
    jars = Home(CHECKOUT / ".emulator").kafka
    (folder / "log4j.properties").write_text(_LOG)
    logging = f"-Dlog4j.configuration=file:{folder}/log4j.properties"
    command = [*_JAVA, logging, "-cp", f"{jars}/*", main, *arguments]
    with (folder / f"{main}.log").open("wb") as log:
        process = subprocess.Popen(command, cwd=folder, stdout=log, stderr=log)
        try:
            yield
        finally:
            process.kill()
            process.wait()


def _serves(admin: AdminClient) -> bool:
    try:
        return bool(admin.list_topics(timeout=2).brokers)
    except KafkaException:
        return False
