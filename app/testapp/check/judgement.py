"""From facts to findings: for each link whether it holds, what was seen, the likely cause, what to do."""

import ipaddress
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from testapp.check.evidence import (
    Attempt,
    Metadata,
    Mismatch,
    NotWritten,
    Outcome,
    RoundTrips,
    Silence,
    Written,
)

PEERING = (
    "Both halves of the peering must be Connected: `az network vnet peering list --resource-group GROUP "
    "--vnet-name NETWORK --output table`, for either network. `pulumi up --refresh` makes what is missing."
)
MOST_SHOWN = 6
NSG = "The network security group of the brokers' subnet must let TCP in from here, at the brokers' port."
ADVERTISE = (
    "Run `pulumi up --refresh`: it makes the brokers advertise addresses, and restarts those that don't yet."
)
CREATE = "Declare it in the setting `topics` and run `pulumi up`: the Job create-topics makes it."


class Link(Enum):
    """What has to hold, in this order, each with the exit status when it is the first that doesn't."""

    ADDRESS = ("address reachable", 11)
    LISTENER = ("listener answering", 12)
    ADVERTISED = ("advertised addresses usable", 13)
    TOPIC = ("topic there", 14)
    PRODUCE = ("produce", 15)
    CONSUME = ("consume", 16)

    def __init__(self, title: str, status: int) -> None:
        self.title = title
        self.status = status


@dataclass(frozen=True)
class Finding:
    """One link: what was seen, and if it is broken the likely cause and what to do."""

    link: Link
    seen: str
    cause: str = ""
    remedy: str = ""
    lasting: bool = False
    """Whether nobody needs to wait whether it mends by itself."""

    @property
    def broken(self) -> bool:
        """Whether what needs this link can't work."""
        return bool(self.cause)


def judge_addresses(attempts: Sequence[Attempt]) -> Finding:
    """One address is enough: every broker tells where the others are."""
    seen = _listed(attempts)
    outcomes = {attempt.outcome for attempt in attempts}
    if outcomes & {Outcome.CONNECTED, Outcome.REFUSED}:
        return Finding(Link.ADDRESS, seen)
    if outcomes == {Outcome.UNKNOWN_NAME}:
        return Finding(
            Link.ADDRESS,
            seen,
            "names of brokers mean nothing here: no name resolution crosses a peering",
            "Set KAFKA_BOOTSTRAP_SERVERS to addresses: the stack's output bootstrapServers holds them.",
            lasting=True,
        )
    if Outcome.SILENT in outcomes:
        return Finding(
            Link.ADDRESS,
            seen,
            "no packet comes back: a half of the peering is missing or Disconnected (with one of the two, "
            "packets arrive and answers don't), or a network security group drops them",
            f"{PEERING} {NSG}",
        )
    return Finding(
        Link.ADDRESS,
        seen,
        "nothing here leads to the brokers' network: this side's half of the peering is missing",
        PEERING,
    )


def judge_listeners(attempts: Sequence[Attempt], answers: Sequence[Metadata | Silence]) -> Finding:
    """Whoever accepts connections has to speak Kafka; `answers` are theirs. A broker that is down may be."""
    silent = [answer for answer in answers if isinstance(answer, Silence)]
    if silent and silent[0].mismatch:
        cause, remedy = _MISMATCHES[silent[0].mismatch]
        # A broker that goes down in the middle of a handshake comes back.
        lasting = silent[0].mismatch is not Mismatch.TLS
        return Finding(Link.LISTENER, _silences(silent), cause, remedy, lasting)
    if silent:
        return Finding(
            Link.LISTENER,
            _silences(silent),
            "the listener speaks something else, TLS or SASL for instance, or the broker hangs",
            f"{_PROTOCOL} If it is, look at the broker's log, server.log, and restart it in Ambari.",
        )
    if not answers:
        return Finding(
            Link.LISTENER,
            _listed(attempts),
            "nothing listens at that port: the broker is down or still starting, or its `listeners` name "
            "another port or interface",
            "In Ambari: Kafka's brokers must be started, and `listeners` must have one at that port on all "
            f"interfaces, such as PLAINTEXT://0.0.0.0:{attempts[0].address.rpartition(':')[2]}. " + ADVERTISE,
        )
    others = [str(attempt) for attempt in attempts if attempt.outcome is not Outcome.CONNECTED]
    return Finding(
        Link.LISTENER, _shortened([f"{len(answers)} of {len(attempts)} addresses speak Kafka", *others])
    )


