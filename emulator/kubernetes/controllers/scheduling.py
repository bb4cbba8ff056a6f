"""The scheduler: a node for every pod, spread as the pod asks for. Resources are not looked at.

https://kubernetes.io/docs/concepts/scheduling-eviction/topology-spread-constraints/
"""

import copy
import datetime
from collections import Counter
from collections.abc import Mapping, Sequence

from emulator.kubernetes.controllers.plan import Change, Plan, Replace, SetStatus, with_condition
from emulator.kubernetes.server.objects import POD, Object, deleting, labels_of, timestamp

HOST_NAME = "kubernetes.io/hostname"
ZONE = "topology.kubernetes.io/zone"
TOPOLOGY_KEYS = (HOST_NAME, ZONE)
_ONLY_ZONE = "0"
"""What Azure calls the zone of nodes that are in none."""
_FINISHED = ("Succeeded", "Failed")


def plan_schedule(items: Sequence[Object], nodes: Sequence[str], now: datetime.datetime) -> Plan:
    """A node for every pod that has none: by its constraints, then the one with the fewest pods."""
    pods = [item for item in items if item["kind"] == POD.name]
    changes: list[Change] = []
    for index, pod in enumerate(pods):
        if "nodeName" in pod["spec"] or deleting(pod):
            continue
        chosen = _node_for(pod, [one for one in pods if one is not pod], nodes)
        if chosen is None:
            changes += _waiting(pod, len(nodes), now)
            continue
        pods[index] = copy.deepcopy(pod)
        pods[index]["spec"]["nodeName"] = chosen
        changes.append(Replace(pods[index]))
    return Plan(changes)


def _node_for(pod: Object, others: Sequence[Object], nodes: Sequence[str]) -> str | None:
    load = Counter(one["spec"].get("nodeName") for one in others)
    crowds = [
        (constraint, _crowd(constraint, pod, others, nodes))
        for constraint in pod["spec"].get("topologySpreadConstraints") or []
    ]
    fitting = [node for node in nodes if all(_fits(node, *one) for one in crowds)]
    return min(
        fitting,
        key=lambda node: (sum(crowd[_domain(node, one)] for one, crowd in crowds), load[node]),
        default=None,
    )


def _crowd(
    constraint: Object, pod: Object, others: Sequence[Object], nodes: Sequence[str]
) -> Mapping[str, int]:
    """How many pods that the constraint counts there are in each domain."""
    wanted = dict((constraint.get("labelSelector") or {}).get("matchLabels") or {})
    own = labels_of(pod)
    wanted |= {key: own[key] for key in constraint.get("matchLabelKeys") or [] if key in own}
    crowd = dict.fromkeys((_domain(node, constraint) for node in nodes), 0)
    for one in others:
        node = one["spec"].get("nodeName")
        same_namespace = one["metadata"]["namespace"] == pod["metadata"]["namespace"]
        counted = same_namespace and one["status"]["phase"] not in _FINISHED and not deleting(one)
        if node in nodes and counted and wanted.items() <= labels_of(one).items():
            crowd[_domain(node, constraint)] += 1
    return crowd


def _fits(node: str, constraint: Object, crowd: Mapping[str, int]) -> bool:
    if constraint["whenUnsatisfiable"] == "ScheduleAnyway":
        return True
    return crowd[_domain(node, constraint)] + 1 - min(crowd.values()) <= constraint["maxSkew"]


def _domain(node: str, constraint: Object) -> str:
    return node if constraint["topologyKey"] == HOST_NAME else _ONLY_ZONE


def _waiting(pod: Object, nodes: int, now: datetime.datetime) -> list[Change]:
    reason = f"0/{nodes} nodes are available: {nodes} node(s) didn't match pod topology spread constraints."
    conditions = with_condition(
        pod["status"].get("conditions", []),
        timestamp(now),
        "PodScheduled",
        False,
        "Unschedulable",
        reason,
    )
    status = {**pod["status"], "conditions": conditions}
    return [SetStatus(pod, status)] if status != pod["status"] else []
