"""The client against answers recorded from a real Ambari 2.7.3, and against what networks do to answers."""

import base64
import json
import socket
from pathlib import Path

import certifi
import pytest

from components.ambari.api.client import Ambari
from components.ambari.api.connection import Connection
from components.ambari.api.errors import (
    AmbariError,
    AnswerLost,
    CertificateUntrusted,
    ClusterUnknown,
    GatewayAnswered,
    NotPermitted,
    Rejected,
    ServerFailed,
    SignInRefused,
    UnexpectedAnswer,
    Unreachable,
)
from components.ambari.api.model import Configuration
from components.ambari.api.patience import PATIENCE
from emulator.ambari.simulation import simulated_server
from emulator.tls import Authority
from tests.unit.ambari.clocks import FakeClock
from tests.unit.ambari.replay import Replay

PASSWORD = "Gehäuse-7!"
WN0 = "wn0-mykafk.example.internal.cloudapp.net"


def ambari(
    replay: Replay, clock: FakeClock | None = None, patience: float = 0, cluster: str = "mykafka"
) -> Ambari:
    return Ambari(Connection(replay.url, "admin", PASSWORD), cluster, clock or FakeClock(), patience)


def test_every_request_carries_what_ambari_wants():
    with Replay(["k07-maintenance-on", "k08-maintenance-get"]) as replay:
        client = ambari(replay)
        client.set_maintenance("ON")
        assert client.maintenance() == "ON"
    for seen in replay.seen:
        assert seen.headers["x-requested-by"]
        assert seen.headers["accept"] == "*/*"
        user, _, password = base64.b64decode(seen.headers["authorization"].removeprefix("Basic ")).partition(
            b":"
        )
        assert (user.decode(), password.decode()) == ("admin", PASSWORD)
        # A session cookie would win over a wrong password.
        assert "cookie" not in seen.headers
    assert replay.seen[0].headers["content-type"] == "text/plain"


def test_the_current_configuration_is_the_default_groups():
    with Replay(["n02-current-with-config-group"]) as replay:
        current = ambari(replay).current()
    assert current.version.number == 2
    assert current.version.types["kafka-broker"].properties["listeners"] == "PLAINTEXT://localhost:9092"
    assert current.version.created > 1_700_000_000
    (override,) = current.overrides
    assert override.group == "wn2group"
    assert override.hosts == ["wn2-mykafk.example.internal.cloudapp.net"]
    assert "listeners" in override.properties["kafka-broker"]


def test_a_save_is_one_element_with_the_note_in_each_type():
    with Replay(["k04-put-configs"]) as replay:
        attributes = {"final": {"listeners": "true"}}
        types = {
            "kafka-broker": Configuration("version1", {"listeners": "x"}, attributes),
            "kafka-env": Configuration("version1", {"content": "ü"}),
        }
        ambari(replay).save(types, "why")
    (seen,) = replay.seen
    assert (seen.method, seen.path) == ("PUT", "/api/v1/clusters/mykafka")
    (element,) = seen.body
    broker, environment = element["Clusters"]["desired_config"]
    assert broker == {
        "type": "kafka-broker",
        "tag": "version1",
        "properties": {"listeners": "x"},
        "properties_attributes": attributes,
        "service_config_version_note": "why",
    }
    assert environment["properties"] == {"content": "ü"}
    assert "properties_attributes" not in environment


def test_brokers_have_address_state_and_flag():
    with Replay(["k14-hosts", "p44c-host-components-during"]) as replay:
        brokers = ambari(replay).brokers()
    assert [broker.short_name for broker in brokers] == ["wn0-mykafk", "wn1-mykafk", "wn2-mykafk"]
    assert [broker.ip for broker in brokers] == ["10.0.0.11", "10.0.0.12", "10.0.0.13"]
    assert all(broker.started and not broker.stale for broker in brokers)


def test_a_restart_names_the_host_and_a_level_that_maintenance_mode_does_not_stop():
    with Replay(["k10-0-restart-wn0"]) as replay:
        assert ambari(replay).restart([WN0, "b"], "context 1") == 16
    (seen,) = replay.seen
    assert seen.body["RequestInfo"]["operation_level"]["level"] == "HOST_COMPONENT"
    assert seen.body["RequestInfo"]["context"] == "context 1"
    (resources,) = seen.body["Requests/resource_filters"]
    assert resources == {"service_name": "KAFKA", "component_name": "KAFKA_BROKER", "hosts": f"{WN0},b"}


