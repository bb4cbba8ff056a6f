"""The status of a pod, as kubelets report it."""

from dataclasses import dataclass, field

from emulator.kubernetes.controllers.plan import with_condition
from emulator.kubernetes.server.objects import Object


@dataclass(frozen=True)
class ContainerReport:
    """The state of a pod's container, and its restarts."""

    state: Object
    last_state: Object = field(default_factory=dict)
    restarts: int = 0
    started: bool = False
    ready: bool = False


@dataclass(frozen=True)
class Placement:
    """A pod's node, and the addresses of both. `address`, the pod's, is "" until it has one."""

    node: str
    node_address: str
    address: str = ""


def waiting(reason: str, message: str = "") -> Object:
    """The state of a container that does not run, and why."""
    return {"waiting": {"reason": reason, **({"message": message} if message else {})}}


def running(started_at: str) -> Object:
    """The state of a running container."""
    return {"running": {"startedAt": started_at}}


def terminated(exit_code: int, reason: str, started_at: str, finished_at: str, message: str = "") -> Object:
    """The state of a container that has ended."""
    return {
        "terminated": {
            "exitCode": exit_code,
            "reason": reason,
            "startedAt": started_at,
            "finishedAt": finished_at,
            **({"message": message} if message else {}),
        }
    }


def pod_status(pod: Object, phase: str, placement: Placement, report: ContainerReport, now: str) -> Object:
    """The pod's whole status. A condition keeps its transition time from `pod` unless its status changes."""
    container = pod["spec"]["containers"][0]
    former = pod["status"]
    reason, message = "", ""
    if phase == "Succeeded":
        reason, message = "PodCompleted", ""
    elif not report.ready:
        reason, message = "ContainersNotReady", f"containers with unready status: [{container['name']}]"
    conditions = former.get("conditions", [])
    for name, value in (("PodScheduled", True), ("Initialized", True)):
        conditions = with_condition(conditions, now, name, value, "", "")
    for name in ("ContainersReady", "Ready"):
        conditions = with_condition(conditions, now, name, report.ready, reason, message)
    addresses = (
        {"podIP": placement.address, "podIPs": [{"ip": placement.address}]} if placement.address else {}
    )
    return {
        "phase": phase,
        "hostIP": placement.node_address,
        **addresses,
        "startTime": former.get("startTime", now),
        "qosClass": "BestEffort" if not container.get("resources") else "Burstable",
        "conditions": conditions,
        "containerStatuses": [
            {
                "name": container["name"],
                "image": container["image"],
                "restartCount": report.restarts,
                "started": report.started,
                "ready": report.ready,
                "state": report.state,
                "lastState": report.last_state,
            }
        ],
    }
