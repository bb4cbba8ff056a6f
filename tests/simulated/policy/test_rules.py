"""What must never be deployed is found, and nothing else."""

import re
from pathlib import Path

import pytest

from emulator.azure.schema import sdk
from policy.rules import RULES, Resource
from policy.rules.ownership import UNTAGGED
from tests.simulated.policy.cases import CASES, Case

CHECKOUT = Path(__file__).resolve().parents[3]
BY_NAME = {rule.name: rule for rule in RULES}


def test_every_rule_has_a_resource_that_breaks_it_and_one_that_keeps_it() -> None:
    assert len(BY_NAME) == len(RULES)
    assert {case.rule for case in CASES if case.paths} == set(BY_NAME)
    assert {case.rule for case in CASES if not case.paths} == set(BY_NAME)


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.rule}-{case.what}".replace(" ", "-"))
def test_rule_finds_what_breaks_it(case: Case) -> None:
    violations = list(BY_NAME[case.rule].violations(case.resource))
    assert [violation.path for violation in violations] == case.paths


def test_violation_names_resource_property_value_rule_reason_and_source() -> None:
    storage = Resource(
        "kafka-storage", "azure-native:storage:StorageAccount", {"minimumTlsVersion": "TLS1_0"}
    )
    [violation] = BY_NAME["minimum-tls"].violations(storage)
    rule = violation.rule
    said = str(violation)
    for part in ("kafka-storage", storage.type, "minimumTlsVersion is 'TLS1_0'", rule.name, rule.demand):
        assert part in said
    assert rule.why in said
    assert rule.source in said


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_rule_says_why_and_who_says_so(rule: object) -> None:
    assert isinstance(rule, type(RULES[0]))
    assert rule.demand.startswith("must ")
    assert len(rule.why) > 20
    assert rule.source.startswith("https://")


def test_no_message_shows_a_key() -> None:
    cases = [case for case in CASES if case.rule in {"no-keys", "no-secrets-in-pods"} and case.paths]
    for case in cases:
        for violation in BY_NAME[case.rule].violations(case.resource):
            assert violation.value is None or "not shown" in str(violation)


@pytest.mark.parametrize("type_", sorted(UNTAGGED))
def test_types_excused_from_tags_can_have_none(type_: str) -> None:
    assert "tags" not in sdk.inputs(type_).properties


def test_the_readme_lists_all_rules() -> None:
    readme = (CHECKOUT / "policy" / "README.md").read_text()
    assert re.findall(r"^\| `([a-z-]+)` \|", readme, re.MULTILINE) == [rule.name for rule in RULES]


def test_the_pack_s_library_is_pinned_once() -> None:
    pinned = dict(line.split("==") for line in (CHECKOUT / "tools" / "constraints.txt").read_text().split())
    requirements = (CHECKOUT / "policy" / "requirements.txt").read_text().split()
    assert [line.split("==") for line in requirements] == [
        ["pulumi", pinned["pulumi"]],
        ["pulumi-policy", pinned["pulumi_policy"]],
    ]
