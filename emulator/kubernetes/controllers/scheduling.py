"""The scheduler: assigns pods to nodes by their topology spread constraints. It ignores resources.

https://kubernetes.io/docs/concepts/scheduling-eviction/topology-spread-constraints/
"""

import copy
import datetime
from collections import Counter
from collections.abc import Mapping, Sequence

from emulator.kubernetes.controllers.plan import Change, Plan, Replace, SetStatus, with_condition
from emulator.kubernetes.server.objects import POD, Object, deleting, has_ended, labels_of, timestamp

HOST_NAME = "kubernetes.io/hostname"
ZONE = "topology.kubernetes.io/zone"
TOPOLOGY_KEYS = (HOST_NAME, ZONE)
_ONLY_ZONE = "0"
"""The zone that Azure's labels name for nodes outside availability zones."""


def plan_schedule(items: Sequence[Object], nodes: Sequence[str], now: datetime.datetime) -> Plan:
    """Plans a node for each pod without one: the best by its constraints, then that with the fewest pods."""
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
    spreads = [
        (constraint, _pods_per_domain(constraint, pod, others, nodes))
        for constraint in pod["spec"].get("topologySpreadConstraints") or []
    ]
    fitting = [node for node in nodes if all(_fits(node, *one) for one in spreads)]
    return min(
        fitting,
        key=lambda node: (sum(counts[_domain(node, one)] for one, counts in spreads), load[node]),
        default=None,
    )


def _pods_per_domain(
    constraint: Object, pod: Object, others: Sequence[Object], nodes: Sequence[str]
) -> Mapping[str, int]:
    """The number of pods per domain that the constraint counts."""
    wanted = dict((constraint.get("labelSelector") or {}).get("matchLabels") or {})
    own = labels_of(pod)
    wanted |= {key: own[key] for key in constraint.get("matchLabelKeys") or [] if key in own}
    counts = dict.fromkeys((_domain(node, constraint) for node in nodes), 0)
    for one in others:
        node = one["spec"].get("nodeName")
        same_namespace = one["metadata"]["namespace"] == pod["metadata"]["namespace"]
        counted = same_namespace and not has_ended(one) and not deleting(one)
        if node in nodes and counted and wanted.items() <= labels_of(one).items():
            counts[_domain(node, constraint)] += 1
    return counts


def _fits(node: str, constraint: Object, counts: Mapping[str, int]) -> bool:
    if constraint["whenUnsatisfiable"] == "ScheduleAnyway":
        return True
    return counts[_domain(node, constraint)] + 1 - min(counts.values()) <= constraint["maxSkew"]


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
