"""What a reviewer reads first, and in which order; what nobody can know."""

import pytest

from review.text import text
from tests.unit.review.previews import (
    AKS,
    HOSTS,
    SERVICE,
    STORAGE,
    TAGS,
    dangers,
    plain,
    preview,
    printed,
    restart,
    reviewed,
    service,
    step,
)


def test_data_that_is_lost_comes_first() -> None:
    said = dangers(
        restart(HOSTS),
        step("replace", STORAGE, "storage", TAGS, TAGS),
        step("delete", AKS, "aks-cluster", TAGS),
    )
    assert said[0] == "storage is replaced: what is stored in it is lost."
    assert said[1].startswith("aks-cluster is deleted: all that runs in it is gone")
    assert said[2].startswith("3 brokers restart")


def test_a_step_that_nobody_knows_is_no_quiet_one() -> None:
    [said] = dangers(step("transmogrify", SERVICE, "page", TAGS, TAGS))
    assert said == ("The review does not know what Pulumi does to page in the step transmogrify.")
    report = reviewed(printed(step("transmogrify", SERVICE, "page", TAGS, TAGS)))
    assert (report.changing, "".join(map(str, report.headline))) == (True, "1 changed in an unknown way.")


@pytest.mark.parametrize(("part", "told"), [("KAFKA_PASSWORD", 1), ("KAFKA_USER", 1), ("KAFKA_CA", 0)])
def test_a_login_that_brokers_have_to_know_already_is_told(part: str, told: int) -> None:
    hidden = {"stringData": "[secret]"}
    detailed = {f"stringData.{part}": {"kind": "update-replace"}}
    login = step("replace", "kubernetes:core/v1:Secret", "kafka-login", hidden, hidden, detailedDiff=detailed)
    assert len(dangers(login)) == told
    assert dangers(login | {"op": "create"}) == []


def test_policies_that_are_broken_come_last() -> None:
    changed = step("update", SERVICE, "page", service("203.0.113.1/32"), service())
    [_, broken] = reviewed(printed(changed)).dangers
    assert plain(broken).startswith(
        "The policy said-when-open is broken by page: spec.loadBalancerSourceRanges is []"
    )


def test_a_policy_is_broken_also_by_what_does_not_change() -> None:
    report = reviewed(printed(step("same", SERVICE, "page", service(), service())))
    assert not report.changing
    assert len(report.dangers) == 1


def test_a_preview_that_failed_says_why_and_judges_nothing() -> None:
    errors = [{"severity": "error", "message": "kafkaWorkers is wrong"}]
    report = reviewed(
        printed(step("update", SERVICE, "page", service("203.0.113.1/32"), service()), diagnostics=errors)
    )
    assert (report.dangers, report.changing) == ((), False)
    assert text(report).splitlines()[2:] == ["Why", "  kafkaWorkers is wrong"]
    assert preview(diagnostics=errors).stack == "?"
