"""The role of whoever deploys allows what the program does, and nothing more."""

import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from pulumi.runtime.mocks import MockCallArgs

from components.roles import Role
from emulator.azure.provider.catalogue import RESOURCE_TYPES
from policy.rules.identity import ADMINISTRATORS
from tests.unit.configurations import each_choice_once, encoded
from tests.unit.existing_site import Site
from tests.unit.recording import Azure
from tests.unit.test_main import CHECKOUT, run
from tools import deployer_role

OPERATIONS = Path(__file__).with_name("azure_operations.txt")


class Deployments:
    """Everything that some configuration makes the program declare, ask and run."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.functions: set[str] = set()
        self.commands: set[str] = set()
        answer = Azure.call

        def call(azure: Azure, args: MockCallArgs) -> Any:
            self.functions.add(args.token)
            self.commands |= commands_in(args.args.get("command"))
            return answer(azure, args)

        monkeypatch.setattr(Azure, "call", call)
        monkeypatch.chdir(CHECKOUT)
        runs = [run(encoded(settings), Site().answers()) for settings in each_choice_once()]
        declared = [resource for deployment in runs for resource in deployment.resources.values()]
        self.types = {resource.type for resource in declared}
        for resource in declared:
            if resource.type == "command:local:Command":
                for name in ("create", "update", "delete"):
                    self.commands |= commands_in(resource.inputs.get(name))


def commands_in(text: str | None) -> set[str]:
    """The commands of Azure's command line, each without its options: "az acr build"."""
    return set(re.findall(r"\baz(?: [a-z]+)+(?= )", text or ""))


def of_azure(tokens: set[str]) -> set[str]:
    return {token for token in tokens if token.startswith("azure-native:")}


@pytest.fixture(scope="module")
def deployments() -> Iterable[Deployments]:
    with pytest.MonkeyPatch.context() as monkeypatch:
        yield Deployments(monkeypatch)


def test_role_covers_what_is_declared_and_nothing_else(deployments: Deployments) -> None:
    assert of_azure(deployments.types) == set(deployer_role.TYPES)


def test_role_covers_what_is_asked_and_nothing_else(deployments: Deployments) -> None:
    assert of_azure(deployments.functions) == set(deployer_role.FUNCTIONS)


def test_role_covers_what_is_run_and_nothing_else(deployments: Deployments) -> None:
    assert deployments.commands == set(deployer_role.COMMANDS)


def test_actions_are_those_of_the_types_in_azure() -> None:
    for type_, kind in deployer_role.TYPES.items():
        if type_ != "azure-native:resources:ResourceGroup":
            assert kind.name.lower() == RESOURCE_TYPES[type_].kind.lower()


def test_actions_are_spelt_out() -> None:
    """A wildcard allows what Azure adds tomorrow; only reading how far HDInsight has come has one."""
    actions = deployer_role.all_actions()
    assert {action for action in actions if "*" in action} == {"Microsoft.HDInsight/*/read"}
    for action in actions:
        assert re.fullmatch(r"Microsoft\.\w+(/[\w*]+)+/(read|write|delete|action)", action)
    assert not [action for action in actions if "listKeys" in action or "AdminCredential" in action]


def test_actions_are_operations_that_azure_has() -> None:
    known = {line for line in OPERATIONS.read_text().splitlines() if line and not line.startswith("#")}
    assert deployer_role.all_actions() - known == set()
    assert known - deployer_role.all_actions() == set(), "no longer needed in the fixture"


def test_condition_allows_the_roles_that_the_program_gives_to_its_identities() -> None:
    condition = deployer_role.condition()
    for verb, side in (("write", "@Request"), ("delete", "@Resource")):
        assert f"ActionMatches{{'Microsoft.Authorization/roleAssignments/{verb}'}}" in condition
        assert condition.count(f"{side}[Microsoft.Authorization/roleAssignments:PrincipalType]") == 1
    allowed = re.findall(r"GuidEquals \{([^}]*)\}", condition)
    assert [set(roles.split(", ")) for roles in allowed] == [set(Role), set(Role)]
    assert set(Role).isdisjoint(ADMINISTRATORS)


def test_documents_hold_the_role() -> None:
    """`python -m tools.deployer_role` writes them."""
    for path, text in deployer_role.files().items():
        assert path.read_text() == text
    role = json.loads(Path(deployer_role.ROLE).read_text())
    assert role["Actions"] == sorted(deployer_role.all_actions())
    assert role["DataActions"] == []
