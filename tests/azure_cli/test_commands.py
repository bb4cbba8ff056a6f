"""What the program asks by `az` is the same request by Azure's real command line and by the emulator's."""

import io
import json
import tarfile
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from components.sources import build_context
from emulator.registry.context import Context
from tests.azure_cli.answers import ANSWERS, ASSIGNED, CLUSTER, EMULATED, NETWORK
from tests.azure_cli.command_lines import CHECKOUT, Command, EmulatedCommandLine, RealCommandLine
from tests.azure_cli.daemon_calls import as_request
from tests.azure_cli.loopback import Answer, AzureOnLoopback, Request
from tests.unit.configurations import ALL_EXISTS, encoded
from tests.unit.existing_site import KUBELET, OWN, Site
from tests.unit.recording import GROUP
from tests.unit.test_main import configuration, run

OTHER = "88888888-0000-0000-0000-000000000000"
"""The subscription that the command line takes where none is named; nothing here is in it."""
OF_THE_STACK = GROUP.split("/")[2]


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealCommandLine]:
    assignments = {"value": [{"id": "1", "name": "1", "properties": {**ASSIGNED, "scope": registry_scope()}}]}
    answers = {**ANSWERS, ("GET", "/roleAssignments"): Answer(content=assignments)}
    azure = AzureOnLoopback([OTHER, OF_THE_STACK, OWN], answers)
    yield RealCommandLine(tmp_path_factory.mktemp("real"), azure)
    azure.stop()


@pytest.fixture(scope="module")
def emulated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmulatedCommandLine]:
    command_line = EmulatedCommandLine(tmp_path_factory.mktemp("emulated") / "home", EMULATED)
    yield command_line
    command_line.stop()


@cache
def commands() -> dict[str, Command]:
    """The program's commands by the resource's name, or the beginning of what a preview asks."""
    site = Site()
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.chdir(CHECKOUT)
        stack = run(configuration("local"))
        run(encoded(ALL_EXISTS), site.answers())
    found = {
        name: Command(
            resource.inputs.get("update") or resource.inputs["create"],
            resource.inputs["environment"],
            resource.inputs.get("stdin", ""),
        )
        for name, resource in stack.resources.items()
        if resource.type == "command:local:Command"
    }
    asked = [Command(each["command"], each["environment"]) for each in site.asked("run")]
    return {**found, **{" ".join(each.text.split()[:3]): each for each in asked}}


def registry_scope() -> str:
    return commands()["az role assignment"].environment["SCOPE"]


def test_all_commands_of_the_program_are_compared() -> None:
    assert set(commands()) == {*CHANGING, *READING, "image-build"}


CHANGING = ("kafka-workers", "kafka-gateway-password", "kafka-tags")


@pytest.mark.parametrize("name", CHANGING)
def test_changes_are_the_same_requests(
    real: RealCommandLine, emulated: EmulatedCommandLine, name: str
) -> None:
    command = commands()[name]
    if name == "kafka-workers":
        command = replace(command, environment={**command.environment, "WORKERS": "5"})
    ended = real.run(command)
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "", "")
    assert [request.method for request in real.azure.requests][-1] in ("POST", "PATCH")
    assert emulated.run(command).returncode == 0
    assert [as_request(*call) for call in emulated.calls] == real.azure.requests


SHOP = f"/subscriptions/{OWN}/resourceGroups/shop/providers"
PEERING = f"{SHOP}/Microsoft.Network/virtualNetworks/brokers/virtualNetworkPeerings/to-nodes"
NODES = f"{SHOP}/Microsoft.Network/virtualNetworks/nodes"
IN_SHOP = f"--resource-group shop --subscription {OWN}"


@pytest.mark.parametrize(
    "text",
    [
        f"az acr update --name images {IN_SHOP} --role-assignment-mode rbac",
        f"az acr update --name images {IN_SHOP} --public-network-enabled true",
        f"az hdinsight delete --yes --name brokers {IN_SHOP}",
        f"az network vnet peering delete --ids {PEERING}",
        f"az network vnet peering create --name to-nodes --vnet-name brokers {IN_SHOP} --remote-vnet {NODES} "
        "--allow-vnet-access",
    ],
)
def test_what_messages_advise_is_the_same_request(
    real: RealCommandLine, emulated: EmulatedCommandLine, text: str
) -> None:
    """The real one reads a registry before it changes it, and names defaults that are not given."""
    assert real.run(Command(text)).returncode == 0
    assert emulated.run(Command(text)).returncode == 0
    [expected] = [as_request(*call) for call in emulated.calls]
    asked = real.azure.requests[-1]
    assert expected
    assert (asked.method, asked.path) == (expected.method, expected.path)
    properties = (expected.body or {}).get("properties", {})
    assert properties.items() <= (asked.body or {}).get("properties", {}).items()
    assert bool(properties) == bool(asked.body)


READING = {"az network vnet": 0, "az acr show": 0, "az role assignment": 2}
"""With how many requests more the real one makes: it looks up the role's name, and those of all roles."""


