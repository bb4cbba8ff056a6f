"""IpAdvertising on the real engine, against a simulated cluster behind the emulator's Ambari."""

import json
import socket
from pathlib import Path
from typing import Any

import certifi
import pytest

from components.ambari.api.client import Ambari
from components.ambari.api.connection import Connection
from components.ambari.api.model import Configuration
from components.ambari.configuration.kafka_env import BLOCK
from emulator.home import CHECKOUT
from tests.e2e.environment import eventually
from tests.e2e.lone_resource import ONCE_EACH, PASSWORD, REQUESTS, TWICE_EACH, LoneResource
from tests.e2e.secrecy import all_command_lines, files_that_hold, log_everything, spellings
from tests.simulated.ambari.kafka import SimulatedKafka, kafka_in
from tests.unit.api_server import kubeconfig, serving

VERSION_0_1 = (CHECKOUT / "tests" / "unit" / "ambari" / "blocks" / "version-0.1.sh").read_text()


NEW_SINCE_0_1 = (
    "bootstrapServersTls",
    "bootstrapServersSasl",
    "bootstrapServersSaslTls",
    "listenersWanted",
    "refused",
    "batch",
    "order",
    "unavailable",
    "underReplicated",
    "advertised",
    "advertisedWanted",
)
"""The properties that the states of version 0.1 lack."""


def edit(ambari: Ambari, type_: str, key: str, value: str) -> None:
    old = ambari.current().version.types[type_]
    changed = Configuration(f"edited-{ambari.current().version.number}", {**old.properties, key: value})
    ambari.save({type_: changed}, "edited by hand")


def test_the_life_of_the_resource(lone: LoneResource, ambari: Ambari):
    original = ambari.current().version.types["kafka-env"].properties["content"]
    mark = lone.simulation.server.log.mark
    lone.succeed("preview")
    assert lone.simulation.server.log.since(mark) == []

    output = lone.up()
    assert "broker 2 of 3, wn1-mykafk (10.0.0.12): restarting" in output
    assert lone.restarts() == ONCE_EACH
    outputs = lone.outputs()
    assert outputs["bootstrapServers"] == "10.0.0.11:9092,10.0.0.12:9092,10.0.0.13:9092"
    assert outputs["configVersion"] == ambari.current().version.number
    assert [broker["ip"] for broker in outputs["brokers"]] == ["10.0.0.11", "10.0.0.12", "10.0.0.13"]
    assert outputs["staleBrokers"] == []

    mark = lone.simulation.server.log.mark
    lone.succeed("preview", "--expect-no-changes")
    lone.succeed("up", "--yes", "--expect-no-changes")
    assert lone.simulation.server.log.since(mark) == []
    lone.succeed("refresh", "--yes", "--expect-no-changes")
    lone.succeed("preview", "--refresh", "--expect-no-changes")
    assert lone.writes_since(mark) == []

    exported = lone.succeed("stack", "export", "--show-secrets")
    (lone.folder / "state.json").write_text(exported)
    lone.succeed("stack", "import", "--file", str(lone.folder / "state.json"))
    lone.succeed("preview", "--expect-no-changes")

    lone.succeed("destroy", "--yes")
    version = ambari.current().version
    assert version.types["kafka-env"].properties["content"] == original
    assert version.types["kafka-broker"].properties["listeners"] == "PLAINTEXT://localhost:9092"
    assert lone.restarts() == TWICE_EACH
    assert ambari.maintenance() == "OFF"
    assert ambari.artifacts() == {}


def test_what_kafka_is_asked_with_is_no_update_and_stands_in_no_state_in_plain(lone: LoneResource):
    with serving({}) as api:
        kafka = SimulatedKafka(lone.simulation, {"orders": [[0, 1], [1, 2]]}, controller=0)
        api.answers.update(kafka_in(kafka))
        lone.succeed("config", "set", "--secret", "kubeconfig", kubeconfig(api.url, token="Pl4nted-T0ken"))
        output = lone.up()
        assert "broker 3 of 3, wn0-mykafk (10.0.0.11): runs with the new configuration" in output
        assert "no gate knows" not in output
        assert lone.restarts() == ONCE_EACH
        assert "Pl4nted" not in lone.succeed("stack", "export") + output + lone.succeed("stack", "output")

        lone.succeed("config", "set", "--secret", "kubeconfig", kubeconfig(api.url, token="Renewed-T0ken"))
        lone.succeed("up", "--yes", "--expect-no-changes")
        lone.succeed("preview", "--refresh", "--expect-no-changes")
        kafka.advertising = {1: "wn1-mykafk.internal"}
        preview = lone.succeed("preview", "--refresh", "--diff")
        assert '"wn1-mykafk.internal:9092" => "10.0.0.12:9092"' in preview
        assert "1 broker restarts: wn1-mykafk" in preview
        assert "T0ken" not in preview