def test_a_restart_that_ambari_accepts_and_skips_is_an_error():
    clock = FakeClock()
    script = ["k09a-restart-cluster-level-skipped", *["p44-request-schedules"] * 20]
    with Replay(script) as replay, pytest.raises(UnexpectedAnswer, match="HTTP 201 and restarted nothing"):
        ambari(replay, clock).restart([WN0], "context 1")


@pytest.mark.parametrize("lost", ["drop", (502, "<html>bad gateway</html>"), "b21b-put-content-type-json"])
def test_a_restart_whose_answer_was_lost_is_found_by_its_context(lost: object):
    with Replay([lost, "p44-request-schedules", "p48b-ctx-to-end"]) as replay:
        assert ambari(replay, patience=PATIENCE).restart([WN0], "Restart Kafka - 1 (a&b)") == 15
    assert [seen.method for seen in replay.seen] == ["POST", "GET", "GET"]
    assert "Requests/request_context=Restart%20Kafka%20-%201%20%28a%26b%29&" in replay.seen[1].path
    assert replay.seen[1].path.endswith("&to=end")


def test_a_restart_that_never_arrived_is_reported_and_not_sent_again():
    with Replay(["drop", *["p44-request-schedules"] * 20]) as replay, pytest.raises(AnswerLost):
        ambari(replay, FakeClock(), PATIENCE).restart([WN0], "context 1")
    assert [seen.method for seen in replay.seen].count("POST") == 1


def test_a_request_that_failed_early_has_not_ended():
    with Replay(["j01-early-failure-poll-3", "f01b-request-failed-partial", "i03b-request"]) as replay:
        client = ambari(replay)
        early, failed, aborted = client.request(106), client.request(77), client.request(105)
    assert (early.status, early.ended) == ("FAILED", False)
    assert (failed.status, failed.ended) == ("FAILED", True)
    assert sorted(task.status for task in failed.tasks) == ["COMPLETED", "COMPLETED", "FAILED"]
    assert (aborted.status, aborted.ended) == ("ABORTED", True)
    assert aborted.tasks[0].started is None


def test_unfinished_requests_of_anybody_are_found():
    with Replay(["p48-best-query"]) as replay:
        requests = ambari(replay).broker_requests()
    assert [(request.id, request.context, request.user) for request in requests] == [
        (15, "queued", "admin"),
        (14, "someone", "admin"),
    ]
    # Without to=end Ambari would look among the oldest; by status it would miss those that are queued.
    assert "to=end" in replay.seen[0].path
    assert "request_status=" not in replay.seen[0].path


def test_a_rolling_restart_counts_as_long_as_it_is_scheduled():
    # No recording has one: RequestScheduleResourceProvider and RequestExecution.Status of Ambari's source do.
    described = {"id": 1, "status": "SCHEDULED", "description": "Rolling restart of KAFKA_BROKER"}
    schedules = [described, {"id": 2, "status": "SCHEDULED"}, {"id": 3, "status": "COMPLETED"}]
    answer = json.dumps({"items": [{"RequestSchedule": schedule} for schedule in schedules]})
    with Replay([(200, answer)]) as replay:
        assert ambari(replay).unfinished_schedules() == ["Rolling restart of KAFKA_BROKER", "2"]


@pytest.mark.parametrize("loser", ["p04-artifact-duplicate", "p14-race2-1"])
def test_the_loser_of_a_race_for_a_note_knows_that_it_lost(loser: str):
    there = (200, '{"artifact_data": {"json": "the winner\'s"}}')
    with Replay([loser, there, there]) as replay:
        assert ambari(replay, patience=PATIENCE).create_artifact("n-1", "ours") is False
    assert [seen.method for seen in replay.seen].count("POST") == 1


def test_a_note_whose_answer_was_lost_is_known_to_be_there():
    there = (200, '{"artifact_data": {"json": "ours"}}')
    with Replay(["drop", there, there]) as replay:
        assert ambari(replay, patience=PATIENCE).create_artifact("n-1", "ours") is True
    assert [seen.method for seen in replay.seen].count("POST") == 1
    assert replay.seen[0].body == {"artifact_data": {"json": "ours"}}


def test_a_note_that_is_gone_already_counts_as_deleted():
    gone = (404, '{"status": 404, "message": "The requested resource doesn\'t exist: Artifact not found"}')
    with Replay([gone]) as replay:
        ambari(replay).delete_artifact("n-1")
    with Replay(["drop", gone]) as replay:
        ambari(replay, patience=PATIENCE).delete_artifact("n-1")
    assert [seen.method for seen in replay.seen] == ["DELETE", "GET"]


def test_an_artifact_of_another_shape_reads_as_an_empty_text():
    theirs = '{"items": [{"Artifacts": {"artifact_name": "x"}, "artifact_data": {"op": "roll"}}]}'
    with Replay([(200, theirs)]) as replay:
        assert ambari(replay).artifacts() == {"x": ""}


