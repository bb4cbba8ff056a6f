"""What a message about Ambari advises is done, and the next run ends well."""

from collections.abc import Callable, Iterator

import pytest
from pulumi.dynamic import Config, ConfigureRequest

from components.ambari.api.errors import (
    ConfigurationConflict,
    RollStopped,
    RunUnderWay,
    SignInRefused,
    Unreachable,
)
from components.ambari.api.model import Configuration
from components.ambari.configuration.kafka_env import END, START, with_block
from components.ambari.configuration.note import RunNote, Writer
from components.ambari.resource import IpAdvertisingProvider
from components.running.progress import Progress
from tests.simulated.ambari.bench import Bench, bench
from tests.simulated.ambari.calls import once
from tests.simulated.ambari.test_listeners_of_a_cluster import SHARED_TLS, set_broker
from tests.unit.ambari.test_resource import INPUTS


@pytest.fixture
def cluster() -> Iterator[Bench]:
    with bench() as cluster:
        yield cluster


def refused(cluster: Bench, advice: str) -> None:
    run = cluster.run()
    with pytest.raises(ConfigurationConflict, match=advice):
        run.change.advertise()
    assert run.writes == []


def works(cluster: Bench) -> None:
    cluster.run().change.advertise()
    assert cluster.run().change.survey().situation.desired
    assert set(cluster.restarts().values()) == {1}


def delete_property(cluster: Bench, name: str) -> None:
    old = cluster.ambari().current().version.types["kafka-broker"]
    left = {key: value for key, value in old.properties.items() if key != name}
    cluster.ambari().save({"kafka-broker": Configuration("without", left, old.attributes)}, "by hand")


def test_what_is_left_of_a_torn_block_is_removed_by_hand(cluster: Bench) -> None:
    original = cluster.value("kafka-env", "content")
    block = with_block(original)
    torn = block[: block.index(END)].replace("unset IFS", "unset  IFS")
    cluster.edit("kafka-env", "content", torn)
    refused(cluster, r"Remove what is left of it by hand in Ambari\. The markers are")
    cluster.edit("kafka-env", "content", torn[: torn.index(START)])
    works(cluster)


def test_listeners_that_contradict_each_other_are_mended(cluster: Bench) -> None:
    set_broker(cluster, listeners="PLAINTEXT://localhost:9092,SSL://localhost:9092")
    refused(cluster, "Mend it in Ambari under Kafka, Configs")
    set_broker(cluster, listeners=SHARED_TLS)
    works(cluster)


def a_listener_of_their_own(cluster: Bench) -> None:
    set_broker(
        cluster,
        listeners=f"{SHARED_TLS},BROKERS://localhost:9094",
        listener_security_protocol_map="PLAINTEXT:PLAINTEXT,SSL:SSL,BROKERS:SSL",
        inter_broker_listener_name="BROKERS",
    )
    delete_property(cluster, "security.inter.broker.protocol")


def nobody_checks_names(cluster: Bench) -> None:
    cluster.edit("kafka-broker", "ssl.endpoint.identification.algorithm", "")


@pytest.mark.parametrize("way_out", [a_listener_of_their_own, nobody_checks_names])
def test_brokers_that_share_tls_with_clients_take_either_way_out(
    cluster: Bench, way_out: Callable[[Bench], None]
) -> None:
    set_broker(cluster, listeners=SHARED_TLS, security_inter_broker_protocol="SSL")
    refused(cluster, "There are three ways out")
    way_out(cluster)
    works(cluster)
    assert "SSL://0.0.0.0:9093" in cluster.value("kafka-broker", "listeners")
    kept = "BROKERS://localhost:9094" in cluster.value("kafka-broker", "listeners")
    assert kept == (way_out is a_listener_of_their_own)


def test_an_override_is_removed(cluster: Bench) -> None:
    group = {
        "cluster_name": "mykafka",
        "group_name": "special",
        "tag": "KAFKA",
        "description": "",
        "hosts": [{"host_name": cluster.simulation.agents["wn2"].host_name}],
        "desired_configs": [{"type": "kafka-broker", "tag": "special", "properties": {"listeners": "x"}}],
    }
    cluster.write("POST", "/config_groups", [{"ConfigGroup": group}])
    refused(cluster, "Remove the override first")
    [made] = cluster.simulation.cluster.configurations.groups()
    cluster.write("DELETE", f"/config_groups/{made.id}", None)
    works(cluster)


