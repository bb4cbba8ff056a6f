"""How long the emulated pulumi-kubernetes waits, and with what outcome, by a fake clock."""

from collections.abc import Sequence

import pytest

from emulator.kubernetes.provider.readiness import Readiness, is_unready_job, pod_warnings
from emulator.kubernetes.provider.waiting import RESYNC, SETTLING, FieldWait, JobWait, ServiceWait, Wait
from emulator.kubernetes.server.objects import Object, owner_reference
from emulator.kubernetes.services.frontends import FrontEnd

CARRIED = FrontEnd(reaches_pods=True)


def job(*conditions: tuple[str, str], version: int = 1) -> Object:
    """A Job with these conditions, each a type and a reason."""
    found = [{"type": kind, "status": "True", "reason": why, "message": "over"} for kind, why in conditions]
    metadata = {"name": "work", "namespace": "default", "uid": "job", "resourceVersion": str(version)}
    status = {"conditions": found}
    return {"apiVersion": "batch/v1", "kind": "Job", "metadata": metadata, "spec": {}, "status": status}


def failed_pod(name: str, owner: Object, message: str = "", version: int = 1) -> Object:
    ended = {"exitCode": 3, "reason": "Error", **({"message": message} if message else {})}
    status = {"name": "app", "ready": False, "state": {"terminated": ended}, "lastState": {}}
    ready = {"type": "Ready", "status": "False", "reason": "PodFailed", "message": ""}
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {
            "name": name,
            "namespace": "default",
            "uid": name,
            "resourceVersion": str(version),
            "ownerReferences": [owner_reference(owner)],
        },
        "spec": {},
        "status": {"phase": "Failed", "conditions": [ready], "containerStatuses": [status]},
    }


def look(
    wait: Wait, item: Object, others: Sequence[Object], now: float, front_end: FrontEnd = CARRIED
) -> Readiness:
    return wait.look(item, [item, *others], front_end, now)


@pytest.mark.parametrize("reason", ["BackoffLimitExceeded", "DeadlineExceeded"])
def test_a_job_has_failed_for_two_reasons(reason: str) -> None:
    readiness = look(JobWait(600, 0), job(("Failed", reason)), [], 1)
    assert readiness == Readiness(failed=True, missing=(f"[{reason}] over",))


@pytest.mark.parametrize("reason", ["PodFailurePolicy", "FailedIndexes"])
def test_a_job_that_failed_for_another_reason_is_waited_for(reason: str) -> None:
    wait = JobWait(600, 0)
    readiness = look(wait, job(("FailureTarget", reason), ("Failed", reason)), [], 1)
    assert not readiness.failed
    assert not readiness.ready
    assert wait.deadline() is None


def test_a_short_timeout_of_a_job_begins_anew_with_every_event() -> None:
    wait = JobWait(20, began=100)
    look(wait, job(version=1), [], 105)
    assert wait.deadline() == 125
    look(wait, job(version=1), [], 110)
    assert wait.deadline() == 125
    look(wait, job(version=2), [], 120)
    assert wait.deadline() == 140
    other = {**job(version=3), "metadata": {**job(version=3)["metadata"], "name": "other", "uid": "other"}}
    look(wait, job(version=2), [other], 130)
    assert wait.deadline() == 150


def test_a_timeout_that_informers_interrupt_begins_anew_at_their_resync() -> None:
    wait = JobWait(40, began=0)
    look(wait, job(), [], 30)
    assert wait.deadline() == RESYNC + 40


def test_a_job_s_failure_is_told_with_every_pod_that_failed() -> None:
    work = job(("Failed", "BackoffLimitExceeded"))
    wait = JobWait(600, 0)
    look(wait, job(), [failed_pod("a", work, "no broker")], 1)
    readiness = look(wait, work, [failed_pod("b", work)], 2)
    assert readiness.missing == (
        "[BackoffLimitExceeded] over",
        "[Pod a]: [Error] no broker",
        '[Pod b]: Container "app" completed with exit code 3',
    )


def test_every_job_that_is_not_complete_is_replaced_where_it_asks_for_that() -> None:
    assert is_unready_job(job())
    assert is_unready_job(job(("Failed", "DeadlineExceeded")))
    assert not is_unready_job(job(("Complete", "")))


def test_a_pod_that_is_ready_is_no_reason() -> None:
    pod = failed_pod("a", job())
    pod["status"]["conditions"][0]["status"] = "True"
    assert pod_warnings([pod]) == []


