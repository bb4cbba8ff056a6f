"""Runs all controllers, one after the other, over one snapshot of the objects."""

import datetime
from collections.abc import Iterator, Sequence

from emulator.kubernetes.controllers.backoff import Timing
from emulator.kubernetes.controllers.deployment import plan_deployment
from emulator.kubernetes.controllers.disruption import plan_disruption_budget
from emulator.kubernetes.controllers.garbage import plan_garbage
from emulator.kubernetes.controllers.job import plan_job
from emulator.kubernetes.controllers.plan import Plan, earliest
from emulator.kubernetes.controllers.replicaset import plan_replica_set
from emulator.kubernetes.controllers.scheduling import plan_schedule
from emulator.kubernetes.server.objects import DEPLOYMENT, DISRUPTION_BUDGET, JOB, POD, REPLICA_SET, Object


def plan_all(items: Sequence[Object], nodes: Sequence[str], now: datetime.datetime, timing: Timing) -> Plan:
    """The plans of all controllers in one, given all objects of a cluster and the names of its nodes."""
    plans = [plan_garbage(items), plan_schedule(items, nodes, now), *_controllers(items, now, timing)]
    changes = [change for plan in plans for change in plan.changes]
    return Plan(changes, earliest(plan.wake for plan in plans))


def _controllers(items: Sequence[Object], now: datetime.datetime, timing: Timing) -> Iterator[Plan]:
    for item in items:
        pods = _neighbours(items, item, POD.name)
        if item["kind"] == DEPLOYMENT.name:
            yield plan_deployment(item, _neighbours(items, item, REPLICA_SET.name), pods, now)
        elif item["kind"] == REPLICA_SET.name:
            yield plan_replica_set(item, pods, now)
        elif item["kind"] == JOB.name:
            yield plan_job(item, pods, now, timing.job)
        elif item["kind"] == DISRUPTION_BUDGET.name:
            yield plan_disruption_budget(item, pods, now)


def _neighbours(items: Sequence[Object], item: Object, kind: str) -> list[Object]:
    namespace = item["metadata"].get("namespace")
    return [one for one in items if one["kind"] == kind and one["metadata"].get("namespace") == namespace]
