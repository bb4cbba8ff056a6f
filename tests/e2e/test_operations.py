"""docs/operations.md does what it says: its commands, word for word, on an environment in trouble.

The tests are in the order of the document and share one environment, which each of them leaves in order.
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from components.ambari.api.connection import Connection
from emulator import control
from emulator.azure.resource_manager import arm
from emulator.engine import STACK
from emulator.home import Home
from tests.e2e.environment import Environment, await_page, eventually, occurrences, send
from tests.e2e.live_kafka import LiveKafka
from tests.e2e.operator_shell import DOCUMENT, Operator, procedures, run_shell
from tests.e2e.states.record import STATES
from tests.e2e.test_brokers_in_trouble import Trouble
from tests.e2e.test_peering import peerings
from tests.e2e.test_states_of_earlier_versions import STEPS, earlier_stack
from tests.e2e.vault import GOOD, KEY, key, vault

PASSWORD, BY_SOMEBODY = "Another-Passw0rd-1", "Of-Somebody-3lse"
ELSEWHERE: list[str] = []
"""Procedures that were followed on another stack than the shared one."""


@pytest.fixture(scope="module")
def operator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Operator]:
    folder = tmp_path_factory.mktemp("operations")
    world = Environment(folder / "world")
    operator = Operator(world, folder / "program")
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("REQUESTS_CA_BUNDLE", str(world.home / "tls" / "bundle.pem"))
        try:
            world.succeed("start")
            operator.set_up()
            operator.shell("pulumi stack init local && pulumi up --skip-preview")
            yield operator
        finally:
            world.run("down")


def output(operator: Operator, name: str) -> str:
    return operator.shell(f"pulumi stack output {name}").strip()


def goes_on(operator: Operator, text: str) -> None:
    """A message that is sent through the page comes back from Kafka."""
    url = output(operator, "appUrl")
    await_page(url)
    send(url, text)
    eventually(lambda: occurrences(url, text) >= 1, "the message comes back")


def kafka_of(operator: Operator) -> LiveKafka:
    """By the password that the stack has now."""
    password = operator.shell("pulumi config get ambariPassword").strip()
    return LiveKafka.by(operator.world, Connection(output(operator, "ambariUrl"), "admin", password))


def test_a_broker_that_died_is_started_and_no_other(operator: Operator) -> None:
    kafka = kafka_of(operator)
    before, restarted = kafka.newest_request(), kafka.hosts()[1]
    Trouble(operator.world).signal("KILL", restarted.split("-")[0])
    eventually(lambda: sum(not broker.started for broker in kafka.ambari.brokers()) == 1, "Ambari knows")
    said = operator.follow("broker-died")
    assert f"1 broker restarts: {restarted.split('.')[0]}" in said
    assert kafka.restarted_since(before) == [restarted.split("-")[0]]
    kafka.check()
    goes_on(operator, "after a broker died")


def test_a_password_is_rotated_by_the_stack_and_learnt_from_somebody_else(operator: Operator) -> None:
    said = operator.follow("password", typed=f"{PASSWORD}\n")
    assert "kafka-gateway-password updated" in said
    assert PASSWORD not in said

    operator.shell(
        "az hdinsight credentials update --name local-kafka --resource-group aks-kafka --http-user admin "
        f"--http-password {BY_SOMEBODY} --yes"
    )
    refused = operator.try_to_follow("password-elsewhere")
    assert refused.status != 0
    assert "refused the sign-in" in refused.output
    operator.shell("pulumi config set --secret ambariPassword", typed=f"{BY_SOMEBODY}\n")
    operator.follow("password-elsewhere")
    operator.follow("password", typed=f"{BY_SOMEBODY}\n")
    operator.shell("pulumi preview --refresh --expect-no-changes")


def test_a_broker_more_and_a_pod_more_restart_nobody(operator: Operator) -> None:
    kafka = kafka_of(operator)
    before = kafka.newest_request()
    said = operator.follow("more-brokers")
    assert said.splitlines()[-1].endswith(",10.10.0.12:9092")
    assert set(kafka.restarted_since(before)) == {"wn5"}
    operator.follow("more-pods")
    pods = [node["name"] for node in operator.world.status()["nodes"] if "/kafka-test-app-" in node["name"]]
    assert len(pods) == 3
    goes_on(operator, "after one more of each")


def test_a_new_image_is_rolled_out_and_one_that_fails_is_taken_back(operator: Operator) -> None:
    url, main = output(operator, "appUrl"), operator.folder / "app" / "testapp" / "__main__.py"
    main.write_text(main.read_text() + "# A new version.\n")
    operator.commit()
    said = operator.follow("image")
    assert "command:local:Command image-build replace" in said
    assert "kafka-test-app updated" in said
    goes_on(operator, "by the new version")

    main.write_text("raise SystemExit('this version does not work')\n")
    operator.commit()
    failed = operator.try_to_follow("image")
    assert failed.status != 0
    assert "this version does not work" in failed.output
    send(url, "the old pods serve")
    operator.follow("image-back")
    goes_on(operator, "by what ran before")


def test_an_interrupted_run_is_finished_and_restarts_no_broker_twice(operator: Operator) -> None:
    kafka = kafka_of(operator)
    before, kept = kafka.newest_request(), kafka.hosts()
    kafka.make_every_broker_stale()
    run = operator.start("pulumi", "up", "--yes", "--skip-preview", "--refresh")
    eventually(lambda: len(kafka.restarts_since(before)) == 1, "the first broker is being restarted", 120)
    run.kill()
    run.wait()
    locked = operator.try_to_follow("drift-back")
    assert "the stack is currently locked by" in locked.output
    operator.follow("interrupted")
    assert sorted(kafka.restarted_since(before)) == sorted(host.split("-")[0] for host in kept)
    kafka.check()
    goes_on(operator, "after a run was interrupted")


def test_a_resource_that_is_not_in_the_state_is_imported(operator: Operator, tmp_path: Path) -> None:
    forget(operator, tmp_path, "aks-pulls-images")
    refused = operator.try_to_follow("interrupted")
    assert "cannot create already existing resource" in refused.output
    said = operator.follow("exists-already", SUBSCRIPTION=arm.SUBSCRIPTION, NAME="aks-pulls-images")
    assert said.count("imported ") == said.count("imported aks-pulls-images: ")
    operator.shell("pulumi preview --expect-no-changes")


def test_drift_is_shown_and_taken_back(operator: Operator) -> None:
    half = peerings(operator.world)["aks-to-hdinsight"]
    control.call(Home(operator.world.home), "peering-delete", ids=[half])
    assert "A half of the peering was deleted, aks-to-hdinsight," in operator.follow("drift")
    operator.follow("drift-back")
    goes_on(operator, "after drift")


def test_a_lost_state_comes_back_from_a_copy(operator: Operator) -> None:
    operator.shell("pulumi stack export --file state.json")
    lose_the_state(operator)
    operator.follow("state-from-a-copy")
    goes_on(operator, "by a copy of the state")


def test_a_lost_state_comes_back_from_azure_without_a_restart(operator: Operator) -> None:
    kafka = kafka_of(operator)
    lost = {resource["urn"] for resource in operator.world.resources()}
    lose_the_state(operator)
    mark = len(operator.world.ambari_requests())
    said = operator.follow("state-from-azure", SUBSCRIPTION=arm.SUBSCRIPTION)
    assert re.findall(r"^ *(?:\+-|-\+|-)[a-z-]+:[a-z]", said, re.MULTILINE) == []
    changed = set(re.findall(r"~ azure-native:[^\n]*\n *\[id=[^\n]*\n *\[urn=[^\n]*::([a-z-]+)\]", said))
    assert changed == {"hdinsight-network", "aks-network", "hdinsight-to-aks", "aks-to-hdinsight"}
    operator.follow("state-taken-up")
    assert kafka.writes_since(mark) == []
    assert {resource["urn"] for resource in operator.world.resources()} == lost
    goes_on(operator, "by a state made anew")


def test_an_upgrade_shows_the_steps_of_the_changelog(tmp_path: Path) -> None:
    name = "0.1.0/local"
    state = STATES / f"{name}.json"
    with earlier_stack(tmp_path, state) as stack:
        shutil.copy(state.with_suffix(".yaml"), stack.folder / "Pulumi.local.yaml")
        selected = {**stack.environment(), "PULUMI_STACK": STACK}
        ended = run_shell(procedures()["upgrade"], stack.folder, selected)
    ELSEWHERE.append("upgrade")
    assert ended.status == 0, ended.output
    assert [resource for resource in STEPS[name] if f"::{resource}]" not in ended.output] == []
    assert json.loads((stack.folder / "before.json").read_text())["deployment"]["resources"]


def test_secrets_and_state_move_and_the_stack_is_destroyed_from_there(
    operator: Operator, tmp_path: Path
) -> None:
    old, new = Home(operator.world.home).backend, tmp_path / "elsewhere"
    new.mkdir()
    places = {"OLD_BACKEND": f"file://{old}?metadata=skip", "NEW_BACKEND": f"file://{new}?metadata=skip"}
    with vault() as url:
        operator.variables |= {**key(url, GOOD), **places, "SECRETS_PROVIDER": KEY}
        operator.follow("other-secrets")
        # From now on the key is enough.
        operator.variables["PULUMI_CONFIG_PASSPHRASE"] = ""
        operator.follow("other-backend")
        assert not (operator.folder / "state.json").exists()
        moved = "".join(path.read_text() for path in new.rglob("*.json"))
        assert BY_SOMEBODY not in moved
        assert f'"url":"{KEY}"' in moved.replace(" ", "")
        operator.follow("old-backend-forgets")
        assert list(old.glob("**/stacks/**/*.json")) == []
        operator.variables["PULUMI_BACKEND_URL"] = places["NEW_BACKEND"]
        goes_on(operator, "from another backend")
        operator.shell("pulumi destroy --skip-preview")
    assert operator.world.status()["nodes"] == []


def test_every_procedure_of_the_document_was_followed(operator: Operator) -> None:
    assert set(operator.followed) | set(ELSEWHERE) == set(procedures())


def test_what_is_not_run_says_why() -> None:
    fences = re.findall(r"^```(\S.*)$", DOCUMENT.read_text(), re.MULTILINE)
    others = [fence for fence in fences if fence.removeprefix("sh ") not in procedures()]
    assert [fence for fence in others if not re.fullmatch(r"sh not-run: \S.{10,}", fence)] == []


def lose_the_state(operator: Operator) -> None:
    """All that the backend holds of the stack."""
    backend = Home(operator.world.home).backend
    shutil.rmtree(backend)
    backend.mkdir()


def forget(operator: Operator, folder: Path, name: str) -> None:
    """Takes one resource out of the state, as if a run had been killed before it noted it."""
    state = json.loads(operator.shell("pulumi stack export"))
    deployment = state["deployment"]
    [urn] = [one["urn"] for one in deployment["resources"] if one["urn"].endswith(f"::{name}")]
    deployment["resources"] = [one for one in deployment["resources"] if one["urn"] != urn]
    for resource in deployment["resources"]:
        resource["dependencies"] = [one for one in resource.get("dependencies", ()) if one != urn]
        depends = resource.get("propertyDependencies") or {}
        resource["propertyDependencies"] = {
            property_: [one for one in urns or () if one != urn] for property_, urns in depends.items()
        }
    file = folder / "state.json"
    file.write_text(json.dumps(state))
    operator.shell(f"pulumi stack import --file {file}")
