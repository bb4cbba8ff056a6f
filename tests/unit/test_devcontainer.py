"""The container for development: what it opens is what its page says, and no more."""

import json
import re
from pathlib import Path
from typing import Any

CHECKOUT = Path(__file__).resolve().parents[2]
FOLDER = CHECKOUT / ".devcontainer"
PAGE = (CHECKOUT / "docs" / "devcontainer.md").read_text()


def description() -> dict[str, Any]:
    """devcontainer.json without its comments, each of which has lines of its own."""
    lines = (FOLDER / "devcontainer.json").read_text().splitlines()
    return json.loads("\n".join(line for line in lines if not line.lstrip().startswith("//")))


def test_it_opens_what_the_page_gives_a_reason_for() -> None:
    arguments = description()["runArgs"]
    assert set(arguments[::2]) == {"--security-opt"}
    assert arguments[1::2] == re.findall(r"^\| `([\w=]+)` \|", PAGE, re.MULTILINE)
    command = re.sub(r"\\\n\s*", "", PAGE)
    assert " ".join(arguments) in command


def test_it_adds_no_right_and_its_user_is_not_root() -> None:
    assert not {"privileged", "capAdd", "securityOpt"} & set(description())
    dockerfile = (FOLDER / "Dockerfile").read_text()
    assert dockerfile.rstrip().splitlines()[-1] == f"USER {description()['remoteUser']}"


def test_volumes_and_the_world_lie_in_folders_of_its_user() -> None:
    variable = re.search(r'^HOME_VARIABLE = "(\w+)"$', (CHECKOUT / "emulator" / "home.py").read_text(), re.M)
    assert variable is not None
    world = description()["containerEnv"][variable[1]]
    targets = [mount["target"] for mount in description()["mounts"]]
    made = re.search(r"install --directory (.*)$", (FOLDER / "Dockerfile").read_text(), re.MULTILINE)
    assert made is not None
    assert {world, *targets} <= set(made[1].split())


def test_what_it_runs_at_its_creation_is_a_target() -> None:
    program, target = description()["postCreateCommand"].split()
    assert program == "make"
    assert re.search(rf"^{target}:", (CHECKOUT / "Makefile").read_text(), re.MULTILINE)
