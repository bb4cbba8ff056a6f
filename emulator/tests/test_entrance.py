"""The way into a container, for root and for an ordinary user."""

import os

import pytest

from emulator.entrance import into_container
from emulator.network.specification import ProcessSpec


@pytest.mark.parametrize(
    ("caller", "user", "become"),
    [
        (0, 10001, ["setpriv", "--reuid=10001", "--regid=10001", "--clear-groups", "--"]),
        (1000, 10001, ["unshare", "--user", "--map-user=10001", "--map-group=10001", "--"]),
        (0, None, []),
    ],
)
def test_a_command_becomes_who_the_container_is(
    monkeypatch: pytest.MonkeyPatch, caller: int, user: int | None, become: list[str]
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: caller)
    process = ProcessSpec(["python"], {"TOKEN": "secret"}, "/app", user)
    assert into_container(["nsenter", "--"], process) == ["nsenter", "--", "env", "--chdir=/app", *become]