def test_a_note_that_nobody_can_read_is_deleted(cluster: Bench) -> None:
    cluster.ambari().create_artifact("ip-advertising-3", "from somebody else")
    refused(cluster, "then delete the artifact")
    cluster.ambari().delete_artifact("ip-advertising-3")
    works(cluster)


def test_who_began_at_the_same_moment_as_another_run_tries_again(cluster: Bench) -> None:
    note = "POST /clusters/{cluster}/services/{service}/artifacts/{artifact}"
    other: list[RunNote] = []

    def begin_first() -> None:
        other.append(RunNote.take(cluster.ambari(), cluster.clock, Progress(cluster.clock), Writer.here()))

    with pytest.raises(RunUnderWay, match=r"at the same moment\. Try again later"):
        cluster.run(between=once(note, begin_first)).change.advertise()
    other[0].release()
    works(cluster)


def test_a_note_that_could_not_be_taken_away_is_taken_away_by_the_next_run(cluster: Bench) -> None:
    cluster.simulation.agents["wn0"].failures = 1

    def refuse_to_delete(call: str) -> None:
        if call.startswith("DELETE "):
            run.wireless.at = len(run.calls)

    run = cluster.run(trouble="500", between=refuse_to_delete)
    with pytest.raises(
        RollStopped, match=r"wn0-mykafk(?s:.*) could not be tidied up, .* The next run does it\."
    ):
        run.change.advertise()
    assert cluster.ambari().artifacts() != {}
    cluster.run().change.advertise()
    assert cluster.problems() == []


def test_an_address_that_leads_nowhere_is_checked(cluster: Bench) -> None:
    cluster.run().change.advertise()
    provider = IpAdvertisingProvider()
    provider.configure(ConfigureRequest(Config({"aks-kafka:ambariPassword": "admin"}, "aks-kafka")))
    given = provider.check({}, {**INPUTS, "ambariUrl": "https://mykafka.invalid"}).inputs
    with pytest.raises(Unreachable, match="Check the address"):
        provider.create(given)
    assert provider.create({**given, "ambariUrl": cluster.simulation.url}).id == "mykafka/KAFKA"


def test_a_password_that_is_missing_is_set(cluster: Bench) -> None:
    cluster.run().change.advertise()
    provider = IpAdvertisingProvider()
    given = provider.check({}, {**INPUTS, "ambariUrl": cluster.simulation.url}).inputs
    provider.configure(ConfigureRequest(Config({}, "aks-kafka")))
    with pytest.raises(SignInRefused, match="`pulumi config set --secret aks-kafka:ambariPassword`"):
        provider.create(given)
    provider.configure(ConfigureRequest(Config({"aks-kafka:ambariPassword": "admin"}, "aks-kafka")))
    assert provider.create(given).id == "mykafka/KAFKA"


def test_a_refusal_that_was_read_goes_with_a_refresh_once_it_is_mended(cluster: Bench) -> None:
    cluster.run().change.advertise()
    provider = IpAdvertisingProvider()
    provider.configure(ConfigureRequest(Config({"aks-kafka:ambariPassword": "admin"}, "aks-kafka")))
    given = {**INPUTS, "ambariUrl": cluster.simulation.url}
    outs = provider.create(provider.check({}, given).inputs).outs or {}

    def refusals_after_a_refresh() -> list[str]:
        read = provider.read("id", outs)
        failures = provider.check(read.inputs or {}, given).failures
        return [failure.reason for failure in failures if failure.property == "listeners"]

    set_broker(cluster, listeners="PLAINTEXT://0.0.0.0:9092,SSL://0.0.0.0:9092")
    [refusal] = refusals_after_a_refresh()
    assert "once it is mended, run with --refresh" in refusal
    set_broker(cluster, listeners="PLAINTEXT://0.0.0.0:9092")
    assert refusals_after_a_refresh() == []