def test_an_artifact_that_is_not_there_is_none():
    with Replay(["p01b-artifact-unknown"]) as replay:
        assert ambari(replay).artifact("roll-intent") is None


@pytest.mark.parametrize(
    ("recording", "error", "words"),
    [
        ("g01-wrong-password-get", SignInRefused, "Invalid username/password"),
        ("g01c-no-auth", SignInRefused, "Missing authentication token"),
        ("g08f-viewer-put-config", NotPermitted, "appropriate authorizations"),
        ("g03b-unknown-cluster-sub", ClusterUnknown, "clusterName=nosuch"),
        ("b21b-put-content-type-json", ServerFailed, "HTTP 500"),
        ("a13-accept-json", Rejected, "HTTP 406: Not Acceptable"),
        ((401, ""), SignInRefused, "401"),
        ((502, "<html><h1>Bad Gateway</h1></html>"), GatewayAnswered, "HTTP 502"),
        ((503, ""), GatewayAnswered, "HTTP 503"),
        ((200, "<!DOCTYPE html><title>Sign in</title>"), GatewayAnswered, "a page of its gateway"),
        ((302, ""), GatewayAnswered, "HTTP 302"),
        ((200, "{'not json"), GatewayAnswered, "other than JSON"),
        ((200, ""), AnswerLost, "with nothing"),
        ("drop", AnswerLost, "no answer to GET"),
    ],
)
def test_each_way_to_fail_has_its_own_sentence(recording: object, error: type[AmbariError], words: str):
    no_cluster = (200, json.dumps({"items": []}))
    with Replay([recording, no_cluster]) as replay, pytest.raises(error, match=words) as raised:
        ambari(replay).maintenance()
    assert type(raised.value) is error
    assert PASSWORD not in str(raised.value)
    assert "\n" not in str(raised.value)


def test_a_403_is_never_tried_again_and_names_a_rotated_password():
    replay = Replay(["g01-wrong-password-get"])
    with replay, pytest.raises(SignInRefused, match="--run-program"):
        ambari(replay, patience=PATIENCE).maintenance()
    assert len(replay.seen) == 1


def test_an_unknown_cluster_is_told_from_one_without_kafka():
    empty = "g03f-unknown-cluster-configurations"
    others = (200, json.dumps({"items": [{"Clusters": {"cluster_name": "another"}}]}))
    with Replay([empty, "g03b-unknown-cluster-sub", others]) as replay, pytest.raises(ClusterUnknown):
        ambari(replay, cluster="nosuch").current()
    with Replay([empty, (200, "{}")]) as replay, pytest.raises(UnexpectedAnswer, match="not a Kafka cluster"):
        ambari(replay).current()


def test_a_cluster_is_found_by_its_name_in_azures_spelling():
    with simulated_server(name="MyKafka", password=PASSWORD) as simulation:
        client = Ambari(Connection(simulation.url, "admin", PASSWORD), "mykafka", FakeClock())
        assert client.current().version.types
        assert client.cluster == "MyKafka"
        assert [broker.host for broker in client.brokers()]
        with pytest.raises(ClusterUnknown):
            Ambari(Connection(simulation.url, "admin", PASSWORD), "my-kafka", FakeClock()).current()


def test_a_cluster_is_found_in_azures_spelling_whatever_is_asked_first():
    with simulated_server(name="MyKafka", password=PASSWORD) as simulation:
        client = Ambari(Connection(simulation.url, "admin", PASSWORD), "mykafka", FakeClock())
        assert [broker.host for broker in client.brokers()]
        assert client.cluster == "MyKafka"
        with pytest.raises(ClusterUnknown):
            Ambari(Connection(simulation.url, "admin", PASSWORD), "my-kafka", FakeClock()).brokers()


def test_a_question_is_asked_again_while_ambari_restarts():
    with Replay(["k08-maintenance-get", "drop", (503, "<html>"), "k08-maintenance-get"]) as replay:
        client = ambari(replay, patience=PATIENCE)
        client.maintenance()
        assert client.maintenance() == "ON"


def test_patience_ends():
    clock = FakeClock()
    with Replay([(503, "")] * 1000) as replay, pytest.raises(GatewayAnswered):
        ambari(replay, clock, PATIENCE).maintenance()
    assert clock.passed == pytest.approx(PATIENCE, abs=5)


def test_no_route_is_told_at_once():
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"https://127.0.0.1:{unused.getsockname()[1]}"
        clock = FakeClock()
        with pytest.raises(Unreachable, match=r"can't be reached .*refused"):
            Ambari(Connection(url, "admin", PASSWORD), "mykafka", clock).maintenance()
    assert clock.passed == 0


