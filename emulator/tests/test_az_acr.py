"""`az acr build`: which registry it asks for, and where it looks for the Dockerfile."""

import sys
from pathlib import Path
from typing import Any

import pytest

from emulator import az, control
from emulator.home import HOME_VARIABLE

REGISTRY = ("--registry", "images", "--image", "app:1")


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[tuple[str, dict[str, Any]]]:
    """What the daemon is asked, by commands that run in a folder with a context, app."""
    calls: list[tuple[str, dict[str, Any]]] = []

    def call(_home: object, command: str, /, **arguments: Any) -> str:
        calls.append((command, arguments))
        return "images.azurecr.io"

    monkeypatch.setattr(control, "call", call)
    # Else what is left of a build would keep `make up` from making its world in the checkout.
    monkeypatch.setenv(HOME_VARIABLE, str(tmp_path / "world"))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "app").mkdir()
    (tmp_path / "app" / "Dockerfile").write_text("COPY a b\n")
    return calls


def failure(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    monkeypatch.setattr(sys, "argv", ["az", "acr", "build", *REGISTRY, *arguments])
    assert az.main() == 1
    return capsys.readouterr().err


def test_a_dockerfile_that_is_named_is_one_of_the_working_directory(
    asked: list[Any], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "Unable to find 'Dockerfile'." in failure(monkeypatch, capsys, "--file", "Dockerfile", "app")
    assert "must be FROM" in failure(monkeypatch, capsys, "--file", "app/Dockerfile", "app")


def test_without_one_the_context_s_own_is_taken(
    asked: list[Any], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "must be FROM" in failure(monkeypatch, capsys, "app")


def test_the_registry_is_looked_for_in_the_group_that_is_named(
    asked: list[Any], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    failure(monkeypatch, capsys, "--resource-group", "shop", "--subscription", "s", "app")
    assert asked == [
        ("registry", {"name": "images", "resource_group": "shop", "subscription": "s"}),
        ("login", {"registry": "images", "subscription": "s"}),
    ]
