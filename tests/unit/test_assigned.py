"""What a cluster gives an object is unknown, and nothing else, until the cluster has given it."""

from __future__ import annotations

from typing import Any

import pulumi
import pulumi_kubernetes as kubernetes
import pytest

from components.assigned import assigned_generation, assigned_name, assigned_uid
from tests.unit.recording import deploy


class Applied:
    """A resource whose metadata are these."""

    def __init__(self, **metadata: Any) -> None:
        made = kubernetes.meta.v1.outputs.ObjectMeta(**metadata)
        self.metadata = pulumi.Output.from_input("applied").apply(lambda _: made)


def known(**metadata: Any) -> dict[str, bool]:
    """Which of name, uid and generation are known."""
    found: dict[str, bool] = {}

    def program() -> None:
        made = Applied(**metadata)
        for name, output in {
            "name": assigned_name(made),
            "uid": assigned_uid(made),
            "generation": assigned_generation(made),
        }.items():
            pulumi.export(name, pulumi.Output.from_input(_note(name, output)))

    async def _note(name: str, output: pulumi.Output[Any]) -> str:
        found[name] = await output.is_known()
        return name

    deploy(program, preview=True)
    return found


@pytest.mark.parametrize(
    ("metadata", "lacking"),
    [
        ({"name": "a", "uid": "u", "generation": 3}, set()),
        ({"name": "a"}, {"uid", "generation"}),
        ({}, {"name", "uid", "generation"}),
    ],
)
def test_what_a_preview_does_not_have_is_unknown(metadata: dict[str, Any], lacking: set[str]) -> None:
    assert {name for name, is_known in known(**metadata).items() if not is_known} == lacking
