"""What a Job's podFailurePolicy makes of failed pods (pkg/controller/job/pod_failure_policy.go)."""

from collections.abc import Iterable
from dataclasses import dataclass

from emulator.kubernetes.server.objects import Object


@dataclass(frozen=True)
class _Match:
    """The first rule that a pod's failure fits, and the container whose exit code fits."""

    index: int
    action: str
    container: Object


def failure_of_job(job: Object, failed: Iterable[Object]) -> str | None:
    """Why the Job fails at once, if one of these failed pods makes it."""
    for pod in failed:
        match = _match(job, pod)
        if match is not None and match.action == "FailJob":
            return _message(pod, match)
    return None


def counts(job: Object, pod: Object) -> bool:
    """Whether the failure of this pod counts against the Job's backoffLimit."""
    match = _match(job, pod)
    return match is None or match.action != "Ignore"


def _match(job: Object, pod: Object) -> _Match | None:
    rules = job["spec"].get("podFailurePolicy", {}).get("rules", [])
    for index, rule in enumerate(rules):
        for container in pod["status"].get("containerStatuses", []):
            if _fits(rule["onExitCodes"], container):
                return _Match(index, rule["action"], container)
    return None


def _fits(requirement: Object, container: Object) -> bool:
    ended = container["state"].get("terminated")
    if ended is None or ended["exitCode"] == 0:
        return False
    if requirement.get("containerName", container["name"]) != container["name"]:
        return False
    return (ended["exitCode"] in requirement["values"]) is (requirement["operator"] == "In")


def _message(pod: Object, match: _Match) -> str:
    metadata = pod["metadata"]
    return (
        f"Container {match.container['name']} for pod {metadata['namespace']}/{metadata['name']} failed with "
        f"exit code {match.container['state']['terminated']['exitCode']} "
        f"matching {match.action} rule at index {match.index}"
    )