def service(address: str | None = "127.0.0.9", **specification: object) -> Object:
    ingress = {"ingress": [{"ip": address}]} if address else {}
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": "web", "namespace": "default"},
        "spec": {"type": "LoadBalancer", "selector": {"app": "web"}, **specification},
        "status": {"loadBalancer": ingress},
    }


def pod(name: str, *, ready: bool, node: str | None = "n") -> Object:
    condition = {"type": "Ready", "status": str(ready)}
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "namespace": "default", "labels": {"app": "web"}},
        "spec": {"nodeName": node} if node else {},
        "status": {"phase": "Running", "conditions": [condition]},
    }


def test_a_service_without_pods_is_ready_once_its_endpoints_have_settled() -> None:
    wait = ServiceWait(600, 0)
    assert not look(wait, service(), [], 1, front_end=FrontEnd()).ready
    assert wait.next_look() == 1 + SETTLING
    assert look(wait, service(), [], 1 + SETTLING, front_end=FrontEnd()).ready


def test_a_service_waits_for_pods_that_are_not_ready() -> None:
    wait = ServiceWait(600, 0)
    look(wait, service(), [pod("a", ready=False)], 1)
    readiness = look(wait, service(), [pod("a", ready=False)], 1 + SETTLING)
    assert not readiness.ready
    assert "does not target any Pods" in readiness.missing[0]
    # The event that made it ready unsettles it; an unscheduled pod has no address that could be listed.
    others = [pod("a", ready=True), pod("b", ready=False, node=None)]
    assert not look(wait, service(), others, 50).ready
    assert look(wait, service(), others, 50 + SETTLING).ready


def test_an_event_does_not_take_back_the_settling_of_one_before() -> None:
    wait = ServiceWait(600, 0)
    look(wait, service(), [], 0)
    look(wait, service(), [pod("a", ready=True)], SETTLING - 0.5)
    assert look(wait, service(), [pod("a", ready=True)], SETTLING).ready


def test_a_service_needs_an_address_and_says_so() -> None:
    wait = ServiceWait(10, 0)
    look(wait, service(None), [], 0)
    readiness = look(wait, service(None), [], 10)
    assert not readiness.ready
    assert readiness.missing[-1].startswith("Service was not allocated an IP address")


def test_a_service_without_a_balancer_needs_no_address() -> None:
    wait = ServiceWait(600, 0)
    inside = service(None, type="ClusterIP")
    look(wait, inside, [pod("a", ready=True)], 0, front_end=FrontEnd())
    assert look(wait, inside, [pod("a", ready=True)], SETTLING, front_end=FrontEnd()).ready


def test_a_service_that_has_not_settled_is_ready_when_its_time_is_over() -> None:
    wait = ServiceWait(1, 0)
    assert not look(wait, service(), [], 0.5, front_end=FrontEnd()).ready
    assert look(wait, service(), [], 1, front_end=FrontEnd()).ready


def test_a_service_without_a_selector_needs_no_pods() -> None:
    bare = service()
    del bare["spec"]["selector"]
    assert look(ServiceWait(600, 0), bare, [], 0, front_end=FrontEnd()).ready


def test_a_service_that_this_machine_cannot_listen_for_fails_at_once() -> None:
    problem = FrontEnd(problem="port 80 needs root")
    readiness = look(ServiceWait(600, 0), service(), [], 0, front_end=problem)
    assert readiness == Readiness(failed=True, missing=("port 80 needs root",))


def test_a_field_that_has_to_be_there_is_all_that_is_waited_for() -> None:
    unfinished = job(version=1) | {"metadata": {"uid": "job", "generation": 1}}
    assert look(FieldWait("jsonpath={.metadata.uid}", 600, 0), unfinished, [], 1).ready
    addressed = {"status": {"loadBalancer": {"ingress": [{"ip": "127.0.0.2"}]}}, "metadata": {}}
    wait = FieldWait("jsonpath={.status.loadBalancer.ingress}", 600, 0)
    assert not look(wait, {"metadata": {}}, [], 1).ready
    assert look(wait, addressed, [], 1).ready


def test_a_status_of_before_does_not_count() -> None:
    behind = {"metadata": {"uid": "u", "generation": 2}, "status": {"observedGeneration": 1}}
    wait = FieldWait("jsonpath={.metadata.uid}", 600, 0)
    assert not look(wait, behind, [], 1).ready
    behind["status"]["observedGeneration"] = 2
    assert look(wait, behind, [], 1).ready
