"""The program as it is meant for production keeps every rule, however its page is reached."""

import json
from collections.abc import Mapping
from typing import Any

import pytest
import yaml

from policy.rules import RULES, Resource
from tests.unit.configurations import ENTRA_GROUP, REQUIRED, encoded
from tests.unit.test_main import CHECKOUT, run

PRODUCTION = {
    **REQUIRED,
    "tags": {"environment": "production"},
    "aksEntra": {"adminGroups": [ENTRA_GROUP], "disableLocalAccounts": True},
}


def broken(monkeypatch: pytest.MonkeyPatch, settings: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Resource and rule of each violation."""
    monkeypatch.chdir(CHECKOUT)
    declared = run(encoded(settings)).resources.values()
    resources = [Resource(one.name, one.type, one.inputs, one.options.protect) for one in declared]
    return [(one.name, rule.name) for one in resources for rule in RULES for _ in rule.violations(one)]


@pytest.mark.parametrize(
    "page",
    [
        {"appExposure": "public"},
        {"appExposure": "internal", "appSourceRanges": ["10.0.0.0/8"]},
        {"appExposure": "internal", "appSourceRanges": ["0.0.0.0/0"]},
        {"appExposure": "none", "appSourceRanges": []},
        {"appImage": "ghcr.io/contoso/kafka-test-app:1.0"},
    ],
    ids=json.dumps,
)
def test_production_keeps_every_rule(monkeypatch: pytest.MonkeyPatch, page: dict[str, Any]) -> None:
    assert broken(monkeypatch, PRODUCTION | page) == []


def test_the_stack_for_production_keeps_every_rule(monkeypatch: pytest.MonkeyPatch) -> None:
    config = yaml.safe_load((CHECKOUT / "Pulumi.prod.yaml").read_text())["config"]
    settings = {name.removeprefix("aks-kafka:"): value for name, value in config.items()}
    assert settings["tags"] == {"environment": "production"}
    assert settings["protect"] is True
    yours = ("ambariPassword", "ambariSourceRanges", "appSourceRanges", "sshPublicKey")
    assert broken(monkeypatch, {name: REQUIRED[name] for name in yours} | settings) == []


def test_production_with_local_accounts_breaks_one(monkeypatch: pytest.MonkeyPatch) -> None:
    found = broken(monkeypatch, PRODUCTION | {"aksEntra": {"azureRbac": True}})
    assert found == [("aks-cluster", "no-local-accounts")]
