"""A new stack is set up from few answers, each of which is checked by the program's own rules."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.processes.terminal import Terminal
from tests.unit.configurations import REQUIRED
from tools.new_stack.answers import NotASetting, answered, given, mistakes, required
from tools.new_stack.proposals import NoFreeRange, free_ranges, names, taken

CHECKOUT = Path(__file__).resolve().parents[2]
DEFAULTS = {
    name: declared["default"]
    for name, declared in yaml.safe_load((CHECKOUT / "Pulumi.yaml").read_text())["config"].items()
}
PULUMI = """#!/bin/sh
if [ "$1" = whoami ]; then
  if [ -z "$BACKEND" ]; then echo "error: not logged in" >&2; exit 3; fi
  echo "{\\"url\\": \\"$BACKEND\\"}"
  exit
fi
echo "$@" >> noted
case "$*" in
  *"$HANG"*) trap 'exit 130' INT; touch hanging; while :; do sleep 0.05; done ;;
  *--secret*) cat >> noted; echo >> noted ;;
esac
case "$*" in "$FAIL"*) exit 9 ;; esac
"""


def test_only_what_has_no_default_is_asked_for() -> None:
    assert set(required({})) == REQUIRED.keys()
    assert "registryName" not in required({"appImage": "ghcr.io/contoso/kafka-test-app:1.0"})
    assert {"kafkaUser", "kafkaPassword"} <= set(required({"kafkaProtocol": "SASL_SSL"}))


@pytest.mark.parametrize("stack", ["dev", "Team-A.test", "x" * 20])
def test_proposed_names_break_no_rule(stack: str) -> None:
    assert mistakes({**REQUIRED, **names(stack)}) == []


def test_ranges_are_those_that_no_other_stack_has() -> None:
    assert free_ranges([], DEFAULTS) == {}
    second = free_ranges([{}], DEFAULTS)
    assert second == {
        "hdinsightAddressSpace": ["10.11.0.0/16"],
        "hdinsightSubnet": "10.11.0.0/24",
        "aksAddressSpace": ["10.21.0.0/16"],
        "aksSubnet": "10.21.0.0/22",
    }
    assert mistakes({**REQUIRED, **second}) == []
    third = free_ranges(
        [{}, {"hdinsightAddressSpace": "10.11.0.0/24", "aksAddressSpace": ["10.99.0.0/16"]}], DEFAULTS
    )
    assert third["aksAddressSpace"] == ["10.22.0.0/16"]
    with pytest.raises(NoFreeRange, match="no range is free"):
        free_ranges([{"hdinsightAddressSpace": "10.0.0.0/8"}], DEFAULTS)


def test_a_network_of_which_something_is_set_gets_no_proposal_and_keeps_its_range() -> None:
    chosen = {"aksAddressSpace": ["10.11.0.0/16"], "aksSubnet": "10.11.0.0/22"}
    assert free_ranges([{}], DEFAULTS, chosen) == {
        "hdinsightAddressSpace": ["10.12.0.0/16"],
        "hdinsightSubnet": "10.12.0.0/24",
    }
    everywhere = {"hdinsightAddressSpace": "10.0.0.0/8", "aksAddressSpace": "no range"}
    assert free_ranges([everywhere], DEFAULTS, {**chosen, "hdinsightSubnet": "10.10.0.0/24"}) == {}


def test_a_name_that_only_one_can_have_is_not_taken_from_another_stack() -> None:
    others = {"Pulumi.dev.yaml": {"registryName": "akskafkadev", "aksClusterName": "aks"}}
    [mistake] = taken(
        {"registryName": "akskafkadev", "aksClusterName": "aks", "storageAccountName": ""}, others
    )
    assert str(mistake).startswith("  - registryName = 'akskafkadev'\n      is the name in Pulumi.dev.yaml")


def test_settings_in_the_command_are_texts_lists_and_objects() -> None:
    arguments = ['tags={"owner": "Jörg = Team"}', "appHosts=a.example.org, b.example.org", "topic=a=b c"]
    assert given([*arguments, "kafkaWorkers=4", 'topics=[{"name": "orders"}]']) == {
        "tags": {"owner": "Jörg = Team"},
        "appHosts": ["a.example.org", "b.example.org"],
        "topic": "a=b c",
        "kafkaWorkers": "4",
        "topics": [{"name": "orders"}],
    }


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (
            ["ambariPasword=Hidden-1"],
            "--set ambariPasword: there is no such setting in docs/configuration.md; ",
        ),
        (["Hidden-1=2"], "there is no such setting in docs/configuration.md."),
        (["kafkaWorkers"], "--set kafkaWorkers: a value is missing"),
        (["kafkaWorkers=4", "kafkaWorkers=5"], "--set kafkaWorkers: it is set twice"),
        (["topics=[{name: Hidden-1}]"], "--set topics: a value that begins with [ has to be JSON"),
    ],
)
def test_what_sets_nothing_is_refused_without_its_value(arguments: list[str], told: str) -> None:
    with pytest.raises(NotASetting) as refusal:
        given(arguments)
    assert told in str(refusal.value)
    assert "=Hidden" not in str(refusal.value)


def test_a_wrong_answer_is_told_and_asked_for_again() -> None:
    asked: list[tuple[str, str, bool]] = []
    answers = iter(["Not A Name!", "", "203.0.113.7/32, 198.51.100.0/24"])

    def ask(question: str, proposed: str, secret: bool) -> str:
        asked.append((question, proposed, secret))
        return next(answers)

    given = {
        name: value for name, value in REQUIRED.items() if name not in ("kafkaClusterName", "appSourceRanges")
    }
    values = answered(given, {"kafkaClusterName": "akskafka-dev"}, ask)
    assert values["kafkaClusterName"] == "akskafka-dev"
    assert values["appSourceRanges"] == ["203.0.113.7/32", "198.51.100.0/24"]
    assert [proposed for _, proposed, _ in asked] == ["akskafka-dev", "akskafka-dev", ""]
    assert "kafkaClusterName = 'Not A Name!'" in asked[1][0]


def test_a_secret_is_asked_for_as_one() -> None:
    given = {name: value for name, value in REQUIRED.items() if name != "ambariPassword"}
    hidden: list[bool] = []

    def ask(_question: str, _proposed: str, secret: bool) -> str:
        hidden.append(secret)
        return str(REQUIRED["ambariPassword"])

    answered(given, {}, ask)
    assert hidden == [True]


def folder_with_pulumi(folder: Path) -> dict[str, str]:
    """A folder of stacks with a pulumi that notes what it is asked: the environment for a command in it."""
    if not (folder / "bin").exists():
        (folder / "bin").mkdir()
        (folder / "bin" / "pulumi").write_text(PULUMI)
        (folder / "bin" / "pulumi").chmod(0o755)
        (folder / "Pulumi.yaml").symlink_to(CHECKOUT / "Pulumi.yaml")
        (folder / "Pulumi.dev.yaml").symlink_to(CHECKOUT / "Pulumi.dev.yaml")
    return {
        "PATH": f"{folder / 'bin'}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": str(CHECKOUT),
        "HOME": str(folder),
        "FAIL": "nothing",
        "HANG": "nothing",
        "BACKEND": "file:///states",
        "PULUMI_CONFIG_PASSPHRASE": "",
        "AKS_KAFKA_AMBARIPASSWORD": str(REQUIRED["ambariPassword"]),
    }


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "tools.new_stack", *arguments]


def set_up(folder: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """The command without a terminal."""
    known = {**folder_with_pulumi(folder), **environment}
    return subprocess.run(
        command(*arguments),
        cwd=folder,
        env=known,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


def options() -> list[str]:
    ranges = '["203.0.113.7/32"]'
    given: dict[str, Any] = {"sshPublicKey": REQUIRED["sshPublicKey"], "ambariSourceRanges": ranges}
    return [f"--set={name}={value}" for name, value in {**given, "appSourceRanges": ranges}.items()]


def test_a_stack_is_made_with_the_secrets_provider_that_is_named(tmp_path: Path) -> None:
    ended = set_up(tmp_path, "test", "--secrets-provider", "hashivault://key", *options())
    assert ended.returncode == 0, ended.stderr
    first = (tmp_path / "noted").read_text().splitlines()[0]
    assert first == "stack init test --secrets-provider hashivault://key"


def test_a_stack_is_made_without_a_terminal_with_its_secrets_encrypted(tmp_path: Path) -> None:
    ended = set_up(tmp_path, "test", *options())
    assert ended.returncode == 0, ended.stderr
    assert (tmp_path / "noted").read_text().splitlines() == [
        "stack init test",
        "config set --secret aks-kafka:ambariPassword --stack test",
        REQUIRED["ambariPassword"],
        "preview --stack test",
    ]
    text = (tmp_path / "Pulumi.test.yaml").read_text()
    assert REQUIRED["ambariPassword"] not in text
    config = {
        name.removeprefix("aks-kafka:"): value for name, value in yaml.safe_load(text)["config"].items()
    }
    assert config["aksAddressSpace"] == ["10.21.0.0/16"]
    assert mistakes({**config, "ambariPassword": REQUIRED["ambariPassword"]}) == []


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["test"], "ambariSourceRanges"),
        (["dev", *options()], "Pulumi.dev.yaml is there already"),
        (["test", *options(), "--set=ambariPassword=x"], "set AKS_KAFKA_AMBARIPASSWORD instead"),
        (["test", *options(), "--set=kafkaWorkers=2"], "kafkaWorkers"),
    ],
)
def test_what_is_wrong_is_told_before_anything_is_written(
    tmp_path: Path, arguments: list[str], told: str
) -> None:
    ended = set_up(tmp_path, *arguments)
    assert ended.returncode == 1
    assert told in ended.stderr
    assert not (tmp_path / "noted").exists()
    assert not (tmp_path / "Pulumi.test.yaml").exists()


@pytest.mark.parametrize(
    ("environment", "told"),
    [
        ({"PATH": "/nowhere"}, "There is no pulumi on the PATH"),
        ({"BACKEND": ""}, "Pulumi is not logged in to where the state is to lie (docs/state.md): error: not"),
        ({"PULUMI_CONFIG_PASSPHRASE": None}, "PULUMI_CONFIG_PASSPHRASE is not set"),
    ],
)
def test_what_pulumi_would_want_is_told_before_anything_is_asked_or_written(
    tmp_path: Path, environment: dict[str, str | None], told: str
) -> None:
    known = {**folder_with_pulumi(tmp_path), **environment}
    ended = subprocess.run(
        command("test"),
        cwd=tmp_path,
        env={name: value for name, value in known.items() if value is not None},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ended.returncode, ended.stderr.count("\n")) == (1, 1), ended.stderr
    assert told in ended.stderr
    assert not (tmp_path / "Pulumi.test.yaml").exists()


def test_a_file_that_nobody_can_read_is_named(tmp_path: Path) -> None:
    folder_with_pulumi(tmp_path)
    (tmp_path / "Pulumi.other.yaml").write_text("config: [1, 2")
    ended = set_up(tmp_path, "test", *options())
    assert (ended.returncode, "Traceback" in ended.stderr) == (1, False)
    assert ended.stderr.startswith("Pulumi.other.yaml can't be read")


def test_pulumi_cloud_wants_no_passphrase(tmp_path: Path) -> None:
    known = {**folder_with_pulumi(tmp_path), "BACKEND": "https://app.pulumi.com/somebody"}
    del known["PULUMI_CONFIG_PASSPHRASE"]
    ended = subprocess.run(
        command("test", *options()), cwd=tmp_path, env=known, stdin=subprocess.DEVNULL, check=False
    )
    assert ended.returncode == 0


@pytest.mark.parametrize(
    ("fails", "asked_last"),
    [
        ("stack init", "stack init test"),
        ("config set", "stack rm test --yes --non-interactive"),
    ],
)
def test_nothing_is_left_of_a_stack_that_could_not_be_made(
    tmp_path: Path, fails: str, asked_last: str
) -> None:
    ended = set_up(tmp_path, "test", *options(), FAIL=fails)
    assert ended.returncode == 1
    assert "ended with 9: the stack was not made, and nothing is left of it." in ended.stderr
    assert (tmp_path / "noted").read_text().splitlines()[-1] == asked_last
    assert not (tmp_path / "Pulumi.test.yaml").exists()


def test_what_is_left_is_told_where_it_could_not_be_taken_away(tmp_path: Path) -> None:
    folder_with_pulumi(tmp_path)
    pulumi = tmp_path / "bin" / "pulumi"
    pulumi.write_text(pulumi.read_text() + 'case "$*" in "stack rm"*) exit 9 ;; esac\n')
    ended = set_up(tmp_path, "test", *options(), FAIL="config set")
    assert "`pulumi stack rm test` takes away what is left" in ended.stderr


def test_where_the_preview_fails_the_stack_stays(tmp_path: Path) -> None:
    ended = set_up(tmp_path, "test", *options(), FAIL="preview")
    assert ended.returncode == 9
    assert "The stack test is set up" in ended.stderr
    assert "pulumi preview --stack test ended with 9" in ended.stderr
    assert (tmp_path / "Pulumi.test.yaml").exists()


def test_on_a_terminal_a_secret_is_asked_for_and_not_shown(tmp_path: Path) -> None:
    known = folder_with_pulumi(tmp_path)
    password = known.pop("AKS_KAFKA_AMBARIPASSWORD")
    with Terminal(command("test", *options()), tmp_path, known) as terminal:
        terminal.answer("kafkaClusterName: ", "")
        terminal.answer("storageAccountName: ", "akskafkadev")
        terminal.answer("is the name in Pulumi.dev.yaml", "contosokafka")
        terminal.answer("ambariPassword: ", password)
        terminal.answer("registryName: ", "")
        assert terminal.status() == 0, terminal.shown
    assert password not in terminal.shown
    assert password in (tmp_path / "noted").read_text().splitlines()
    assert "aks-kafka:storageAccountName: contosokafka" in (tmp_path / "Pulumi.test.yaml").read_text()


@pytest.mark.parametrize("key", ["Ctrl-C", "Ctrl-D"])
def test_a_question_that_is_not_answered_leaves_nothing(tmp_path: Path, key: str) -> None:
    with Terminal(command("test"), tmp_path, folder_with_pulumi(tmp_path)) as terminal:
        if key == "Ctrl-C":
            terminal.interrupt("kafkaClusterName: ")
        else:
            terminal.answer("kafkaClusterName: ", "\x04", end="")
        assert terminal.status() == 130
    assert "Interrupted: nothing was written." in terminal.shown
    assert "Traceback" not in terminal.shown
    assert [path.name for path in tmp_path.glob("Pulumi.test*")] == []


def test_a_wrong_setting_in_the_command_is_told_before_any_question(tmp_path: Path) -> None:
    known = folder_with_pulumi(tmp_path)
    with Terminal(command("test", "--set=kafkaWorkers=2"), tmp_path, known) as terminal:
        assert terminal.status() == 1
    assert "kafkaWorkers = '2'" in terminal.shown
    assert "kafkaClusterName" not in terminal.shown


def test_nothing_is_left_of_a_stack_whose_making_is_interrupted(tmp_path: Path) -> None:
    known = {**folder_with_pulumi(tmp_path), "HANG": "config set"}
    with Terminal(command("test", *options()), tmp_path, known) as terminal:
        terminal.answer("kafkaClusterName: ", "")
        terminal.answer("storageAccountName: ", "")
        terminal.answer("registryName: ", "")
        terminal.await_file(tmp_path / "hanging")
        terminal.type("\x03")
        assert terminal.status() == 1
    assert "Interrupted: the stack was not made, and nothing is left of it." in terminal.shown
    assert (tmp_path / "noted").read_text().splitlines()[-1] == "stack rm test --yes --non-interactive"
    assert not (tmp_path / "Pulumi.test.yaml").exists()
