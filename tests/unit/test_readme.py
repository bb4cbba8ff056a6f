"""What README.md tells a new user to type is all that it takes."""

import re
import shlex
from collections.abc import Mapping
from typing import Any

import pytest
import yaml

from components.settings import Settings, WrongSettings
from tests.unit.configurations import encoded
from tests.unit.documents import CHECKOUT, commands
from tests.unit.ssh_keys import KEY

README = (CHECKOUT / "README.md").read_text()
TYPED = {"ambariPassword": "Correct-Horse-7", "sshPublicKey": KEY}
"""What the user answers, or has in a file."""


def set_by_the_readme() -> dict[str, Any]:
    values: dict[str, Any] = {}
    for command in commands(README, "pulumi config set"):
        # The command ends where it refers to a file.
        words = [word for word in shlex.split(command.replace('"$(', "$(")) if not word.startswith("--")]
        name, is_list = re.subn(r"\[0\]$", "", words[0])
        values[name] = TYPED.get(name) or ([words[1]] if is_list else words[1])
    return values


def parse(values: Mapping[str, Any]) -> Settings:
    dev = yaml.safe_load((CHECKOUT / "Pulumi.dev.yaml").read_text())["config"]
    ready = {name.removeprefix("aks-kafka:"): value for name, value in dev.items()}
    plain = {name.removeprefix("aks-kafka:"): text for name, text in encoded({**ready, **values}).items()}
    return Settings.parse(plain, {"ambariPassword"}, stack="dev")


def test_with_what_the_readme_sets_the_example_environment_is_complete() -> None:
    assert set(set_by_the_readme()) == {
        "ambariPassword",
        "sshPublicKey",
        "ambariSourceRanges",
        "appSourceRanges",
    }
    assert parse(set_by_the_readme()).kafka_cluster_name


@pytest.mark.parametrize("name", set_by_the_readme())
def test_each_of_these_settings_is_needed(name: str) -> None:
    left = {other: value for other, value in set_by_the_readme().items() if other != name}
    with pytest.raises(WrongSettings) as raised:
        parse(left)
    assert [mistake.setting for mistake in raised.value.mistakes] == [name]


def test_the_names_to_choose_are_those_of_the_example_environment() -> None:
    dev = (CHECKOUT / "Pulumi.dev.yaml").read_text()
    [line] = [line for line in README.splitlines() if "choose your own names" in line]
    named = re.findall(r"`(\w+)`", line)
    assert len(named) == 3
    assert all(f"aks-kafka:{name}:" in dev for name in named)
