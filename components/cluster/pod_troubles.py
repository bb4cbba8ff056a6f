"""What keeps pods from running, read from their status and from warnings; and what of it passes by itself."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

Object = Mapping[str, Any]

WARNINGS = {"fieldSelector": "type=Warning"}
"""The query by which a namespace's events are those that `troubles` reads."""


class Cause(Enum):
    """Why pods don't run. Its value tells people."""

    MISSING_IMAGE = "there is no such image"
    NO_RIGHT_TO_IMAGE = "the registry refuses to hand out the image"
    UNREACHABLE_IMAGE = "the image can't be pulled"
    MISCONFIGURED = "a container can't be made as it is specified"
    REFUSED = "Kubernetes refuses to make pods"
    NO_ROOM = "there is no room for pods"
    CRASHING = "a container ends again and again"


@dataclass(frozen=True)
class Trouble:
    """One of them, in the words of Kubernetes."""

    cause: Cause
    text: str

    def __str__(self) -> str:
        return f"{self.cause.value}: {self.text}"


PULLING = frozenset({"ErrImagePull", "ImagePullBackOff", "RegistryUnavailable", "ErrImageNeverPull"})
MISCONFIGURED = frozenset(
    {"CreateContainerConfigError", "CreateContainerError", "InvalidImageName", "RunContainerError"}
)
"""Reasons of waiting containers: https://github.com/kubernetes/kubernetes/blob/master/pkg/kubelet/images/types.go
and pkg/kubelet/kuberuntime."""
_RIGHTS = re.compile(r"unauthorized|authentication required|denied|forbidden|\b40[13]\b", re.IGNORECASE)
_MISSING = re.compile(r"not found|manifest unknown|name unknown|does not exist", re.IGNORECASE)
_FULL = re.compile(r"exceeded quota", re.IGNORECASE)


def troubles(pods: Iterable[Object], warnings: Iterable[Object], owners: Collection[str]) -> list[Trouble]:
    """What is wrong with these pods, and with making them, each thing once.

    Args:
        warnings: events of type Warning, of which those about the `owners` (uids) of pods tell why there are
            no pods: a controller keeps that to its events.
    """
    found = [trouble for pod in pods for trouble in _of_pod(pod)]
    found += [
        Trouble(_cause_of_refusal(event.get("message", "")), event.get("message", ""))
        for event in warnings
        if event.get("reason") == "FailedCreate" and event["involvedObject"].get("uid") in owners
    ]
    return list(dict.fromkeys(found))


def last_words(pods: Sequence[Object]) -> list[str]:
    """What the containers of failed pods said last, or why Kubernetes ended them."""
    said = []
    for pod in pods:
        status = pod.get("status") or {}
        if status.get("phase") != "Failed":
            continue
        ends = [
            end
            for container in status.get("containerStatuses") or []
            if (end := (container.get("state") or {}).get("terminated")) and end.get("exitCode") != 0
        ]
        said += [end.get("message") or f"{end.get('reason')} (exit status {end['exitCode']})" for end in ends]
        if not ends:
            said.append(status.get("message") or status.get("reason") or "the pod failed without a word")
    return [text.strip() for text in said]


def _of_pod(pod: Object) -> Iterator[Trouble]:
    status = pod.get("status") or {}
    if "deletionTimestamp" in pod["metadata"] or status.get("phase") in ("Succeeded", "Failed"):
        return
    for condition in status.get("conditions") or []:
        if condition["type"] == "PodScheduled" and condition["status"] == "False":
            yield Trouble(Cause.NO_ROOM, condition.get("message", ""))
    for container in status.get("containerStatuses") or []:
        waiting = (container.get("state") or {}).get("waiting") or {}
        reason, message = waiting.get("reason", ""), waiting.get("message", "")
        if reason in PULLING:
            yield Trouble(_cause_of_pull(message), message)
        elif reason in MISCONFIGURED:
            yield Trouble(Cause.MISCONFIGURED, f"{reason}: {message}")
        elif reason == "CrashLoopBackOff":
            ended = (container.get("lastState") or {}).get("terminated") or {}
            yield Trouble(Cause.CRASHING, ended.get("message") or message)


def _cause_of_pull(message: str) -> Cause:
    # A registry that refuses strangers says so of what isn't there as well. Kubelets before Kubernetes 1.32
    # give no reason between two tries; that is no end of the trouble.
    if _RIGHTS.search(message):
        return Cause.NO_RIGHT_TO_IMAGE
    return Cause.MISSING_IMAGE if _MISSING.search(message) else Cause.UNREACHABLE_IMAGE


def _cause_of_refusal(message: str) -> Cause:
    return Cause.NO_ROOM if _FULL.search(message) else Cause.REFUSED
