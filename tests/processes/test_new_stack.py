"""A new stack is set up from few answers, each of which is checked by the program's own rules."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.unit.configurations import REQUIRED
from tools.new_stack.answers import answered, mistakes, required
from tools.new_stack.proposals import free_ranges, names

CHECKOUT = Path(__file__).resolve().parents[2]
DEFAULTS = {
    name: declared["default"]
    for name, declared in yaml.safe_load((CHECKOUT / "Pulumi.yaml").read_text())["config"].items()
}
PULUMI = """#!/bin/sh
echo "$@" >> noted
case "$*" in
  *--secret*) cat >> noted; echo >> noted ;;
  "$FAIL"*) exit 9 ;;
esac
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
    with pytest.raises(ValueError, match="no range is free"):
        free_ranges([{"hdinsightAddressSpace": "10.0.0.0/8"}], DEFAULTS)


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


def set_up(folder: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """The command without a terminal, in a folder with a pulumi that notes what it is asked."""
    if not (folder / "bin").exists():
        (folder / "bin").mkdir()
        (folder / "bin" / "pulumi").write_text(PULUMI)
        (folder / "bin" / "pulumi").chmod(0o755)
        (folder / "Pulumi.yaml").symlink_to(CHECKOUT / "Pulumi.yaml")
        (folder / "Pulumi.dev.yaml").symlink_to(CHECKOUT / "Pulumi.dev.yaml")
    known = {
        "PATH": f"{folder / 'bin'}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": str(CHECKOUT),
        "HOME": str(folder),
        "FAIL": "nothing",
        "AKS_KAFKA_AMBARIPASSWORD": str(REQUIRED["ambariPassword"]),
        **environment,
    }
    command = [sys.executable, "-m", "tools.new_stack", *arguments]
    return subprocess.run(
        command, cwd=folder, env=known, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
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


@pytest.mark.parametrize("wrong", ["--set=nothing=1", "--set=kafkaWorkers"])
def test_a_setting_that_there_is_not_is_refused(tmp_path: Path, wrong: str) -> None:
    ended = set_up(tmp_path, "test", wrong)
    assert (ended.returncode, "docs/configuration.md" in ended.stderr) == (2, True)


def test_where_pulumi_fails_its_status_is_that_of_the_command(tmp_path: Path) -> None:
    ended = set_up(tmp_path, "test", *options(), FAIL="preview")
    assert ended.returncode == 9
    assert "pulumi preview --stack test ended with 9" in ended.stderr