def test_each_kind_of_drift_is_shown_and_repaired(lone: LoneResource, ambari: Ambari):
    lone.up()
    content = ambari.current().version.types["kafka-env"].properties["content"]
    mark = lone.simulation.server.log.mark
    edit(ambari, "kafka-broker", "listeners", "PLAINTEXT://localhost:9092")
    preview = lone.succeed("preview", "--refresh", "--diff")
    assert '~ listeners        : "PLAINTEXT://localhost:9092" => "PLAINTEXT://0.0.0.0:9092"' in preview
    assert '- [0]: "wn0-mykafk' in preview

    edit(ambari, "kafka-env", "content", content.replace(":9092", ":9093"))
    preview = lone.succeed("preview", "--refresh", "--diff")
    assert '"PLAINTEXT://:9093" : values["listeners"]' in preview
    edit(ambari, "kafka-env", "content", content.replace(BLOCK, ""))
    assert "+ kafkaEnvBlock" in lone.succeed("preview", "--refresh", "--diff")

    lone.succeed("up", "--yes", "--skip-preview", "--refresh")
    assert BLOCK in ambari.current().version.types["kafka-env"].properties["content"]
    assert lone.restarts() == TWICE_EACH
    assert lone.writes_since(mark).count("PUT /clusters/{cluster}") == 4

    edit(ambari, "kafka-log4j", "content", "log4j.rootLogger=DEBUG, stdout\n")
    stale = json.loads(lone.succeed("preview", "--refresh", "--json"))
    (step,) = [step for step in stale["steps"] if "IpAdvertising" in step["urn"] and step["op"] == "update"]
    assert [host.split("-")[0] for host in step["oldState"]["outputs"]["plan"]] == ["wn0", "wn1", "wn2"]
    lone.succeed("up", "--yes", "--skip-preview", "--refresh")
    lone.succeed("preview", "--refresh", "--expect-no-changes")


def test_every_listener_stays_and_listeners_that_contradict_each_other_stop_a_preview(
    lone: LoneResource, ambari: Ambari
):
    edit(ambari, "kafka-broker", "listeners", "SASL_PLAINTEXT://localhost:9092,PLAINTEXT://localhost:9094")
    lone.up()
    opened = "SASL_PLAINTEXT://0.0.0.0:9092,PLAINTEXT://0.0.0.0:9094"
    assert ambari.current().version.types["kafka-broker"].properties["listeners"] == opened
    assert lone.outputs()["bootstrapServers"] == "10.0.0.11:9094,10.0.0.12:9094,10.0.0.13:9094"
    lone.succeed("preview", "--expect-no-changes")
    lone.succeed("preview", "--refresh", "--expect-no-changes")

    mark = lone.simulation.server.log.mark
    edit(ambari, "kafka-broker", "listeners", opened.replace("9094", "9092"))
    for command in (["preview"], ["up", "--yes", "--skip-preview"]):
        stopped = lone.run(*command, "--refresh")
        assert stopped.status != 0
        assert "two listeners on port 9092" in stopped.output
    assert lone.writes_since(mark) == ["PUT /clusters/{cluster}"]

    edit(ambari, "kafka-broker", "listeners", opened)
    lone.succeed("up", "--yes", "--skip-preview", "--refresh")
    lone.succeed("preview", "--refresh", "--expect-no-changes")


def test_a_stack_of_version_0_1_shows_no_step_and_restarts_nobody(lone: LoneResource, ambari: Ambari):
    lone.up()
    content = ambari.current().version.types["kafka-env"].properties["content"]
    edit(ambari, "kafka-env", "content", content.replace(BLOCK, VERSION_0_1))
    number = ambari.restart([broker.host for broker in ambari.brokers()], "by hand")
    eventually(lambda: ambari.request(number).ended, "the restart by hand ends")

    state = json.loads(lone.succeed("stack", "export", "--show-secrets"))
    (resource,) = [one for one in state["deployment"]["resources"] if "IpAdvertising" in one["type"]]
    for values in (resource["inputs"], resource["outputs"]):
        values |= {"kafkaEnvBlock": VERSION_0_1, "listeners": "PLAINTEXT://0.0.0.0:9092"}
        for name in NEW_SINCE_0_1:
            values.pop(name, None)
    (lone.folder / "state.json").write_text(json.dumps(state))
    lone.succeed("stack", "import", "--file", str(lone.folder / "state.json"))

    mark = lone.simulation.server.log.mark
    lone.succeed("preview", "--expect-no-changes")
    lone.succeed("preview", "--refresh", "--expect-no-changes")
    lone.succeed("up", "--yes", "--refresh", "--expect-no-changes")
    assert lone.writes_since(mark) == []


