"""What has to hold after a run that had trouble and the one after it, whatever the trouble was."""

from components.ambari.api.model import ServiceVersion
from tests.simulated.ambari.bench import BEFORE, Bench

CHANGED = {("kafka-broker", "listeners"), ("kafka-env", "content")}


def broken_by_runs(cluster: Bench, before: ServiceVersion) -> list[str]:
    """What is wrong with a cluster that was configured by runs of the change, each thing in words."""
    found = cluster.problems()
    if set(cluster.restarts().values()) != {1}:
        found.append(f"restarts: {cluster.restarts()}")
    after = cluster.ambari().current().version
    if after.number != before.number + 1:
        found.append(f"saved {after.number - before.number} times")
    if differing(before, after) != CHANGED:
        found.append(f"changed: {differing(before, after)}")
    return found


def broken_by_deletes(cluster: Bench, before: ServiceVersion) -> list[str]:
    """The same where the change was made by one run without trouble and then taken back."""
    ambari, after = cluster.ambari(), cluster.ambari().current().version
    found = [f"changed: {name}" for name in differing(before, after)]
    if after.types["kafka-broker"].properties["listeners"] != BEFORE:
        found.append("listeners are not what they were")
    if after.number != before.number + 2:
        found.append(f"saved {after.number - before.number} times")
    if set(cluster.restarts().values()) != {2}:
        found.append(f"restarts: {cluster.restarts()}")
    if any(broker.stale or not broker.started for broker in ambari.brokers()):
        found.append("brokers are stale or down")
    if ambari.maintenance() != "OFF" or ambari.artifacts():
        found.append(f"maintenance mode {ambari.maintenance()}, notes {list(ambari.artifacts())}")
    return found


def differing(before: ServiceVersion, after: ServiceVersion) -> set[tuple[str, str]]:
    """Type and key of every property whose value is another one."""
    return {
        (name, key)
        for name in {*before.types, *after.types}
        for key in {*before.types[name].properties, *after.types[name].properties}
        if before.types[name].properties.get(key) != after.types[name].properties.get(key)
    }
