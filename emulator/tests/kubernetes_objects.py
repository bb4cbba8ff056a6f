"""Objects in memory that the controllers plan for, and that change as planned."""

import datetime
import uuid

from emulator.kubernetes.controllers.backoff import Timing
from emulator.kubernetes.controllers.manager import plan_all
from emulator.kubernetes.controllers.plan import Create, Delete, Remove, Replace, SetStatus
from emulator.kubernetes.server.objects import Object, condition_of, key_of, timestamp

NOW = datetime.datetime(2025, 1, 1, 12, 0, 0, tzinfo=datetime.UTC)


def later(seconds: float) -> datetime.datetime:
    return NOW + datetime.timedelta(seconds=seconds)


class Api:
    """Objects in memory, to which plans are applied."""

    def __init__(self) -> None:
        self.items: dict = {}

    def add(self, item: Object) -> Object:
        metadata = {"uid": str(uuid.uuid4()), "creationTimestamp": timestamp(NOW), "generation": 1}
        item = {**item, "metadata": {**metadata, **item["metadata"]}}
        self.items[key_of(item)] = item
        return item

    def of(self, kind: str) -> list[Object]:
        return [item for key, item in self.items.items() if key.kind == kind]

    def settle(self, now: datetime.datetime = NOW, ready: bool = True) -> int:
        """Plans until nothing changes; returns the number of rounds.

        In each round pods become ready, and deleted pods are removed.
        """
        for rounds in range(100):
            changes = plan_all(list(self.items.values()), ["node"], now, Timing()).changes
            for change in changes:
                self._carry_out(change)
            moved = self._run_pods(now, ready)
            if not changes and not moved:
                return rounds
        raise AssertionError("never settles")

    def _carry_out(self, change) -> None:
        match change:
            case Create(item):
                self.add(item)
            case Replace(item):
                self.items[key_of(item)] = item
            case SetStatus(item, status):
                self.items[key_of(item)] = {**self.items[key_of(item)], "status": status}
            case Delete(item):
                self.items[key_of(item)]["metadata"]["deletionTimestamp"] = timestamp(NOW)
            case Remove(item):
                del self.items[key_of(item)]

    def _run_pods(self, now: datetime.datetime, ready: bool) -> bool:
        moved = False
        for pod in self.of("Pod"):
            if "deletionTimestamp" in pod["metadata"]:
                del self.items[key_of(pod)]
                moved = True
            elif ready and not condition_of(pod, "Ready"):
                condition = {"type": "Ready", "status": "True", "lastTransitionTime": timestamp(now)}
                pod["status"] = {"phase": "Running", "podIP": "10.0.0.9", "conditions": [condition]}
                moved = True
        return moved


def status_of(changes: list) -> Object:
    return next(change.status for change in changes if isinstance(change, SetStatus))