def judge_advertised(metadata: Metadata, attempts: Sequence[Attempt]) -> Finding:
    """`attempts`: one to each address that a broker is advertised with. Clients use all of them."""
    by_address = {attempt.address: attempt for attempt in attempts}
    advertised = {number: by_address[address] for number, address in sorted(metadata.brokers.items())}
    names = [one for one in advertised.items() if one[1].outcome is Outcome.UNKNOWN_NAME]
    looped = [one for one in advertised.items() if _is_own(one[1].address)]
    away = [one for one in advertised.items() if one[1].outcome is not Outcome.CONNECTED]
    if names:
        return Finding(
            Link.ADVERTISED,
            _brokers(names),
            "the brokers advertise host names, which nothing here resolves: IP advertising is not applied, "
            "or a broker has not been restarted since",
            ADVERTISE,
            lasting=True,
        )
    if looped:
        return Finding(
            Link.ADVERTISED,
            f"{_brokers(looped)}, which from here is this machine itself",
            "IP advertising took the address of the loopback interface: /etc/hosts on the broker's host",
            "On that host `hostname -i` must print the address of its subnet. Then restart Kafka there in "
            "Ambari: a broker looks for its address when it starts.",
            lasting=True,
        )
    if away:
        return Finding(
            Link.ADVERTISED,
            _brokers(away),
            "the bootstrap address answers, this one doesn't: that broker's host is down, or a network "
            "security group or the peering lets just some of the addresses through",
            f"In Ambari the broker must be started. {PEERING} {NSG}",
        )
    return Finding(Link.ADVERTISED, _brokers(list(advertised.items())))


def judge_topic(metadata: Metadata, topic: str) -> Finding:
    """There, and with a leader for every partition."""
    partitions = metadata.topics.get(topic)
    if not partitions:
        others = sorted(name for name in metadata.topics if not name.startswith("__"))
        there = f"there are {', '.join(others[:10])}" if others else "there is none at all"
        return Finding(
            Link.TOPIC,
            f"no topic {topic}; {there}",
            "the topic was not created, was deleted, or has another name",
            CREATE,
        )
    leaderless = [one for one in partitions if one.leader < 0]
    if leaderless:
        numbers = ", ".join(str(one.number) for one in leaderless)
        holders = sorted({replica for one in leaderless for replica in one.replicas})
        return Finding(
            Link.TOPIC,
            f"topic {topic} has no leader for partition {numbers}",
            f"every in-sync replica of it is down; it lies on brokers {', '.join(map(str, holders))}",
            "In Ambari: start these brokers.",
        )
    behind = [one for one in partitions if len(one.in_sync) < len(one.replicas)]
    note = f", {len(behind)} of them with replicas behind" if behind else ""
    return Finding(Link.TOPIC, f"{topic} has {len(partitions)} partitions{note}")


def judge_produce(outcome: Written | NotWritten) -> Finding:
    """Acknowledged by every in-sync replica, or the reason."""
    if isinstance(outcome, Written):
        return Finding(
            Link.PRODUCE,
            f"every in-sync replica has it, at partition {outcome.partition}, offset {outcome.offset}",
        )
    cause, remedy = _REFUSALS.get(outcome.code, _SLOW)
    return Finding(Link.PRODUCE, f"{outcome.reason} ({outcome.code})", cause, remedy)


