"""Listeners of every kind on real brokers: who reaches them by address, with which protocol.

One cluster serves all tests, which change its listeners in the order in which they stand here.
"""

from collections.abc import Iterator

import pytest

from components.ambari.api.errors import ConfigurationConflict
from components.ambari.configuration.listeners import bootstrap_servers
from tests.e2e.broker_certificates import KEY_PASSWORD
from tests.e2e.lone_kafka import (
    ADDRESSES,
    KEY_STORE,
    TRUST_STORE,
    WORKERS,
    LoneKafka,
    lone_kafka,
    servers,
)

PEOPLE = "SASL_PLAINTEXT://localhost:9092,PLAINTEXT://localhost:9094,SSL://localhost:9093"
SHARED = "PLAINTEXT://localhost:9092,SSL://localhost:9093"
OWN = "BROKERS://localhost:9091,PLAINTEXT://localhost:9092,SSL://localhost:9093"
PASSWORD = {"security_protocol": "SASL_PLAINTEXT", "sasl_mechanism": "PLAIN", "sasl_username": "app"}
TLS = {"security_protocol": "SSL", "ssl_endpoint_identification_algorithm": "https"}
LOGIN = 'org.apache.kafka.common.security.plain.PlainLoginModule required user_app="s3cret";'


@pytest.fixture(scope="module")
def kafka(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LoneKafka]:
    with (
        pytest.MonkeyPatch.context() as environ,
        lone_kafka(tmp_path_factory.mktemp("lone"), environ) as kafka,
    ):
        yield kafka


def rendered(kafka: LoneKafka, worker: str, key: str) -> str:
    file = kafka.home.nodes / "mykafka" / worker / "hdp" / "current/kafka-broker/config/server.properties"
    lines = file.read_text().splitlines()
    return next(line.partition("=")[2] for line in lines if line.startswith(f"{key}="))


def test_clients_with_a_password_over_tls_and_with_neither_all_reach_brokers_by_address(
    kafka: LoneKafka,
) -> None:
    kafka.give_certificates(with_addresses=True)
    kafka.set_broker(
        listeners=PEOPLE,
        sasl__enabled__mechanisms="PLAIN",
        listener__name__sasl_plaintext__plain__sasl__jaas__config=LOGIN,
        ssl__keystore__type="PKCS12",
        ssl__keystore__location=KEY_STORE,
        ssl__keystore__password=KEY_PASSWORD,
        ssl__key__password=KEY_PASSWORD,
        ssl__truststore__type="PEM",
        ssl__truststore__location=TRUST_STORE,
    )
    survey = kafka.change().advertise()
    kafka.await_brokers()
    assert kafka.value("kafka-broker", "listeners") == PEOPLE.replace("localhost", "0.0.0.0")
    assert survey.situation.parsed is not None
    told = bootstrap_servers(survey.situation.parsed, ADDRESSES)
    assert kafka.brokers(told["PLAINTEXT"]) == servers(9094)
    assert kafka.brokers(told["SSL"], **TLS) == servers(9093)
    assert kafka.brokers(told["SASL_PLAINTEXT"], sasl_password="s3cret", **PASSWORD) == servers(9092)
    assert kafka.replicate("with-everybody", told["PLAINTEXT"]) == ["None"] * 3


def test_nobody_gets_in_on_the_listener_with_a_password_without_it(kafka: LoneKafka) -> None:
    port = f"{ADDRESSES[0]}:9092"
    assert kafka.lets_in(port, sasl_password="s3cret", **PASSWORD)
    assert not kafka.lets_in(port, sasl_password="guessed", **PASSWORD)
    assert not kafka.lets_in(port)


def test_tls_that_brokers_share_is_refused_while_certificates_lack_addresses(kafka: LoneKafka) -> None:
    kafka.give_certificates(with_addresses=False)
    kafka.set_broker(
        listeners=SHARED,
        security__inter__broker__protocol="SSL",
        # As HDInsight's guide has it, on the Java that has no later TLS.
        ssl__client__auth="required",
        ssl__enabled__protocols="TLSv1.2",
    )
    kafka.restart_by_hand()
    before = kafka.ambari.current().version.number
    with pytest.raises(ConfigurationConflict, match=r"10.10.0.6:9093 does not do \(IP address mismatch"):
        kafka.change().advertise()
    assert kafka.ambari.current().version.number == before
    assert kafka.ambari.artifacts() == {}


def test_tls_that_brokers_share_works_by_address_once_certificates_have_theirs(kafka: LoneKafka) -> None:
    kafka.give_certificates(with_addresses=True)
    kafka.set_broker(ssl__client__auth=None, ssl__enabled__protocols=None)
    kafka.restart_by_hand()
    kafka.change().advertise()
    kafka.await_brokers()
    told = [f"PLAINTEXT://{address}:9092,SSL://{address}:9093" for address in ADDRESSES]
    assert [rendered(kafka, worker, "advertised.listeners") for worker in WORKERS] == told
    assert kafka.brokers(f"{ADDRESSES[1]}:9093", **TLS) == servers(9093)
    assert kafka.replicate("over-shared-tls", f"{ADDRESSES[0]}:9093", **TLS) == ["None"] * 3


def test_a_listener_of_the_brokers_own_goes_on_by_name_where_certificates_have_nothing_else(
    kafka: LoneKafka,
) -> None:
    kafka.give_certificates(with_addresses=False)
    kafka.set_broker(
        listeners=OWN,
        listener__security__protocol__map="BROKERS:SSL,PLAINTEXT:PLAINTEXT,SSL:SSL",
        inter__broker__listener__name="BROKERS",
        security__inter__broker__protocol=None,
    )
    kafka.change().advertise()
    kafka.await_brokers()
    names = [f"BROKERS://{kafka.cluster.host_name(worker)}:9091" for worker in WORKERS]
    told = [rendered(kafka, worker, "advertised.listeners").split(",")[0] for worker in WORKERS]
    assert told == names
    assert kafka.brokers(f"{ADDRESSES[0]}:9092") == servers(9092)
    assert kafka.replicate("over-their-own", f"{ADDRESSES[0]}:9092") == ["None"] * 3


def test_taken_back_every_listener_is_as_it_was(kafka: LoneKafka) -> None:
    change = kafka.change()
    before = change.listeners_before(change.survey())
    assert before == OWN
    change.take_back(before)
    kafka.await_brokers()
    assert kafka.value("kafka-broker", "listeners") == OWN
    assert "advertised.listeners" not in kafka.value("kafka-env", "content")
    hosts = {kafka.cluster.host_name(worker) for worker in WORKERS}
    assert {one.partition(":")[0] for one in kafka.brokers(f"{ADDRESSES[0]}:9092")} == hosts
