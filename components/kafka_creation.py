"""Waits before an HDInsight cluster is created, and advises on cleaning up after a creation that failed.

HDInsight notices only while it sets up Ambari, minutes after it has taken the request, that the cluster's
identity has no access to its storage, and reports that as an internal error. The failed cluster remains and
can't be repaired. So a creation is not retried; it starts late enough for the role to be in effect.

- https://learn.microsoft.com/azure/hdinsight/hadoop/hdinsight-troubleshoot-cluster-creation-fails
- https://learn.microsoft.com/azure/role-based-access-control/troubleshooting: a role takes effect within 10
  minutes. No call tells when another identity's has.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Awaitable, Callable, Iterator, Sequence
from datetime import UTC, datetime

import pulumi
from pulumi_azure_native import authorization

ANNOUNCED_EVERY = 60
"""Seconds between two log lines with the time that is left."""
DURATION = (
    "HDInsight makes the Kafka cluster now. In recordings that Azure's own tools keep, version 5.1 took "
    "21 to 35 minutes"
)
NO_STORAGE = "AmbariClusterCreationFailedErrorCode"
"""HDInsight's error code, by its documentation, where the identity lacks its role on the storage account."""


def begun_when_effective(
    name: str,
    role: authorization.RoleAssignment,
    seconds: int,
    *,
    cluster: str,
    resource_group: pulumi.Input[str],
) -> pulumi.ResourceHookBinding:
    """Hooks that delay a cluster's creation until `role` is `seconds` old, and log advice when it fails.

    name: of the component, for which one of the hooks is named.
    The engine runs them only when it is about to create the cluster: not in a preview, and not for a cluster
    that exists.
    """

    async def wait(_: pulumi.ResourceHookArgs) -> None:
        left = seconds_left(await role.created_on.future(), datetime.now(UTC), seconds)
        await count_down(left, lambda line: pulumi.log.info(line, resource=role))
        pulumi.log.info(DURATION, resource=role)

    async def explain(args: pulumi.ErrorHookArgs) -> bool:
        if args.failed_operation != "delete":
            group = await pulumi.Output.from_input(resource_group).future() or ""
            pulumi.log.warn(cleanup_advice(cluster, group, args.errors), resource=role)
        return False

    return pulumi.ResourceHookBinding(
        before_create=[wait], on_error=[pulumi.ErrorHook(f"{name}-cluster-remains", explain)]
    )


def seconds_left(assigned: str | None, now: datetime, seconds: int) -> int:
    """Seconds from `now` until a role assigned at the time `assigned` (ISO 8601) is `seconds` old.

    Between 0 and `seconds`, however far the clocks of this machine and of Azure are apart. Without a time it
    is `seconds`.
    """
    if assigned is None:
        return seconds
    age = (now - datetime.fromisoformat(assigned)).total_seconds()
    return min(max(math.ceil(seconds - age), 0), seconds)


def pauses(seconds: int) -> Iterator[tuple[int, int]]:
    """`seconds` in pauses of a minute at most: for each pause, the seconds left before it and its length."""
    for left in range(seconds, 0, -ANNOUNCED_EVERY):
        yield left, min(left, ANNOUNCED_EVERY)


async def count_down(
    seconds: int, say: Callable[[str], None], sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
) -> None:
    """Wait, and log each minute for what and how long."""
    for left, pause in pauses(seconds):
        say(
            f"the Kafka cluster is created in {left} s, when its identity's role on the storage is in effect "
            "(storageRoleSeconds)"
        )
        await sleep(pause)


def cleanup_advice(cluster: str, resource_group: str, errors: Sequence[str]) -> str:
    """How to clean up after a failed creation; `errors` are the engine's, the newest first."""
    cause = (
        "By HDInsight's documentation the identity of the cluster could not use its storage yet: set "
        "storageRoleSeconds higher. "
        if errors and NO_STORAGE in errors[0]
        else ""
    )
    return (
        f"{cause}HDInsight leaves a cluster that it could not finish in state Error: it is billed, and "
        "nothing repairs it. If there is one now, delete it before the next try:\n"
        f"    az hdinsight delete --yes --name {cluster} --resource-group {resource_group}\n"
        "    pulumi up --refresh"
    )
