"""Inputs of Kubernetes resources with single changes, and what is wrong with them."""

import copy
from typing import Any

from emulator.kubernetes.provider.inputs import failures
from emulator.kubernetes.server.objects import (
    Object,
)


def container(item: Object) -> Object:
    return item["spec"]["template"]["spec"]["containers"][0]


def complaints(item: Object, version: str = "1.33", former: Object | None = None) -> dict[str, str]:
    return {failure.property: failure.reason for failure in failures(item, version, former)}


def changed(item: Object, path: str, value: object) -> Object:
    """A copy of `item` with another value at a path like "spec.ports.0.name"."""
    result = copy.deepcopy(item)
    target: Any = result
    *steps, last = path.split(".")
    for step in steps:
        target = target[int(step)] if step.isdigit() else target.setdefault(step, {})
    target[last] = value
    return result


POD = "spec.template.spec"


CONTAINER = f"{POD}.containers.0"


def failure_policy(**fields: object) -> Object:
    """A podFailurePolicy of one rule, with these fields changed; None removes a field."""
    rule = {
        "action": "FailJob",
        "onExitCodes": {"operator": "In", "values": [3], "containerName": "work"},
        **fields,
    }
    return {"rules": [{name: value for name, value in rule.items() if value is not None}]}


def exit_codes(**fields: object) -> Object:
    """A policy whose requirement for exit codes has these fields changed."""
    (rule,) = failure_policy()["rules"]
    return failure_policy(onExitCodes={**rule["onExitCodes"], **fields})


def pod_conditions(**pattern: object) -> Object:
    """A policy whose rule matches a condition of this type and status."""
    return failure_policy(action="Ignore", onExitCodes=None, onPodConditions=[{"status": "True", **pattern}])


def both_policies() -> Object:
    """A policy whose rule matches both exit codes and conditions."""
    return failure_policy(onPodConditions=[{"type": "DisruptionTarget", "status": "True"}])


SPREADS = f"{POD}.topologySpreadConstraints[0]"


SPREAD: Object = {
    "topologyKey": "kubernetes.io/hostname",
    "maxSkew": 1,
    "whenUnsatisfiable": "ScheduleAnyway",
    "labelSelector": {"matchLabels": {"app": "web"}},
}


BUDGET: Object = {
    "apiVersion": "policy/v1",
    "kind": "PodDisruptionBudget",
    "metadata": {"name": "web", "namespace": "default"},
    "spec": {"maxUnavailable": 1, "selector": {"matchLabels": {"app": "web"}}},
}
