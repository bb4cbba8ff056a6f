"""What `up` says where something is wrong in the cluster, that it ends, and that the next one mends it."""

import pytest

from judge.behaviours import FAILURES, HANGS, MISSING, NEVER_READY, image
from judge.ends import LONG, SHORT, fail, fail_and_mend
from judge.settings import Settings
from judge.sites import Sites


@pytest.mark.parametrize(("behaviour", "command"), FAILURES)
def test_a_job_that_fails_for_good_ends_up_at_once_with_its_text(
    sites: Sites, behaviour: str, command: str
) -> None:
    both = sites.judge(fail_and_mend, Settings(image=image(behaviour), seconds=LONG))
    assert [step.startswith(f"create {command}") for step in both.real.failed] == [True]
    assert FAILURES[behaviour, command].text in both.real.text
    assert FAILURES[behaviour, command].text in both.emulated.text
    assert both.real.steps == both.emulated.steps


def test_a_job_that_never_ends_fails_by_its_deadline(sites: Sites) -> None:
    both = sites.judge(fail, Settings(image=image(HANGS), seconds=SHORT))
    assert [step.startswith("create create-topics") for step in both.real.failed] == [True]
    assert "[DeadlineExceeded]" in both.real.text
    assert "[DeadlineExceeded]" in both.emulated.text
    assert both.real.steps == both.emulated.steps


def test_an_image_that_is_missing_is_named(sites: Sites) -> None:
    both = sites.judge(fail_and_mend, Settings(image=image(MISSING), seconds=SHORT))
    assert f"{image(MISSING)}: not found" in both.real.text
    assert f"{image(MISSING)}: not found" in both.emulated.text
    assert both.real.steps == both.emulated.steps


def test_pods_that_never_become_ready_fail_the_deployment(sites: Sites) -> None:
    both = sites.judge(fail_and_mend, Settings(image=image(NEVER_READY), seconds=SHORT))
    assert both.real.failed
    assert "kafka-test-app" in both.real.text
    assert "kafka-test-app" in both.emulated.text
    assert both.real.steps == both.emulated.steps


def test_a_load_balancer_without_an_address_is_told_of(sites: Sites) -> None:
    """On this machine there is always an address; what Pulumi's provider says without one is its own."""
    failed = sites.try_in_real(fail, Settings(seconds=SHORT), namespace="no-address")
    assert failed.failed == ["create kafka-test-app-service fails"]
    assert "kafka-test-app" in failed.text
