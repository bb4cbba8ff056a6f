"""Dependabot looks into every folder that pins something, and into no other."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

CHECKOUT = Path(__file__).resolve().parents[2]
UPDATES: list[dict[str, Any]] = yaml.safe_load((CHECKOUT / ".github" / "dependabot.yml").read_text())[
    "updates"
]


def folders_holding(pattern: str) -> set[str]:
    """Folders with such a file, as Dependabot names them, of those that hold sources."""

    def walk(folder: Path) -> Iterator[Path]:
        yield folder
        for child in folder.iterdir():
            if child.is_dir() and not child.name.startswith(".") and child.name != "node_modules":
                yield from walk(child)

    found = (folder.relative_to(CHECKOUT) for folder in walk(CHECKOUT) if any(folder.glob(pattern)))
    return {"/" if folder == Path() else f"/{folder}" for folder in found}


def named(ecosystem: str) -> list[str]:
    updates = [update for update in UPDATES if update["package-ecosystem"] == ecosystem]
    return [folder for update in updates for folder in update.get("directories", [update.get("directory")])]


@pytest.mark.parametrize(
    ("ecosystem", "patterns"),
    [("pip", ["requirements.*", "constraints.txt"]), ("gomod", ["go.mod"]), ("npm", ["package.json"])],
)
def test_each_folder_that_pins_versions_is_named_once(ecosystem: str, patterns: list[str]) -> None:
    pinning = set().union(*(folders_holding(pattern) for pattern in patterns))
    assert pinning
    assert sorted(named(ecosystem)) == sorted(pinning)


def test_actions_are_looked_after() -> None:
    assert named("github-actions") == ["/"]


def test_language_hosts_stay_with_the_last_sdk_that_contains_them() -> None:
    hosts = {"/tools/engine/language", "/tools/language_hosts/nodejs"}
    (update,) = [update for update in UPDATES if hosts & set(update.get("directories", []))]
    assert set(update["directories"]) == hosts
    for host in hosts:
        module = (CHECKOUT / host.lstrip("/") / "go.mod").read_text()
        for ignored in update["ignore"]:
            assert f"{ignored['dependency-name']} v" in module
