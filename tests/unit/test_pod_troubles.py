"""What keeps pods from running, told from the words of kubelets, registries and controllers."""

from typing import Any

import pytest

from components.cluster.pod_troubles import Cause, Trouble, last_words, troubles

NOT_FOUND = (
    'failed to pull and unpack image "contoso.azurecr.io/kafka-test-app:1": failed to resolve reference '
    '"contoso.azurecr.io/kafka-test-app:1": contoso.azurecr.io/kafka-test-app:1: not found'
)
UNAUTHORIZED = (
    'failed to resolve reference "contoso.azurecr.io/kafka-test-app:1": failed to authorize: failed to fetch '
    "anonymous token: unexpected status from GET request to https://contoso.azurecr.io/oauth2/token: 401 "
    "Unauthorized"
)
DENIED = "pull access denied, repository does not exist or may require authorization"
NO_ROUTE = 'failed to do request: Head "https://contoso.azurecr.io/v2/": dial tcp 10.0.0.4:443: i/o timeout'


def pod(reason: str, message: str, **status: Any) -> dict[str, Any]:
    """A pod whose container waits for that reason."""
    waiting = {"state": {"waiting": {"reason": reason, "message": message}}, **status}
    return {"metadata": {}, "status": {"phase": "Pending", "containerStatuses": [waiting]}}


@pytest.mark.parametrize(
    ("reason", "message", "cause"),
    [
        ("ErrImagePull", NOT_FOUND, Cause.MISSING_IMAGE),
        ("ImagePullBackOff", f'Back-off pulling image "x": ErrImagePull: {NOT_FOUND}', Cause.MISSING_IMAGE),
        ("ErrImagePull", UNAUTHORIZED, Cause.NO_RIGHT_TO_IMAGE),
        ("ErrImagePull", DENIED, Cause.NO_RIGHT_TO_IMAGE),
        ("ErrImagePull", NO_ROUTE, Cause.UNREACHABLE_IMAGE),
        # Older kubelets say no more between two tries: https://github.com/kubernetes/kubernetes/pull/127918
        ("ImagePullBackOff", 'Back-off pulling image "x"', Cause.UNREACHABLE_IMAGE),
        ("InvalidImageName", "couldn't parse image name", Cause.MISCONFIGURED),
        ("CreateContainerConfigError", 'secret "access-token" not found', Cause.MISCONFIGURED),
        ("CrashLoopBackOff", "back-off 10s", Cause.CRASHING),
    ],
)
def test_each_has_its_cause(reason: str, message: str, cause: Cause) -> None:
    (found,) = troubles([pod(reason, message)], [], [])
    assert found.cause is cause
    assert message in found.text


@pytest.mark.parametrize("reason", ["ContainerCreating", "PodInitializing"])
def test_what_is_on_its_way_is_no_trouble(reason: str) -> None:
    assert troubles([pod(reason, "")], [], []) == []


def test_a_container_that_crashes_says_what_it_said_last() -> None:
    ended = {"lastState": {"terminated": {"message": "KAFKA_TOPIC is not set"}}}
    assert troubles([pod("CrashLoopBackOff", "back-off 10s", **ended)], [], []) == [
        Trouble(Cause.CRASHING, "KAFKA_TOPIC is not set")
    ]


def test_pods_that_end_or_are_deleted_are_in_no_trouble() -> None:
    deleted = pod("ErrImagePull", NOT_FOUND) | {"metadata": {"deletionTimestamp": "now"}}
    failed = pod("ErrImagePull", NOT_FOUND)
    failed["status"]["phase"] = "Failed"
    assert troubles([deleted, failed], [], []) == []


def test_a_pod_that_no_node_takes_says_why() -> None:
    unscheduled = {"type": "PodScheduled", "status": "False", "message": "0/2 nodes are available"}
    waiting = {"metadata": {}, "status": {"phase": "Pending", "conditions": [unscheduled]}}
    assert troubles([waiting, waiting], [], []) == [Trouble(Cause.NO_ROOM, "0/2 nodes are available")]


@pytest.mark.parametrize(
    ("message", "cause"),
    [
        ("is forbidden: failed quota: q: must specify limits.cpu for: serve", Cause.REFUSED),
        ('is forbidden: violates PodSecurity "restricted:latest"', Cause.REFUSED),
        ("is forbidden: exceeded quota: q, requested: pods=1, used: pods=5, limited: pods=5", Cause.NO_ROOM),
    ],
)
def test_pods_that_may_not_be_made_are_told_by_the_events_of_their_owner(message: str, cause: Cause) -> None:
    event = {"reason": "FailedCreate", "message": message, "involvedObject": {"uid": "mine"}}
    other = {"reason": "FailedCreate", "message": "x", "involvedObject": {"uid": "theirs"}}
    slow = {"reason": "FailedMount", "message": "x", "involvedObject": {"uid": "mine"}}
    assert troubles([], [event, event, other, slow], ["mine"]) == [Trouble(cause, message)]


def test_a_failed_pod_speaks_through_its_container_or_kubernetes_speaks_for_it() -> None:
    def failed(**status: Any) -> dict[str, Any]:
        return {"metadata": {}, "status": {"phase": "Failed", **status}}

    def ended(**end: Any) -> dict[str, Any]:
        return {"containerStatuses": [{"state": {"terminated": end}}]}

    assert last_words([failed(**ended(exitCode=1, message="why\n"))]) == ["why"]
    assert last_words([failed(**ended(exitCode=137, reason="OOMKilled"))]) == ["OOMKilled (exit status 137)"]
    assert last_words([failed(reason="Evicted", message="low on memory")]) == ["low on memory"]
    assert last_words([{"metadata": {}, "status": {"phase": "Running"}}]) == []