def test_an_unknown_host_name_is_told_at_once():
    with pytest.raises(Unreachable, match="can't be reached"):
        Ambari(Connection("https://ambari.invalid", "admin", PASSWORD), "mykafka", FakeClock()).maintenance()


def test_plain_http_behind_an_https_address_is_a_certificate_matter():
    with Replay(["k08-maintenance-get"]) as replay:
        url = replay.url.replace("http:", "https:")
        with pytest.raises(CertificateUntrusted, match="REQUESTS_CA_BUNDLE"):
            Ambari(Connection(url, "admin", PASSWORD), "mykafka", FakeClock()).maintenance()


@pytest.mark.parametrize("trusted", [True, False])
def test_a_certificate_of_an_unknown_authority_is_not_trusted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, trusted: bool
):
    authority = Authority(tmp_path)
    context = authority.server_context("localhost", ["127.0.0.1"])
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(authority.bundle) if trusted else certifi.where())
    with simulated_server(password=PASSWORD, context=context) as simulation:
        client = Ambari(Connection(simulation.url, "admin", PASSWORD), "mykafka", FakeClock())
        if trusted:
            assert client.maintenance() == "OFF"
        else:
            with pytest.raises(CertificateUntrusted, match=r"certificate of https://127.* is not trusted"):
                client.maintenance()
        assert len(simulation.server.log.since()) == trusted


def test_a_write_asks_first_whether_it_may():
    def forbidden() -> None:
        raise KeyboardInterrupt

    with Replay([]) as replay:
        client = Ambari(Connection(replay.url, "admin", PASSWORD, forbidden), "mykafka", FakeClock(), 0)
        with pytest.raises(KeyboardInterrupt):
            client.set_maintenance("ON")
    assert replay.seen == []


def test_maintenance_mode_whose_answer_was_lost_is_looked_at_before_it_is_set_again():
    with Replay(["drop", "k08-maintenance-get"]) as replay:
        ambari(replay, patience=PATIENCE).set_maintenance("ON")
    assert [seen.method for seen in replay.seen] == ["PUT", "GET"]


def test_an_ambari_that_accepts_and_says_nothing_is_given_up_on():
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        connection = Connection(url, "admin", PASSWORD, read_timeout=0.1)
        with pytest.raises(AnswerLost, match=r"gave no answer to GET .*timed out"):
            Ambari(connection, "mykafka", FakeClock(), 0).maintenance()


def test_rolling_restarts_made_in_ambari_count_until_their_last_batch():
    statuses = {1: "COMPLETED", 2: "IN_PROGRESS", 3: "SCHEDULED", 4: "DISABLED", 5: "ABORTED"}
    items = [
        {"RequestSchedule": {"id": number, "description": f"Rolling Restart {number}", "status": status}}
        for number, status in statuses.items()
    ]
    with Replay([(200, json.dumps({"items": items}))]) as replay:
        assert ambari(replay).unfinished_schedules() == ["Rolling Restart 2", "Rolling Restart 3"]


@pytest.mark.parametrize(("stderr", "shown"), [("None", ""), ("", ""), ("None of it\n", "None of it\n")])
def test_an_agents_none_is_no_text(stderr: str, shown: str):
    with Replay([(200, json.dumps({"Tasks": {"stderr": stderr}}))]) as replay:
        assert ambari(replay).stderr(1, 2) == shown


def test_the_roles_that_count_are_those_in_this_cluster_and_in_ambari():
    privileges = [
        {"PrivilegeInfo": {"permission_name": "CLUSTER.USER", "cluster_name": "mykafka"}},
        {"PrivilegeInfo": {"permission_name": "CLUSTER.OPERATOR", "cluster_name": "another"}},
        {"PrivilegeInfo": {"permission_name": "VIEW.USER", "view_name": "FILES"}},
    ]
    with Replay([(200, json.dumps({"privileges": privileges}))]) as replay:
        assert ambari(replay).roles() == {"CLUSTER.USER", "VIEW.USER"}
    assert replay.seen[0].path.startswith("/api/v1/users/admin?fields=privileges/PrivilegeInfo/cluster_name,")


@pytest.mark.parametrize("answer", [(404, "{}"), (500, "{}"), (403, '{"message": "no"}'), (200, "{}")])
def test_where_nobody_tells_the_roles_there_are_none(answer: tuple[int, str]):
    with Replay([answer]) as replay:
        assert ambari(replay, patience=PATIENCE).roles() == frozenset()
    assert len(replay.seen) == 1
