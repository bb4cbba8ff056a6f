"""A Job and its pods in memory, which change as the Job controller plans."""

import datetime
import uuid

from emulator.kubernetes.controllers.backoff import Backoff
from emulator.kubernetes.controllers.job import plan_job
from emulator.kubernetes.controllers.plan import Change, Create, Plan, Replace, SetStatus
from emulator.kubernetes.server.defaults import with_defaults, with_job_identity
from emulator.kubernetes.server.objects import Object, timestamp
from emulator.tests.kubernetes_objects import NOW
from emulator.tests.kubernetes_world import job

BACKOFF = Backoff(10, 360)


class Work:
    """A Job and its pods in memory, to which plans are applied."""

    def __init__(self, **specification) -> None:
        item = with_job_identity(with_defaults(job("x", **specification)), "uid")
        self.job = {**item, "metadata": {**item["metadata"], "uid": "uid", "generation": 1}}
        self.pods: list[Object] = []

    def plan(self, now: datetime.datetime = NOW) -> Plan:
        """Applies plans until all pods that have ended are counted; returns the changes of all."""
        changes: list[Change] = []
        while True:
            plan = plan_job(self.job, self.pods, now, BACKOFF)
            changes += plan.changes
            for change in plan.changes:
                self.carry_out(change)
            if not any(isinstance(change, Replace | SetStatus) for change in plan.changes):
                return Plan(changes, plan.wake)

    def carry_out(self, change: Change) -> None:
        if isinstance(change, SetStatus):
            self.job = {**self.job, "status": change.status}
        elif isinstance(change, Create):
            self.pods.append(
                {**change.item, "metadata": {**change.item["metadata"], "uid": str(uuid.uuid4())}}
            )
        elif isinstance(change, Replace):
            names = [pod["metadata"]["name"] for pod in self.pods]
            self.pods[names.index(change.item["metadata"]["name"])] = change.item

    def end(self, index: int, code: int, at: datetime.datetime = NOW, *conditions: str) -> None:
        ended = {"exitCode": code, "finishedAt": timestamp(at)}
        self.pods[index]["status"] = {
            "phase": "Failed" if code else "Succeeded",
            "conditions": [{"type": one, "status": "True"} for one in conditions],
            "containerStatuses": [{"name": "work", "restartCount": 0, "state": {"terminated": ended}}],
        }


def created(plan) -> int:
    return sum(isinstance(change, Create) for change in plan.changes)


def exit_code_rule(action: str, operator: str, *values: int, container: str | None = "work") -> Object:
    requirement = {"operator": operator, "values": list(values)}
    if container is not None:
        requirement["containerName"] = container
    return {"action": action, "onExitCodes": requirement}