@pytest.mark.parametrize("name", READING)
def test_what_a_preview_asks_is_the_same_request(
    real: RealCommandLine, emulated: EmulatedCommandLine, name: str
) -> None:
    ended = real.run(commands()[name])
    assert (ended.returncode, ended.stderr) == (0, "")
    assert emulated.run(commands()[name]).returncode == 0
    assert [as_request(*call) for call in emulated.calls] == real.azure.requests[:1]
    assert len(real.azure.requests) == 1 + READING[name]


def test_what_a_preview_reads_of_the_answers_is_in_them(real: RealCommandLine) -> None:
    def printed(name: str) -> Any:
        return json.loads(real.run(commands()[name]).stdout)

    assert [network["id"] for network in printed("az network vnet")] == [NETWORK["id"]]
    assert printed("az acr show")["roleAssignmentMode"] == "AbacRepositoryPermissions"
    assert [assignment["principalId"] for assignment in printed("az role assignment")] == [KUBELET]


def test_the_state_of_the_cluster_is_printed_alike(
    real: RealCommandLine, emulated: EmulatedCommandLine
) -> None:
    enough = commands()["kafka-workers"]
    enough = replace(enough, environment={**enough.environment, "WORKERS": "3"})
    looked = replace(enough, text=enough.text.replace("  case $state", '  echo "$state"; case $state'))
    assert looked != enough
    assert real.run(looked).stdout == "Succeeded Running 3\n"
    assert emulated.run(looked).stdout == "Succeeded Running 3\n"
    assert [request.method for request in real.azure.requests] == ["GET"]


def test_an_image_is_built_in_the_registry_of_its_own_subscription(
    real: RealCommandLine, emulated: EmulatedCommandLine
) -> None:
    command = commands()["image-build"]
    registry = f"{GROUP}/providers/Microsoft.ContainerRegistry/registries/localkafka".lower()
    ended = real.run(command)
    assert (ended.returncode, ended.stderr) == (0, "")
    found, upload, run_, log = real.azure.requests
    assert found == Request("GET", registry)
    assert upload == Request("POST", f"{registry}/listbuildsourceuploadurl")
    assert (run_.path, run_.body["imageNames"]) == (
        f"{registry}/schedulerun",
        [command.environment["IMAGE"]],
    )
    assert run_.body["platform"] == {"os": "linux", "architecture": "amd64"}
    assert log.path == f"{registry}/runs/cf1/listlogsasurl"

    assert "enough" in emulated.run(command).stderr
    [looked_up, login] = emulated.calls
    assert as_request(*looked_up) == found
    assert login == ("login", {"registry": "localkafka", "subscription": OF_THE_STACK})


def test_the_registry_gets_the_files_that_the_image_s_tag_and_the_emulator_know_of(
    real: RealCommandLine,
) -> None:
    assert real.run(commands()["image-build"]).returncode == 0
    [dockerfile] = [request.body["dockerFilePath"] for request in real.azure.requests if request.body]
    with tarfile.open(fileobj=io.BytesIO(real.azure.uploaded)) as archive:
        sent = {member.name for member in archive.getmembers() if not member.isdir()} - {dockerfile}
    app = CHECKOUT / "app"
    # It sends neither's own file where .dockerignore leaves it out; the Dockerfile comes by another name.
    deciding = {"Dockerfile", ".dockerignore"}
    assert sent - deciding == set(build_context(app)) - deciding
    assert sent - deciding == {str(path) for path, _ in Context.read(app).files(".")} - deciding


def test_a_dockerfile_is_one_of_the_working_directory(
    real: RealCommandLine, emulated: EmulatedCommandLine, tmp_path: Path
) -> None:
    (tmp_path / "app").mkdir()
    (tmp_path / "app" / "Dockerfile").write_text("FROM scratch\n")
    command = Command(
        "az acr build --registry localkafka --resource-group g --image a:1 --file Dockerfile app"
    )
    for command_line in (real, EmulatedCommandLine(tmp_path / "home", {**EMULATED, "login": "r.azurecr.io"})):
        ended = command_line.run(command, tmp_path)
        assert (ended.returncode, ended.stderr) == (1, "ERROR: Unable to find 'Dockerfile'.\n")


@pytest.mark.parametrize(
    ("provisioning", "cluster", "status"),
    [("Succeeded", "Accepted", 0), ("Succeeded", "HdInsightConfiguration", 0), ("Failed", "Running", 1)],
)
def test_waiting_for_an_update_does_not_look_at_the_cluster_s_state(
    tmp_path: Path, provisioning: str, cluster: str, status: int
) -> None:
    """Why `kafka-workers` looks for itself."""
    state = {"provisioningState": provisioning, "clusterState": cluster}
    shown = Answer(content={**CLUSTER, "properties": {**CLUSTER["properties"], **state}})
    azure = AzureOnLoopback([OTHER], {("GET", "/clusters/local-kafka"): shown})
    waiting = "az hdinsight wait --updated --name local-kafka --resource-group g"
    assert RealCommandLine(tmp_path, azure).run(Command(waiting)).returncode == status
    assert [request.method for request in azure.requests] == ["GET"]
    azure.stop()


def test_without_a_subscription_the_command_line_looks_in_its_default_one(real: RealCommandLine) -> None:
    real.run(Command("az acr build --registry localkafka --resource-group g --image a:1 app"))
    assert real.azure.requests[0].path.startswith(f"/subscriptions/{OTHER}/resourcegroups/g/")
