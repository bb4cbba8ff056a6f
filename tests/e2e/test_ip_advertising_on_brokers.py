"""IpAdvertising on real brokers: drift, a pasted snippet, delete, a kill, a broken node, lost answers.

The controller restarts last, and which broker that is, Kafka decides: no test asks more of the order.
"""

import subprocess
import uuid
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import psutil
import pytest

from components.ambari.configuration.kafka_env import BLOCK
from components.ambari.configuration.listeners import HDINSIGHT_LISTENERS
from components.ambari.configuration.note import newest
from emulator.home import CHECKOUT
from tests.e2e.environment import Environment, await_page, eventually, occurrences, send
from tests.e2e.live_kafka import LiveKafka, Visitor, bundle, start_pulumi

UP = ("up", "--yes", "--skip-preview", "--refresh")
CLUSTER = "/clusters/{cluster}"
REQUESTS = f"{CLUSTER}/requests"
SERVICE = f"{CLUSTER}/services/{{service}}"
ARTIFACT = f"{SERVICE}/artifacts/{{artifact}}"
SNIPPET = (CHECKOUT / "emulator" / "tests" / "how_to_snippet.sh").read_text()

ANOTHER_TEAM = """\
import pulumi
from components.ambari import IpAdvertising, IpAdvertisingArgs

config = pulumi.Config("aks-kafka")
IpAdvertising(
    "ip-advertising",
    IpAdvertisingArgs(
        ambari_url=config.require("ambariUrl"),
        cluster_name=config.require("kafkaClusterName"),
        user="admin",
        password_config_key="aks-kafka:ambariPassword",
        restart="all-at-once",
        settle_seconds=1,
    ),
)
"""


@pytest.fixture
def kafka(environment: Environment, monkeypatch: pytest.MonkeyPatch) -> Iterator[LiveKafka]:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", bundle(environment))
    kafka = LiveKafka.of(environment)
    yield kafka
    kafka.check()
    assert kafka.ambari.maintenance() == "OFF"
    environment.pulumi("up", "--yes", "--skip-preview", "--expect-no-changes")


def test_edits_are_shown_and_repaired_broker_by_broker_while_the_page_is_used(kafka: LiveKafka) -> None:
    world, before = kafka.environment, kafka.newest_request()
    content = kafka.value("kafka-env", "content")
    kafka.edit("kafka-env", "content", content.replace(":9092", ":9093") + SNIPPET)
    kafka.edit("kafka-broker", "listeners", HDINSIGHT_LISTENERS)

    preview = world.pulumi("preview", "--refresh", "--diff")
    assert '~ listeners        : "PLAINTEXT://localhost:9092" => "PLAINTEXT://0.0.0.0:9092"' in preview
    assert '"PLAINTEXT://:9093" : values["listeners"]' in preview
    assert "- # and a snippet pasted by hand does the same" in preview
    assert all(f'"{host}' in preview for host in kafka.hosts())
    assert kafka.restarts_since(before) == []

    visitor = Visitor(world.outputs()["appUrl"], f"during the roll {uuid.uuid4()}")
    output = world.pulumi(*UP)
    visitor.stop()
    assert "broker 2 of 3, wn" in output
    assert sorted(kafka.restarted_since(before)) == ["wn0", "wn3", "wn4"]
    tasks = [task for request in kafka.restarts_since(before) for task in request.tasks]
    assert all(
        one.ended is not None and other.started is not None and one.ended <= other.started
        for one, other in pairwise(tasks)
    )
    assert kafka.value("kafka-env", "content") == content

    assert visitor.troubles == []
    once_each = dict.fromkeys(visitor.sent, 1)
    eventually(lambda: visitor.received() == once_each, "every message has come back once")