def judge_consume(trips: RoundTrips) -> Finding:
    """Everything written came back."""
    if trips.lost:
        cause, remedy = _NOT_HANDED_OUT.get(trips.code, _HANGS)
        seen = f"a message that was acknowledged did not come back: {trips.reason}"
        return Finding(Link.CONSUME, seen, cause, remedy)
    least, middle, most = (
        min(trips.milliseconds),
        statistics.median(trips.milliseconds),
        max(trips.milliseconds),
    )
    return Finding(
        Link.CONSUME,
        f"round trip {middle:.1f} ms ({least:.1f} to {most:.1f}, {len(trips.milliseconds)} messages)",
    )


_PROTOCOL = "KAFKA_PROTOCOL must be that of the listener at that port: see `listeners` in Ambari."
_MISMATCHES = {
    Mismatch.CERTIFICATE: (
        "the broker's certificate is not signed by the authority in KAFKA_CA, or does not hold the address",
        "`openssl s_client -connect ADDRESS -showcerts` shows it: it must name the broker's address as a "
        "subject alternative name, and KAFKA_CA must hold who has signed it.",
    ),
    Mismatch.TLS: (
        "TLS does not come about: the listener has no TLS, or the broker hangs or is stopping",
        _PROTOCOL,
    ),
    Mismatch.LOGIN: (
        "the broker refuses the user, the password or the mechanism",
        "Compare KAFKA_USER, KAFKA_PASSWORD and KAFKA_SASL_MECHANISM with the listener's "
        "sasl.enabled.mechanisms and with the users that it knows.",
    ),
}
_ALLOW = "Allow it with kafka-acls, or let the brokers go without an authorizer."
_RIGHTS = ("the cluster has access rules (ACLs) that don't let this client write", _ALLOW)
_REPLICAS = (
    "fewer replicas are in sync than min.insync.replicas of the topic: brokers are down or behind",
    "In Ambari: start the brokers that are down. The page's list of partitions shows which are behind.",
)
_REFUSALS = {
    "NOT_ENOUGH_REPLICAS": _REPLICAS,
    "NOT_ENOUGH_REPLICAS_AFTER_APPEND": _REPLICAS,
    "TOPIC_AUTHORIZATION_FAILED": _RIGHTS,
    "CLUSTER_AUTHORIZATION_FAILED": _RIGHTS,
}
_SLOW = (
    "the partition's leader does not acknowledge: it is overloaded, its disks are full, or it waits for "
    "replicas that don't keep up",
    "Look at the leader's log, server.log, and at its disks; Ambari shows both.",
)
_HANGS = (
    "the partition's leader takes messages and doesn't hand them out: it hangs, or has just changed",
    "Look at the log of the partition's leader, server.log, and at its disks; run the check again.",
)
_NOT_HANDED_OUT = {
    "TOPIC_AUTHORIZATION_FAILED": (
        "the cluster has access rules (ACLs) that don't let this client read",
        _ALLOW,
    )
}


def _listed(attempts: Sequence[Attempt]) -> str:
    return _shortened([str(attempt) for attempt in attempts])


def _silences(silent: Sequence[Silence]) -> str:
    reasons = _shortened([f"{one.address} ({one.reason})" for one in silent])
    return f"accepts connections and gives no answer: {reasons}"


def _brokers(advertised: Sequence[tuple[int, Attempt]]) -> str:
    return _shortened([f"broker {number} at {attempt}" for number, attempt in advertised])


def _shortened(items: Sequence[str]) -> str:
    """Kubernetes keeps 2,048 characters of a pod's last words."""
    more = f"; and {len(items) - MOST_SHOWN} more" if len(items) > MOST_SHOWN else ""
    return "; ".join(items[:MOST_SHOWN]) + more


def _is_own(address: str) -> bool:
    host = address.rpartition(":")[0].strip("[]")
    try:
        parsed = ipaddress.ip_address(host)
    except ValueError:
        return host == "localhost"
    return parsed.is_loopback or parsed.is_unspecified
