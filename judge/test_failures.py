"""An `up` that fails: it says why, it ends in time, and the next one succeeds."""

import pytest

from judge.behaviours import FAILURES, HANGS, MISSING, NEVER_READY, image
from judge.cluster_pair import ClusterPair
from judge.failing_runs import LONG_TIMEOUT, SHORT_TIMEOUT, fail, fail_and_mend
from judge.settings import Settings


@pytest.mark.parametrize(("behaviour", "command"), FAILURES)
def test_a_job_that_fails_for_good_ends_up_at_once_with_its_text(
    clusters: ClusterPair, behaviour: str, command: str
) -> None:
    both = clusters.judge(fail_and_mend, Settings(image=image(behaviour), seconds=LONG_TIMEOUT))
    assert [step.startswith(f"create {command}") for step in both.real.failed] == [True]
    assert FAILURES[behaviour, command].text in both.real.text
    assert FAILURES[behaviour, command].text in both.emulated.text
    assert both.real.steps == both.emulated.steps


def test_a_job_that_never_ends_fails_by_its_deadline(clusters: ClusterPair) -> None:
    both = clusters.judge(fail, Settings(image=image(HANGS), seconds=SHORT_TIMEOUT))
    assert [step.startswith("create create-topics") for step in both.real.failed] == [True]
    assert "[DeadlineExceeded]" in both.real.text
    assert "[DeadlineExceeded]" in both.emulated.text
    assert both.real.steps == both.emulated.steps


def test_an_image_that_is_missing_is_named(clusters: ClusterPair) -> None:
    both = clusters.judge(fail_and_mend, Settings(image=image(MISSING), seconds=SHORT_TIMEOUT))
    assert f"{image(MISSING)}: not found" in both.real.text
    assert f"{image(MISSING)}: not found" in both.emulated.text
    assert both.real.steps == both.emulated.steps


def test_pods_that_never_become_ready_fail_the_deployment(clusters: ClusterPair) -> None:
    both = clusters.judge(fail_and_mend, Settings(image=image(NEVER_READY), seconds=SHORT_TIMEOUT))
    assert both.real.failed
    assert "kafka-test-app" in both.real.text
    assert "kafka-test-app" in both.emulated.text
    assert both.real.steps == both.emulated.steps


def test_a_load_balancer_without_an_address_is_told_of(clusters: ClusterPair) -> None:
    """The emulated cluster gives each load balancer an address at once."""
    failed = clusters.run_in_real(fail, Settings(seconds=SHORT_TIMEOUT), namespace="no-address")
    assert failed.failed == ["create kafka-test-app-service fails"]
    assert "kafka-test-app" in failed.text