def test_a_working_snippet_is_adopted_and_delete_takes_it_back(
    kafka: LiveKafka, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    world, url = kafka.environment, kafka.environment.outputs()["appUrl"]
    names, addresses = set(kafka.hosts()), {broker.ip for broker in kafka.ambari.brokers()}
    content = kafka.value("kafka-env", "content")
    original = content.replace(f"\n{BLOCK}\n", "")
    kafka.edit("kafka-env", "content", original + SNIPPET)
    kafka.restart_by_hand(kafka.hosts())
    eventually(lambda: kafka.advertised() == addresses, "the snippet does its work")

    monkeypatch.setenv("PYTHONPATH", str(CHECKOUT))
    another = another_program(world, tmp_path)
    before, mark = kafka.newest_request(), len(world.ambari_requests())
    world.pulumi(*another, "up", "--yes", "--skip-preview")
    world.pulumi(*another, "refresh", "--yes", "--expect-no-changes")
    assert kafka.writes_since(mark) == []

    world.pulumi(*another, "destroy", "--yes", "--skip-preview")
    assert [len(request.tasks) for request in kafka.restarts_since(before)] == [3]
    assert kafka.value("kafka-env", "content") == original
    assert kafka.value("kafka-broker", "listeners") == HDINSIGHT_LISTENERS
    eventually(lambda: kafka.advertised() == names, "every broker advertises its name")

    before = kafka.newest_request()
    world.pulumi(*another, "up", "--yes", "--skip-preview")
    world.pulumi(*another, "stack", "rm", "--yes", "--force")
    assert [len(request.tasks) for request in kafka.restarts_since(before)] == [3]
    assert kafka.value("kafka-env", "content") == content
    await_page(url)
    text = f"after the way back {uuid.uuid4()}"
    send(url, text)
    eventually(lambda: occurrences(url, text) == 1, "the page works again")


def another_program(world: Environment, folder: Path) -> tuple[str, str]:
    """A program of another stack, about the same cluster."""
    (folder / "Pulumi.yaml").write_text("name: another-team\nruntime: python\n")
    (folder / "__main__.py").write_text(ANOTHER_TEAM)
    settings = (CHECKOUT / "Pulumi.local.yaml").read_text()
    address = f"  aks-kafka:ambariUrl: {world.outputs()['ambariUrl']}\n"
    (folder / "Pulumi.local.yaml").write_text(settings.rstrip("\n") + "\n" + address)
    return "--program", str(folder)


def test_a_run_killed_in_the_middle_is_finished_by_the_next(kafka: LiveKafka) -> None:
    world, before = kafka.environment, kafka.newest_request()
    kafka.ambari.set_maintenance("ON")
    kafka.make_every_broker_stale()

    run = start_pulumi(world, *UP)
    eventually(lambda: len(kafka.restarts_since(before)) == 1, "the first broker is being restarted")
    _, note = newest(kafka.ambari.artifacts())
    assert note is not None
    mark = len(world.ambari_requests())
    helpers = kill(run)
    eventually(note.writer.provably_dead, "the provider has ended")
    assert kafka.writes_since(mark) == []

    output = world.pulumi(*UP)
    assert [process for process in helpers if process.is_running()] == []
    assert "Going on where the run of" in output
    assert sorted(kafka.restarted_since(before)) == ["wn0", "wn3", "wn4"]
    assert kafka.ambari.maintenance() == "ON"
    kafka.ambari.set_maintenance("OFF")


def kill(run: subprocess.Popen[str]) -> list[psutil.Process]:
    """Kills the command line, and answers the processes that it had started."""
    started = psutil.Process(run.pid).children(recursive=True)
    run.kill()
    run.wait()
    return started


def test_a_broker_that_starts_and_ends_again_stops_the_roll_and_a_kill_of_the_repair_is_repaired_too(
    kafka: LiveKafka,
) -> None:
    world, before = kafka.environment, kafka.newest_request()
    threads = kafka.value("kafka-broker", "num.io.threads")
    kafka.edit("kafka-broker", "num.io.threads", "0")
    ended = world.run("pulumi", *UP)
    assert ended.status != 0
    (request,) = kafka.restarts_since(before)
    (task,) = request.tasks
    assert task.status == "COMPLETED"
    told = f"is INSTALLED although its restart completed (request {request.id}, task {task.id} in Ambari)"
    assert told in ended.output
    assert [broker.host for broker in kafka.ambari.brokers() if not broker.started] == [task.host]
    assert kafka.ambari.maintenance() == "OFF"
    assert kafka.ambari.artifacts() == {}

    kafka.edit("kafka-broker", "num.io.threads", threads)
    run = start_pulumi(world, *UP)
    eventually(lambda: len(kafka.restarts_since(before)) == 3, "the second broker is being restarted", 90)
    kill(run)
    assert "broker 1 of 1, wn" in world.pulumi(*UP)
    assert sorted(kafka.restarted_since(before)) == sorted(["wn0", "wn3", "wn4", task.host[:3]])


def test_a_broker_that_does_not_come_back_stops_the_roll(kafka: LiveKafka) -> None:
    world = kafka.environment
    kafka.make_every_broker_stale()
    kafka.restart_by_hand(kafka.hosts()[:1])
    before = kafka.newest_request()
    remount(world, "wn3", "ro")
    try:
        ended = world.run("pulumi", *UP)
    finally:
        remount(world, "wn3", "rw")
    assert ended.status != 0
    *_, request = kafka.restarts_since(before)
    (task,) = request.tasks
    assert task.host.startswith("wn3")
    reason = f"Restarting Kafka on {task.host} is FAILED (request {request.id}, task {task.id} in Ambari)"
    assert reason in ended.output
    assert "Read-only file system" in ended.output
    assert "the next `pulumi up` goes on with them" in ended.output
    assert [broker.started for broker in kafka.ambari.brokers()] == [True, False, True]
    assert kafka.ambari.maintenance() == "OFF"
    assert kafka.ambari.artifacts() == {}

    world.pulumi(*UP)
    assert sorted(kafka.restarted_since(before)) == ["wn3", "wn3", "wn4"]


def remount(world: Environment, node: str, mode: str) -> None:
    """What a kernel does to a disk with errors, and its administrator after the repair."""
    world.succeed("exec", node, "--", "mount", "-o", f"remount,bind,{mode}", "/run/kafka")


def test_requests_and_answers_that_get_lost_on_the_way_restart_nobody_twice(kafka: LiveKafka) -> None:
    world, before = kafka.environment, kafka.newest_request()
    content = kafka.value("kafka-env", "content")
    kafka.edit("kafka-env", "content", content.replace(f"\n{BLOCK}\n", ""))
    mark = len(world.ambari_requests())
    kafka.fault("PUT", CLUSTER, 1, "before", "reset")
    kafka.fault("PUT", CLUSTER, 2, "after", "drop")
    kafka.fault("POST", REQUESTS, 1, "after", "drop")
    kafka.fault("POST", REQUESTS, 2, "before", "drop")
    kafka.fault("POST", REQUESTS, 4, "before", "500")
    kafka.fault("POST", ARTIFACT, 1, "after", "drop")
    kafka.fault("PUT", ARTIFACT, 1, "before", "reset")
    kafka.fault("PUT", ARTIFACT, 3, "after", "500")
    kafka.fault("DELETE", ARTIFACT, 1, "after", "drop")
    kafka.fault("GET", f"{REQUESTS}/{{request}}", 1, "before", "503")
    kafka.fault("GET", f"{CLUSTER}/host_components", 5, "before", "html")
    kafka.fault("GET", REQUESTS, 8, "before", "500")
    kafka.fault("GET", f"{CLUSTER}/hosts", 10, "before", "empty")

    first = world.run("pulumi", *UP, "--diff")
    assert "+ kafkaEnvBlock" in first.output
    assert "broker 3 of 3, wn" in first.output
    assert "HTTP 500: Server Error" in first.output
    assert kafka.ambari.maintenance() == "OFF"
    assert kafka.ambari.artifacts() == {}
    world.pulumi(*UP)
    struck = {
        (request["method"], request["route"])
        for request in kafka.requests_since(mark)
        if request["status"] in (0, 500, 503)
    }
    assert {("PUT", CLUSTER), ("POST", REQUESTS), ("GET", REQUESTS)} <= struck
    assert {("POST", ARTIFACT), ("PUT", ARTIFACT), ("DELETE", ARTIFACT)} <= struck
    assert ("GET", f"{REQUESTS}/{{request}}") in struck
    assert sorted(kafka.restarted_since(before)) == ["wn0", "wn3", "wn4"]
    assert kafka.value("kafka-env", "content") == content
