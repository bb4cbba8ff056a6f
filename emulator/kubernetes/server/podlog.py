"""Reads a container's log, with the parameters and refusals of the API server.

https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1/#get-read-log-of-the-specified-pod,
and for what that leaves out Kubernetes' source at 1.36: pkg/registry/core/pod/strategy.go (LogLocation),
pkg/apis/core/validation (ValidatePodLogOptions), pkg/kubelet/kubelet_pods.go (validateContainerLogStatus).
"""

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from emulator.kubernetes.server.objects import Object
from emulator.kubernetes.server.reading import NotModelled

_NUMBERS = ("sinceSeconds", "tailLines", "limitBytes")
_TRUTHS = ("previous", "timestamps")
_WAITING = {
    "ErrImagePull": "image can't be pulled",
    "ImagePullBackOff": "trying and failing to pull image",
}


@dataclass(frozen=True)
class Line:
    """One line that a container printed, and when: seconds since 1970, by the node's clock."""

    moment: float
    text: bytes


class LogSource(Protocol):
    """The kubelets, as the API server asks them for logs."""

    def lines_of(self, pod: Object, previous: bool) -> Sequence[Line]:
        """The lines that the pod's container printed in its newest run, or in the one before."""
        ...


@dataclass(frozen=True)
class LogRefused(Exception):
    """The server refuses the request: the HTTP status, the reason and the message."""

    status: int
    reason: str
    text: str


def read_log(pod: Object, parameters: Mapping[str, str], source: LogSource, now: float) -> bytes:
    """The text of the log, cut as a kubelet cuts it: to tailLines, then sinceSeconds, then limitBytes.

    Args:
        parameters: of the request.
        now: seconds since 1970, by the node's clock.

    Raises:
        LogRefused: a parameter is wrong, or the container has no log (yet).
        NotModelled: a parameter that the emulator does not model.
    """
    numbers, previous, timestamps = _options(pod["metadata"]["name"], parameters)
    container = _container(pod, parameters.get("container", ""))
    if "nodeName" not in pod["spec"]:
        return b""
    lines = source.lines_of(pod, _is_before_the_newest(pod, container, previous))
    if "tailLines" in numbers:
        lines = lines[max(0, len(lines) - numbers["tailLines"]) :]
    if "sinceSeconds" in numbers:
        lines = [line for line in lines if line.moment >= now - numbers["sinceSeconds"]]
    text = b"".join((_stamp(line.moment) if timestamps else b"") + line.text + b"\n" for line in lines)
    return text[: numbers.get("limitBytes", len(text))]


def _options(pod: str, parameters: Mapping[str, str]) -> tuple[dict[str, int], bool, bool]:
    if unknown := sorted(parameters.keys() - {*_NUMBERS, *_TRUTHS, "container"}):
        raise NotModelled(f"pods/log?{unknown[0]}")
    numbers = {name: _number(name, parameters[name]) for name in _NUMBERS if name in parameters}
    if wrong := [_wrong(name, value) for name, value in numbers.items() if value < _least(name)]:
        text = wrong[0] if len(wrong) == 1 else f"[{', '.join(wrong)}]"
        raise LogRefused(422, "Invalid", f'PodLogOptions "{pod}" is invalid: {text}')
    previous, timestamps = (
        name in parameters and parameters[name].lower() not in ("0", "false") for name in _TRUTHS
    )
    return numbers, previous, timestamps


def _number(name: str, text: str) -> int:
    try:
        return int(text)
    except ValueError:
        reason = f'strconv.ParseInt: parsing "{text}": invalid syntax'
        raise LogRefused(400, "BadRequest", f"unable to decode {name}: {reason}") from None


def _least(name: str) -> int:
    return 0 if name == "tailLines" else 1


def _wrong(name: str, value: int) -> str:
    rule = "must be greater than or equal to 0" if name == "tailLines" else "must be greater than 0"
    return f"{name}: Invalid value: {value}: {rule}"


def _container(pod: Object, name: str) -> str:
    """The name of the container whose log is requested: the pod's only one by default."""
    names = [one["name"] for one in pod["spec"]["containers"]]
    if not name:
        return names[0]
    if name not in names:
        text = f"container {name} is not valid for pod {pod['metadata']['name']}"
        raise LogRefused(400, "BadRequest", text)
    return name


def _is_before_the_newest(pod: Object, name: str, previous: bool) -> bool:
    """Whether the requested run is the one before the newest. Raises LogRefused if it has no log."""
    statuses = pod.get("status", {}).get("containerStatuses", [])
    status = next((one for one in statuses if one["name"] == name), None)
    called = f'container "{name}" in pod "{pod["metadata"]["name"]}"'
    if status is None:
        raise LogRefused(400, "BadRequest", f"{called} is not available")
    ended_before = "terminated" in status["lastState"]
    if previous and not ended_before:
        raise LogRefused(400, "BadRequest", f"previous terminated {called} not found")
    if "waiting" not in status["state"]:
        return previous
    if not ended_before:
        reason = status["state"]["waiting"]["reason"]
        text = f"{called} is waiting to start: {_WAITING.get(reason, reason)}"
        raise LogRefused(400, "BadRequest", text)
    # The container waits to be restarted: its newest run is the one that ended.
    return False


def _stamp(moment: float) -> bytes:
    """RFC 3339 with nanoseconds, as a container runtime writes them."""
    seconds, fraction = divmod(round(moment * 1e9), 10**9)
    at = datetime.datetime.fromtimestamp(seconds, datetime.UTC)
    return f"{at:%Y-%m-%dT%H:%M:%S}.{fraction:09d}Z ".encode()
