"""The end of a Job, which is waited for, and the last word of its pod."""

from typing import Any

import pytest

from components.cluster import waiting
from components.cluster.waiting import NotReached
from components.job_message import JobMessageProvider, judge_end, last_message
from tests.unit.api_server import Answers, kubeconfig, serving

UID = "11111111-1111-1111-1111-111111111111"
JOB = "/apis/batch/v1/namespaces/ns/jobs/check-1"
PODS = "/api/v1/namespaces/ns/pods"
EVENTS = "/api/v1/namespaces/ns/events"


def pod(
    message: str | None, *, owner: str = UID, phase: str = "Succeeded", status: int = 0
) -> dict[str, Any]:
    ended = {"exitCode": status, **({"message": message} if message is not None else {})}
    return {
        "metadata": {"ownerReferences": [{"uid": owner}]},
        "status": {"phase": phase, "containerStatuses": [{"state": {"terminated": ended}}]},
    }


def job(**conditions: str) -> dict[str, Any]:
    """A Job with these conditions and their reasons."""
    held = [
        {"type": name, "status": "True", "reason": reason, "message": "as Kubernetes says"}
        for name, reason in conditions.items()
    ]
    return {"metadata": {"uid": UID}, "status": {"conditions": held}}


@pytest.mark.parametrize(
    ("pods", "message"),
    [
        ([pod("well")], "well"),
        ([pod("ill", phase="Failed", status=1), pod("well")], "well"),
        ([pod(None)], ""),
        ([], ""),
    ],
)
def test_the_message_is_that_of_the_job_s_pod_that_succeeded(
    pods: list[dict[str, Any]], message: str
) -> None:
    assert last_message(pods) == message


def test_a_job_has_not_ended_while_kubernetes_only_means_to_end_it() -> None:
    assert judge_end(job(), []) is None
    assert judge_end(job(FailureTarget="BackoffLimitExceeded"), []) is None
    assert judge_end({"metadata": {"uid": UID}}, []) is None


def test_a_job_that_failed_says_so_in_the_words_of_its_pod() -> None:
    failed = job(FailureTarget="BackoffLimitExceeded", Failed="BackoffLimitExceeded")
    end = judge_end(failed, [pod("BROKEN  listener answering\n", phase="Failed", status=12)])
    assert end is not None
    assert end.failed == "[BackoffLimitExceeded]\nBROKEN  listener answering"
    without_pods = judge_end(job(Failed="DeadlineExceeded"), [])
    assert without_pods is not None
    assert without_pods.failed == "[DeadlineExceeded]\nas Kubernetes says"


def inputs(url: str, **limits: float) -> dict[str, Any]:
    of_job = {"namespace": "ns", "job": "check-1", "jobUid": UID}
    return {
        "kubeconfig": kubeconfig(url, token="t"),
        "limits": waiting.Limits(**limits).as_property(),
        **of_job,
    }


def answers(found: Any, *pods: dict[str, Any]) -> Answers:
    return {JOB: found, PODS: [*pods], EVENTS: []}


def test_the_message_is_read_again_for_another_job_only() -> None:
    provider = JobMessageProvider()
    with serving(answers(job(Complete="CompletionsReached"), pod("well"))) as server:
        props = inputs(server.url)
        created = provider.create(props)
        assert created.outs is not None
        assert created.outs["message"] == "well"
        assert "kubeconfig" not in created.outs
        assert not provider.diff("", created.outs, {**props, "kubeconfig": "renewed"}).changes
        assert provider.diff("", created.outs, {**props, "jobUid": "another"}).changes
        # A pod of a Job that had this name before.
        server.answers[PODS] = [pod("of before", owner="another")]
        updated = provider.update("", created.outs, props)
        assert updated.outs is not None
        assert updated.outs["message"] == ""
    selectors = [query.get("labelSelector") for path, query, _ in server.asked if path == PODS]
    assert set(selectors) == {"batch.kubernetes.io/job-name=check-1"}


def test_a_job_that_kubernetes_ends_at_its_deadline_is_told_in_its_words(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with serving(answers(job())) as server:

        class Clock:
            seconds = 0.0

            def now(self) -> float:
                return self.seconds

            def sleep(self, seconds: float) -> None:
                # The controller gets to it some seconds after the deadline.
                if self.seconds > 60:
                    server.answers.update(answers(job(Failed="DeadlineExceeded")))
                self.seconds += 65

        monkeypatch.setattr("components.job_message.SystemClock", Clock)
        with pytest.raises(NotReached, match="DeadlineExceeded"):
            JobMessageProvider().create(inputs(server.url, job=60))


def test_the_end_of_a_job_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(answers(job())) as server:

        class Clock:
            def now(self) -> float:
                return 0.0

            def sleep(self, seconds: float) -> None:
                server.answers.update(answers(job(Complete="CompletionsReached"), pod("well")))

        monkeypatch.setattr("components.job_message.SystemClock", Clock)
        created = JobMessageProvider().create(inputs(server.url))
    assert created.outs is not None
    assert created.outs["message"] == "well"


def test_a_job_that_failed_or_is_gone_fails_the_deployment() -> None:
    with serving(answers(job(Failed="BackoffLimitExceeded"), pod("why", phase="Failed", status=1))) as server:
        with pytest.raises(NotReached, match=r"Job ns/check-1 failed: \[BackoffLimitExceeded\]\nwhy"):
            JobMessageProvider().create(inputs(server.url))
        server.answers[JOB] = 404
        with pytest.raises(NotReached, match="it is gone"):
            JobMessageProvider().create(inputs(server.url))


def test_what_keeps_the_pod_of_a_job_from_running_is_said() -> None:
    refused = {
        "reason": "FailedCreate",
        "message": 'pods "check-1-x" is forbidden: failed quota: q: must specify limits.cpu',
        "involvedObject": {"uid": UID},
    }
    with serving({**answers(job()), EVENTS: [refused]}) as server:
        with pytest.raises(NotReached, match=r"refuses to make pods: .* must specify limits\.cpu"):
            JobMessageProvider().create(inputs(server.url, lasting=0))
        asked = next(query for path, query, _ in server.asked if path == EVENTS)
    assert asked["fieldSelector"] == "type=Warning"
