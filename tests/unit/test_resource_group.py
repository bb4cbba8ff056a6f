"""What is said before a resource group is made that is there already."""

from collections.abc import Mapping
from typing import Any

import pulumi
import pytest
from pulumi_azure_native import resources

from components.resource_group import told_when_it_exists
from tests.unit.recording import Refusal, deploy

GET = "azure-native:resources:getResourceGroup"


def there(asked: Mapping[str, Any]) -> dict[str, Any]:
    return {"name": asked["resourceGroupName"], "location": "westeurope"}


def missing(_: Mapping[str, Any]) -> dict[str, Any]:
    raise Refusal('Status=404 Code="ResourceGroupNotFound"')


def forbidden(_: Mapping[str, Any]) -> dict[str, Any]:
    raise Refusal('Status=403 Code="AuthorizationFailed"')


def warned(monkeypatch: pytest.MonkeyPatch, answer: Any) -> list[str]:
    """The warnings of the hook, which the engine would call in a preview of a stack without a state."""
    said: list[str] = []
    monkeypatch.setattr(pulumi.log, "warn", said.append)

    def declare() -> None:
        hooks = told_when_it_exists("shop")
        opts = pulumi.ResourceOptions(hooks=hooks)
        resources.ResourceGroup("group", resource_group_name="shop", location="westeurope", opts=opts)
        [hook] = hooks.before_create or []
        assert isinstance(hook, pulumi.ResourceHook)
        assert hook.opts is not None
        assert hook.opts.on_dry_run
        hook.callback(None)  # pyright: ignore[reportArgumentType] - it looks at none of its arguments

    deploy(declare, preview=True, answers={GET: answer})
    return said


def test_a_group_that_exists_is_named_with_each_thing_that_it_may_mean(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    [said] = warned(monkeypatch, there)
    assert said.startswith("The resource group shop exists already, and is not in the state of stack test:")
    assert "choose another resourceGroup" in said
    assert "pulumi config set --path group.existing.name shop" in said
    assert "docs/operations.md" in said


@pytest.mark.parametrize("answer", [missing, forbidden], ids=["it is missing", "nobody may look"])
def test_nothing_is_said_otherwise(monkeypatch: pytest.MonkeyPatch, answer: Any) -> None:
    assert warned(monkeypatch, answer) == []
