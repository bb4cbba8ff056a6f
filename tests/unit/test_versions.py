"""Versions of Kubernetes near the end of their support, and engines of network policies near theirs."""

import json
from datetime import date
from typing import Any

import pytest

from components.settings import Settings
from components.settings.azure import versions
from components.settings.validation.leniency import Judgement, Made, judged
from tests.unit.configurations import REQUIRED

LONG_AGO = "1.30"
"""Its support ended in 2025, whatever the day is on which these tests run."""


def said_of(cluster: dict[str, Any] | None = None, /, **values: Any) -> list[str]:
    said: list[str] = []
    Settings.parse(
        {
            name: value if isinstance(value, str) else json.dumps(value)
            for name, value in {**REQUIRED, **values}.items()
        },
        {"ambariPassword"},
        stack="test",
        standing={} if cluster is None else {Made.AKS: cluster},
        warn=said.append,
    )
    return said


@pytest.mark.parametrize(
    ("version", "channel", "today", "words"),
    [
        ("1.36", "patch", date(2027, 6, 30), "ends on 30 June 2027, and aksUpgradeChannel patch stays"),
        ("1.36.2", "none", date(2027, 4, 1), "Kubernetes 1.36 ends on 30 June 2027"),
        ("1.36", "none", date(2027, 7, 1), "ended on 30 June 2027"),
    ],
)
def test_a_version_near_its_end_is_warned_of(version: str, channel: str, today: date, words: str) -> None:
    with judged(Judgement()) as judgement:
        versions.warn_of_end(channel, version, today)
    [said] = judgement.advice
    assert words in said


@pytest.mark.parametrize(
    ("version", "channel", "today"),
    [
        ("1.36", "patch", date(2027, 3, 31)),
        ("1.36", "stable", date(2027, 12, 31)),
        ("1.36", "rapid", date(2027, 12, 31)),
        ("1.99", "patch", date(2040, 1, 1)),
        ("", "patch", date(2040, 1, 1)),
    ],
)
def test_a_version_that_is_supported_or_left_behind_by_aks_is_not(
    version: str, channel: str, today: date
) -> None:
    with judged(Judgement()) as judgement:
        versions.warn_of_end(channel, version, today)
    assert judgement.advice == []


def test_the_version_that_is_set_counts_and_else_that_of_the_cluster() -> None:
    [said] = said_of(kubernetesVersion=LONG_AGO)
    assert f"Kubernetes {LONG_AGO} ended" in said
    cluster = {"currentKubernetesVersion": f"{LONG_AGO}.9", "autoUpgradeProfile": {"upgradeChannel": "patch"}}
    [said] = said_of(cluster)
    assert f"Kubernetes {LONG_AGO} ended" in said
    assert said_of({**cluster, "autoUpgradeProfile": {"upgradeChannel": "stable"}}) == []


def test_the_calendar_names_its_source_and_has_the_version_that_messages_suggest() -> None:
    assert versions.recorded.read("aks-versions")["source"].startswith(versions.SUPPORTED)
    assert versions.SUGGESTED in versions.ends()


def test_an_engine_of_network_policies_that_ends_is_warned_of() -> None:
    [said] = said_of(aksNetworkPolicy="azure")
    assert "ends on Linux on 30 September 2028" in said
    assert said_of(aksNetworkPolicy="calico") == []
