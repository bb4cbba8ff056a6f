"""The settings of the stacks whose files are in this folder, and the defaults of the settings."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

PROJECT = "aks-kafka"


class UnreadableStack(Exception):
    """The file of another stack can't be read. The message names it."""


def neighbours() -> dict[str, dict[str, Any]]:
    """The settings of each stack by the name of its file. Raises UnreadableStack."""
    return {path.name: _settings(path) for path in sorted(Path().glob("Pulumi.*.yaml"))}


def defaults() -> dict[str, Any]:
    """The defaults of the settings, as Pulumi.yaml declares them."""
    declared = yaml.safe_load(Path("Pulumi.yaml").read_text("utf-8"))["config"]
    return {name: declared[name]["default"] for name in declared}


def _settings(file: Path) -> dict[str, Any]:
    try:
        config = (yaml.safe_load(file.read_text("utf-8")) or {}).get("config") or {}
        return {name.removeprefix(f"{PROJECT}:"): value for name, value in config.items()}
    except (OSError, ValueError, AttributeError, yaml.YAMLError) as error:
        raise UnreadableStack(
            f"{file} can't be read, so nobody knows which names and ranges its stack has: {error}"
        ) from error
