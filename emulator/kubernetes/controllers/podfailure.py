"""Applies a Job's podFailurePolicy to failed pods (pkg/controller/job/pod_failure_policy.go)."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from emulator.kubernetes.server.objects import Object


@dataclass(frozen=True)
class _Match:
    """The action of the rule that a pod's failure matches, and the message that says why it does."""

    action: str
    message: str


def failure_of_job(job: Object, failed: Iterable[Object]) -> str | None:
    """The message of the Job's failure if one of these failed pods matches a FailJob rule, else None."""
    for pod in failed:
        match = _match(job, pod)
        if match is not None and match.action == "FailJob":
            return match.message
    return None


def counts(job: Object, pod: Object) -> bool:
    """Whether the failure of this pod counts against the Job's backoffLimit."""
    match = _match(job, pod)
    return match is None or match.action != "Ignore"


def _match(job: Object, pod: Object) -> _Match | None:
    """matchPodFailurePolicy: the first rule that matches decides."""
    where = f"{pod['metadata'].get('namespace')}/{pod['metadata']['name']}"
    rules = job["spec"].get("podFailurePolicy", {}).get("rules", [])
    for index, rule in enumerate(rules):
        for what in _fitting(rule, pod, where):
            return _Match(rule["action"], f"{what} matching {rule['action']} rule at index {index}")
    return None


def _fitting(rule: Object, pod: Object, where: str) -> Iterator[str]:
    if "onExitCodes" in rule:
        for container in pod["status"].get("containerStatuses", []):
            if _fits(rule["onExitCodes"], container):
                code = container["state"]["terminated"]["exitCode"]
                yield f"Container {container['name']} for pod {where} failed with exit code {code}"
        return
    patterns = [(pattern["type"], pattern["status"]) for pattern in rule.get("onPodConditions", [])]
    for condition in pod["status"].get("conditions", []):
        if (condition["type"], condition["status"]) in patterns:
            yield f"Pod {where} has condition {condition['type']}"


def _fits(requirement: Object, container: Object) -> bool:
    ended = container["state"].get("terminated")
    if ended is None or ended["exitCode"] == 0:
        return False
    if requirement.get("containerName", container["name"]) != container["name"]:
        return False
    return (ended["exitCode"] in requirement["values"]) is (requirement["operator"] == "In")
