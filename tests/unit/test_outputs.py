"""The contract of outputs: what a reader gets, what it is told, and what no version may take away."""

import json
import re
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pulumi
import pytest
from pulumi.runtime.mocks import MockResourceArgs

from components.outputs import (
    CONTRACT_VERSION,
    EnvironmentOutputs,
    LockedSecret,
    MissingOutput,
    OtherContract,
    OutputError,
    WrongType,
)
from components.outputs.output import LOCKED
from components.outputs.version import FIRST, Version
from tests.unit.recording import Azure, Deployment, deploy
from tests.unit.test_main import OUTPUTS
from tools import outputs

CHECKOUT = Path(__file__).resolve().parents[2]
STACK = "organization/aks-kafka/dev"
CONTRACTS = sorted(outputs.GOLDEN.glob("*.json"))
"""Of released versions, each named for the version of the program."""
ENVIRONMENT = {name: value for name, value in OUTPUTS.items() if value is not None}
"""As the engine keeps them."""

ATTRIBUTES = {
    re.sub("([A-Z])", lambda match: f"_{match[1].lower()}", name): name for name in outputs.contract()
}

Read = Callable[[EnvironmentOutputs], pulumi.Output[Any]]


class OtherStack(Azure):
    """An engine that knows the outputs of another stack, and no other resource."""

    def __init__(self, told: Mapping[str, Any]) -> None:
        super().__init__({})
        self._told = dict(told)

    def new_resource(self, args: MockResourceArgs) -> tuple[str | None, dict[str, Any]]:
        assert args.typ == "pulumi:pulumi:StackReference"
        # The engine gives outputs that are secret by name besides.
        secret = [name for name in ("kubeconfig",) if name in self._told]
        return args.resource_id, {**args.inputs, "outputs": self._told, "secretOutputNames": secret}


def read(told: Mapping[str, Any], *outputs: Read) -> Deployment:
    """A program that exports what it reads, by number."""

    def program() -> None:
        environment = EnvironmentOutputs(pulumi.StackReference(STACK))
        for number, output in enumerate(outputs):
            pulumi.export(str(number), output(environment))

    return deploy(program, azure=OtherStack(told))


def read_one(told: Mapping[str, Any], output: Read) -> Any:
    return read(told, output).outputs["0"]


def test_each_output_is_an_attribute_in_the_spelling_of_python() -> None:
    for attribute, name in ATTRIBUTES.items():
        assert getattr(EnvironmentOutputs, attribute).name == name


def test_a_reader_gets_what_the_program_exports() -> None:
    readers = [lambda environment, name=name: getattr(environment, name) for name in ATTRIBUTES]
    told = read(ENVIRONMENT, *readers).outputs.values()
    assert dict(zip(ATTRIBUTES.values(), told, strict=True)) == OUTPUTS


def test_only_the_kubeconfig_stays_a_secret() -> None:
    told = read(
        ENVIRONMENT, lambda environment: environment.topic, lambda environment: environment.kubeconfig
    )
    assert told.secret_outputs == {"1"}


def test_what_is_to_be_secret_is_one_even_where_the_other_stack_lets_it_lie_open() -> None:
    class Careless(OtherStack):
        def new_resource(self, args: MockResourceArgs) -> tuple[str | None, dict[str, Any]]:
            id_, state = super().new_resource(args)
            return id_, {**state, "secretOutputNames": []}

    def program() -> None:
        pulumi.export("kubeconfig", EnvironmentOutputs(pulumi.StackReference(STACK)).kubeconfig)

    assert deploy(program, azure=Careless(ENVIRONMENT)).secret_outputs == {"kubeconfig"}


def test_whole_numbers_are_numbers() -> None:
    assert read_one({**ENVIRONMENT, "roundTripMilliseconds": 2}, lambda it: it.round_trip_milliseconds) == 2.0


def test_a_missing_output_is_named_with_the_stack_and_what_to_do() -> None:
    with pytest.raises(
        MissingOutput, match=f"{STACK} has no output topic: .*pulumi stack output --stack {STACK}"
    ):
        read_one({}, lambda environment: environment.topic)


def test_an_output_of_a_later_contract_names_both_versions() -> None:
    of_the_first = {name: ENVIRONMENT[name] for name in ("bootstrapServers", "topic")}
    assert read_one(of_the_first, lambda environment: environment.topic) == "messages"
    with pytest.raises(MissingOutput, match=r"since version 1\.1, and the stack follows 1\.0"):
        read_one(of_the_first, lambda environment: environment.kafka_protocol)
    with pytest.raises(MissingOutput, match=r"since version 1\.1, and the stack follows 1\.0"):
        read_one(of_the_first, lambda environment: environment.bootstrap_servers_tls)


@pytest.mark.parametrize("version", ["2.0", "0.9", "one", "1", 7])
def test_another_major_version_of_the_contract_is_refused(version: object) -> None:
    with pytest.raises(OtherContract, match=re.escape(f"follows version {version} ")):
        EnvironmentOutputs.topic.checked(STACK, version, "messages")


def test_a_later_minor_version_is_taken() -> None:
    assert (
        read_one({**ENVIRONMENT, "contractVersion": "1.12"}, lambda environment: environment.topic)
        == "messages"
    )


