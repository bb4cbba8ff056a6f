"""Settings of how brokers are restarted."""

from typing import Annotated

from ..validation.about import Change, Group, setting
from ..validation.checked import Checked, between
from ..validation.mistakes import OURS
from ..values import restarts
from ..values.restarts import Restart, RestartUnit
from ..values.types import TrueOrFalse

SettleSeconds = Annotated[int, between(restarts.LEAST_SETTLE_SECONDS, restarts.MOST_SETTLE_SECONDS, OURS)]
Batch = Annotated[int, between(1, restarts.MOST_BATCH, OURS)]


class RestartSettings(Checked):
    """How and when brokers restart for IP advertising, and what becomes of it."""

    restart: Restart = setting(
        restarts.DEFAULT_RESTART,
        description="How brokers restart for a changed configuration: one by one, or all at once.",
        group=Group.RESTART,
        changed=Change.LATER,
    )
    restart_unit: RestartUnit = setting(
        restarts.DEFAULT_UNIT,
        description="What restarts at a time when rolling; racks only where Ambari knows them.",
        group=Group.RESTART,
        changed=Change.LATER,
    )
    restart_batch: Batch = setting(
        restarts.DEFAULT_BATCH,
        description="How many brokers may restart at a time when rolling by broker, where Kafka tells "
        "that no partition needs two of them; one where it tells nothing.",
        group=Group.RESTART,
        changed=Change.LATER,
    )
    restart_strict: TrueOrFalse = setting(
        False,
        description="Stop where nothing tells whether Kafka is healthy, rather than wait and go on.",
        group=Group.RESTART,
        changed=Change.LATER,
    )
    restart_settle_seconds: SettleSeconds = setting(
        restarts.DEFAULT_SETTLE_SECONDS,
        description="How long a restarted broker must run before the next where Kafka's health is unknown; "
        "Ambari looks after it every 20 s.",
        group=Group.RESTART,
        changed=Change.LATER,
    )
    keep_ip_advertising: TrueOrFalse = setting(
        False,
        description="Whether brokers go on advertising addresses when IP advertising leaves the stack.",
        group=Group.RESTART,
        changed=Change.LATER,
    )