def test_the_password_stands_nowhere(
    lone: LoneResource, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    verbose_logs = log_everything(monkeypatch, tmp_path)
    lone.simulation.agents["wn1"].failures = 1
    changing = ("up", "--yes", "--skip-preview", "--debug")
    with all_command_lines() as command_lines:
        failed = lone.run(*changing)
        done = lone.succeed(*changing) + lone.succeed("preview", "--diff", "--refresh", "--debug")
    assert failed.status != 0
    assert "Restarting Kafka on wn1-mykafk" in failed.output

    lone.configure(password="Wrong-Passw0rd!")
    refused = lone.run("up", "--yes", "--skip-preview", "--refresh", "--run-program", "--debug")
    assert refused.status != 0
    assert "Invalid username/password combination" in refused.output
    assert "--run-program" in refused.output

    shown = "".join([failed.output, done, refused.output, lone.state(), *command_lines])
    assert files_that_hold("urllib3.connectionpool", verbose_logs)
    for secret in (*spellings(PASSWORD).values(), *spellings("Wrong-Passw0rd!").values()):
        assert secret not in shown
        assert files_that_hold(secret, verbose_logs, lone.folder / "home") == []


def test_what_makes_a_change_impossible_is_told_in_a_sentence(lone: LoneResource):
    def failing_up() -> str:
        ended = lone.run("up", "--yes", "--skip-preview")
        assert ended.status != 0
        return ended.output

    lone.succeed("config", "set", "cluster", "otherkafka")
    assert "knows no such cluster" in failing_up()
    assert lone.writes_since(0) == []

    mark, trusted = lone.simulation.server.log.mark, lone.bundle
    lone.bundle = Path(certifi.where())
    assert f"The certificate of {lone.simulation.url} is not trusted" in failing_up()
    lone.bundle = trusted
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        lone.succeed("config", "set", "url", f"https://127.0.0.1:{unused.getsockname()[1]}")
        assert "can't be reached ([Errno 111] Connection refused)" in failing_up()
    assert lone.simulation.server.log.since(mark) == []


def test_a_change_in_a_cluster_that_is_out_of_reach_can_be_forgotten(lone: LoneResource, tmp_path: Path):
    lone.up()
    state = tmp_path / "state.json"
    state.write_text(lone.succeed("stack", "export").replace(lone.simulation.url, "https://gone.invalid"))
    lone.succeed("stack", "import", "--file", str(state))
    failed = lone.run("destroy", "--yes", "--skip-preview")
    assert failed.status != 0
    assert "`pulumi state delete` makes this stack forget its change" in failed.output
    [urn] = [each["urn"] for each in resources(lone) if each["urn"].endswith("::ip-advertising")]
    lone.succeed("state", "delete", urn, "--yes")
    lone.succeed("destroy", "--yes", "--skip-preview")
    assert resources(lone) == []


def resources(lone: LoneResource) -> list[dict[str, Any]]:
    return json.loads(lone.succeed("stack", "export"))["deployment"].get("resources", [])


def test_one_rack_at_a_time(lone: LoneResource, ambari: Ambari):
    for number, broker in enumerate(ambari.brokers()):
        set_rack(lone, broker.host, f"/ud{number % 2}")
    lone.options["unit"] = "rack"
    lone.configure()
    assert "brokers 1 to 2 of 3, wn0-mykafk (10.0.0.11), wn2-mykafk (10.0.0.13): restarting" in lone.up()
    assert lone.writes_since(0).count(f"POST {REQUESTS}") == 2
    assert [broker["rack"] for broker in lone.outputs()["brokers"]] == ["/ud0", "/ud1", "/ud0"]


def set_rack(lone: LoneResource, host: str, rack: str) -> None:
    connection = Connection(lone.simulation.url, "admin", PASSWORD)
    connection.write("PUT", f"/clusters/mykafka/hosts/{host}", {"Hosts": {"rack_info": rack}})


def test_wrong_settings_stop_the_preview_all_at_once(lone: LoneResource):
    lone.options = {"restart": "now", "unit": "room"}
    lone.configure()
    ended = lone.run("preview")
    assert ended.status != 0
    assert "must be rolling or all-at-once" in ended.output
    assert "must be broker or rack" in ended.output


def test_keeping_the_change_on_delete(lone: LoneResource, ambari: Ambari):
    lone.options["keep_on_delete"] = True
    lone.configure()
    lone.up()
    mark = lone.simulation.server.log.mark
    lone.succeed("destroy", "--yes")
    assert lone.simulation.server.log.since(mark) == []
    assert BLOCK in ambari.current().version.types["kafka-env"].properties["content"]


def test_all_at_once_is_one_request(lone: LoneResource):
    lone.options["restart"] = "all-at-once"
    lone.configure()
    lone.up()
    assert lone.writes_since(0).count(f"POST {REQUESTS}") == 1
    assert lone.restarts() == ONCE_EACH