def test_a_secret_that_can_not_be_opened_says_what_opens_it() -> None:
    locked = {**ENVIRONMENT, "kubeconfig": LOCKED}
    with pytest.raises(
        LockedSecret, match=rf"kubeconfig of stack {STACK} is a secret.*PULUMI_CONFIG_PASSPHRASE"
    ):
        read_one(locked, lambda environment: environment.kubeconfig)
    assert read_one(locked, lambda environment: environment.topic) == "messages"


def test_a_value_of_another_type_is_refused_and_not_shown() -> None:
    with pytest.raises(WrongType, match="of type float, and the contract says string") as raised:
        read_one({**ENVIRONMENT, "kubeconfig": 4711.5}, lambda environment: environment.kubeconfig)
    assert "4711" not in str(raised.value)
    with pytest.raises(WrongType):
        read_one({**ENVIRONMENT, "roundTripMilliseconds": True}, lambda it: it.round_trip_milliseconds)


@pytest.mark.parametrize(
    ("protocol", "name"),
    [
        ("PLAINTEXT", "bootstrapServers"),
        ("SSL", "bootstrapServersTls"),
        ("SASL_PLAINTEXT", "bootstrapServersSasl"),
        ("SASL_SSL", "bootstrapServersSaslTls"),
    ],
)
def test_brokers_are_found_by_protocol(protocol: str, name: str) -> None:
    none = dict.fromkeys(
        ("bootstrapServers", "bootstrapServersTls", "bootstrapServersSasl", "bootstrapServersSaslTls"), ""
    )
    told = {**ENVIRONMENT, **none, name: "10.10.0.9:9093"}
    assert read_one(told, lambda environment: environment.bootstrap_servers_by(protocol)) == "10.10.0.9:9093"
    with pytest.raises(OutputError, match=f"no broker with a listener for clients that use {protocol}"):
        read_one({**told, name: ""}, lambda environment: environment.bootstrap_servers_by(protocol))


def test_a_protocol_that_kafka_has_not_is_refused() -> None:
    with pytest.raises(OutputError, match="'TLS' is no protocol of Kafka's: PLAINTEXT, SSL"):
        read_one(ENVIRONMENT, lambda environment: environment.bootstrap_servers_by("TLS"))


@pytest.mark.thorough
def test_the_reader_loads_no_provider() -> None:
    program = "import sys, components.outputs; print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", program], cwd=CHECKOUT, capture_output=True, text=True, check=True
    ).stdout.split()
    assert "components.outputs.environment" in loaded
    assert not [name for name in loaded if re.match("pulumi_|kubernetes|pydantic|requests", name)]


def test_the_page_is_what_the_contract_says() -> None:
    [(page, text)] = outputs.files().items()
    assert page.read_text() == text, "python -m tools.outputs would change docs/outputs.md"


def released(contract: Path) -> dict[str, dict[str, Any]]:
    return json.loads(contract.read_text())


@pytest.mark.parametrize("contract", CONTRACTS, ids=lambda path: path.stem)
def test_nothing_that_was_released_is_taken_back(contract: Path) -> None:
    today = outputs.promises()
    for name, promised in released(contract).items():
        assert name in today, f"{name} is gone, and consumers of {contract.stem} read it"
        # An output that could be missing may become one that is always there.
        assert today[name] | {"optional": promised["optional"]} == promised
        assert promised["optional"] or not today[name]["optional"]


def test_what_is_new_since_the_last_release_has_a_version_of_its_own() -> None:
    last = released(CONTRACTS[-1])
    newest = max(Version.parse(promised["since"]) for promised in last.values())
    new = {name: output.since for name, output in outputs.contract().items() if name not in last}
    assert all(since > newest for since in new.values()), new
    current = max([newest, *new.values()])
    assert Version.parse(CONTRACT_VERSION) == current
    assert current.minor <= newest.minor + 1, "one version of the contract for all that one release adds"


def test_every_release_has_its_contract() -> None:
    headings = re.findall(r"^## (\d\S+)", (CHECKOUT / "CHANGELOG.md").read_text(), re.MULTILINE)
    assert [path.stem for path in CONTRACTS] == sorted(headings)


def test_the_first_contract_is_what_its_recorded_stack_exported() -> None:
    state = json.loads((CHECKOUT / "tests" / "e2e" / "states" / "0.1.0" / "local.json").read_text())
    [stack] = (each for each in state["deployment"]["resources"] if each["type"] == "pulumi:pulumi:Stack")
    told = stack["outputs"]
    first = released(outputs.GOLDEN / "0.1.0.json")
    assert set(first) == set(told)
    assert {name for name, promised in first.items() if promised["secret"]} == {
        name for name, value in told.items() if isinstance(value, dict)
    }
    assert {promised["since"] for promised in first.values()} == {str(FIRST)}


@pytest.mark.parametrize(
    ("program", "pattern"),
    [
        ("consumer-typescript/index.ts", r'environment\.(?:text|secret)\("(\w+)"\)'),
        ("consumer-yaml/Pulumi.yaml", r'aks-kafka\.outputs\["(\w+)"\]'),
    ],
)
def test_examples_in_other_languages_read_what_is_promised(program: str, pattern: str) -> None:
    names = re.findall(pattern, (CHECKOUT / "examples" / program).read_text())
    assert {"bootstrapServers", "kubeconfig", "aksVnetId", "registryLoginServer", "topic"} == set(names)
    assert set(names) <= set(outputs.contract())
