"""What goes before the creation of an HDInsight cluster, and what follows one that failed.

Only while it sets up Ambari, a quarter of an hour after the request, HDInsight notices that the cluster's
identity may not use its storage, and then answers as to a fault of its own. The cluster stays behind, and
nothing repairs it. So a creation isn't tried again: it is begun late enough.

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
"""Seconds between two lines that say how long it still takes."""
NO_STORAGE = "AmbariClusterCreationFailedErrorCode"
"""What HDInsight answers, by its documentation, where the identity lacks its role on the storage."""


def begun_when_effective(
    role: authorization.RoleAssignment, seconds: int, *, cluster: str, resource_group: pulumi.Input[str]
) -> pulumi.ResourceHookBinding:
    """Has a cluster be created only when its identity has had `role` for so many seconds.

    The engine asks for this just before it creates the cluster: in no preview, and never for one that exists.
    Where the creation fails, it is said what remains.
    """

    async def wait(_: pulumi.ResourceHookArgs) -> None:
        left = seconds_left(await role.created_on.future(), datetime.now(UTC), seconds)
        await count_down(left, lambda line: pulumi.log.info(line, resource=role))

    async def explain(args: pulumi.ErrorHookArgs) -> bool:
        if args.failed_operation != "delete":
            group = await pulumi.Output.from_input(resource_group).future() or ""
            pulumi.log.warn(cleanup_advice(cluster, group, args.errors), resource=role)
        return False

    return pulumi.ResourceHookBinding(
        before_create=[wait], on_error=[pulumi.ErrorHook("kafka-cluster-remains", explain)]
    )


def seconds_left(assigned: str | None, now: datetime, seconds: int) -> int:
    """How long after `now` a role that was `assigned` at that time (ISO 8601) is `seconds` old.

    At most `seconds`, whatever the clocks of this machine and Azure say; so much too where nobody says when.
    """
    if assigned is None:
        return seconds
    age = (now - datetime.fromisoformat(assigned)).total_seconds()
    return min(max(math.ceil(seconds - age), 0), seconds)


def pauses(seconds: int) -> Iterator[tuple[int, int]]:
    """What to wait in one go, with what is left before it: all of `seconds`, a minute at a time."""
    for left in range(seconds, 0, -ANNOUNCED_EVERY):
        yield left, min(left, ANNOUNCED_EVERY)


async def count_down(
    seconds: int, say: Callable[[str], None], sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
) -> None:
    """Wait, and say each minute for what and how long."""
    for left, pause in pauses(seconds):
        say(
            f"the Kafka cluster is created in {left} s, when its identity's role on the storage is in effect "
            "(storageRoleSeconds)"
        )
        await sleep(pause)


def cleanup_advice(cluster: str, resource_group: str, errors: Sequence[str]) -> str:
    """What to do about a creation that failed; `errors` as the engine has them, the newest first."""
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
