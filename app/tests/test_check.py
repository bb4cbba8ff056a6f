"""The check names the first link that is broken, and why: scripted facts, sockets, mock brokers."""

import json
import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import httpx
import pytest
from replica import TOPIC, Brokers, Replica, await_figure
from testapp.__main__ import main
from testapp.check.evidence import (
    Attempt,
    Metadata,
    Mismatch,
    NotWritten,
    Outcome,
    Partition,
    RoundTrips,
    Silence,
    Written,
)
from testapp.check.examination import Report, examine, examine_patiently
from testapp.check.judgement import Link
from testapp.check.probes import Probes

from tests.troubleshooting import DOCUMENT, answers, is_documented

APP = Path(__file__).resolve().parents[1]

BOOTSTRAP = ("10.10.0.6:9092", "10.10.0.7:9092")
HEALTHY = Metadata(
    {1001: "10.10.0.6:9092", 1002: "10.10.0.7:9092"},
    {"words": [Partition(0, 1001, [1001, 1002], [1001, 1002])], "__consumer_offsets": []},
)
WRITTEN, TRIPS = Written(0, 17), RoundTrips([4.0, 9.0, 5.0])


@dataclass(frozen=True)
class Facts:
    """What scripted probes bring home; an address that is not in `outcomes` accepts connections."""

    outcomes: Mapping[str, Outcome] = field(default_factory=dict)
    answer: Metadata | Silence = HEALTHY
    written: Written | NotWritten = WRITTEN
    trips: RoundTrips = TRIPS

    def connect(self, address: str) -> Attempt:
        return Attempt(address, self.outcomes.get(address, Outcome.CONNECTED))

    def ask(self, address: str) -> Metadata | Silence:
        return replace(self.answer, address=address) if isinstance(self.answer, Silence) else self.answer

    def produce(self) -> Written | NotWritten:
        return self.written

    def consume(self, start: Written) -> RoundTrips:
        assert start == self.written
        return self.trips


def everywhere(outcome: Outcome) -> dict[str, Outcome]:
    return dict.fromkeys(BOOTSTRAP, outcome)


def with_brokers(*addresses: str) -> Metadata:
    return replace(HEALTHY, brokers=dict(enumerate(addresses, start=1001)))


def with_partition(*, leader: int, in_sync: Sequence[int]) -> Metadata:
    return replace(HEALTHY, topics={"words": [Partition(3, leader, [1001, 1002], in_sync)]})


NAME = "wn0-mykafk.x.internal.cloudapp.net:9092"


BROKEN: Sequence[tuple[Facts, Link, int, Sequence[str]]] = [
    (
        Facts(everywhere(Outcome.SILENT)),
        Link.ADDRESS,
        11,
        ["half of the peering", "network security group"],
    ),
    (
        Facts(everywhere(Outcome.NO_ROUTE)),
        Link.ADDRESS,
        11,
        ["this side's half of the peering is missing"],
    ),
    (
        Facts(everywhere(Outcome.UNKNOWN_NAME)),
        Link.ADDRESS,
        11,
        ["no name resolution", "bootstrapServers"],
    ),
    (Facts(everywhere(Outcome.REFUSED)), Link.LISTENER, 12, ["nothing listens", "`listeners`"]),
    (Facts(answer=Silence("", "closed")), Link.LISTENER, 12, ["(closed)", "something else"]),
    (
        Facts({NAME: Outcome.UNKNOWN_NAME}, with_brokers("10.10.0.6:9092", NAME)),
        Link.ADVERTISED,
        13,
        [f"broker 1002 at {NAME}", "IP advertising is not applied", "pulumi up --refresh"],
    ),
    (Facts(answer=with_brokers("127.0.1.1:9092")), Link.ADVERTISED, 13, ["loopback", "hostname -i"]),
    (
        Facts({"10.10.0.8:9092": Outcome.SILENT}, with_brokers("10.10.0.6:9092", "10.10.0.8:9092")),
        Link.ADVERTISED,
        13,
        ["broker 1002 at 10.10.0.8:9092 does not answer", "host is down"],
    ),
    (
        Facts(answer=replace(HEALTHY, topics={"other": []})),
        Link.TOPIC,
        14,
        ["there are other", "create-topics"],
    ),
    (Facts(answer=replace(HEALTHY, topics={})), Link.TOPIC, 14, ["there is none at all"]),
    (
        Facts(answer=with_partition(leader=-1, in_sync=[])),
        Link.TOPIC,
        14,
        ["partition 3", "brokers 1001, 1002"],
    ),
    (
        Facts(written=NotWritten("NOT_ENOUGH_REPLICAS", "too few")),
        Link.PRODUCE,
        15,
        ["min.insync.replicas"],
    ),
    (Facts(written=NotWritten("TOPIC_AUTHORIZATION_FAILED", "no")), Link.PRODUCE, 15, ["ACLs"]),
    (
        Facts(written=NotWritten("_MSG_TIMED_OUT", "late")),
        Link.PRODUCE,
        15,
        ["late", "does not acknowledge"],
    ),
    (Facts(trips=RoundTrips(lost=1, reason="offset 17 did not come")), Link.CONSUME, 16, ["offset 17"]),
    (
        Facts(trips=RoundTrips(lost=1, reason="no", code="TOPIC_AUTHORIZATION_FAILED")),
        Link.CONSUME,
        16,
        ["don't let this client read"],
    ),
]
"""Facts, the first link that is broken, its exit status, and what is said."""
MISMATCHES = [
    (Mismatch.CERTIFICATE, "does not hold the address", True),
    (Mismatch.LOGIN, "refuses the user, the password or the mechanism", True),
    (Mismatch.TLS, "the listener has no TLS", False),
    (None, "TLS or SASL for instance", False),
]
"""Of a listener and its client, the cause that is named, and whether it lasts."""


def test_where_nothing_is_broken_every_link_is_shown_and_the_round_trip_is_the_median() -> None:
    report = examine(BOOTSTRAP, "words", Facts())
    assert [finding.link for finding in report.findings] == list(Link)
    assert (report.status, report.round_trip_milliseconds) == (0, 5.0)
    assert "BROKEN" not in report.text()
    assert json.loads(json.dumps(report.as_json()))["healthy"] is True


@pytest.mark.parametrize(("facts", "link", "status", "said"), BROKEN)
def test_the_first_broken_link_ends_the_examination_with_its_cause(
    facts: Facts, link: Link, status: int, said: list[str]
) -> None:
    report = examine(BOOTSTRAP, "words", facts)
    assert report.broken is not None
    assert (report.broken.link, report.status) == (link, status)
    assert [finding.link for finding in report.findings] == list(Link)[: status - 10]
    text = report.text()
    assert text.count("BROKEN") == 1
    assert text.count("what to do: ") == 1
    for words in said:
        assert words in text
    assert report.as_json()["broken"] == link.name.lower()
    assert report.as_json()["roundTripMilliseconds"] is None


def test_every_answer_is_explained_in_the_document_and_no_other() -> None:
    facts = [facts for facts, *_ in BROKEN]
    facts += [Facts(answer=Silence("", "closed", mismatch)) for mismatch, *_ in MISMATCHES]
    given = set.union(*(answers(examine(BOOTSTRAP, "words", each).text()) for each in facts))
    assert answers(DOCUMENT.read_text()) == given


def test_the_explanation_fits_what_kubernetes_keeps_of_a_pod() -> None:
    brokers = [
        f"wn{number}-mykafk.qk3xwabcdefghijklmnopqrstu.bx.internal.cloudapp.net:9092" for number in range(300)
    ]
    facts = Facts(dict.fromkeys(brokers, Outcome.UNKNOWN_NAME), with_brokers(*brokers))
    text = examine(BOOTSTRAP, "words", facts).text()
    assert len(text.encode()) <= 2048
    assert "what to do" in text


def test_what_does_no_harm_is_said_without_alarm() -> None:
    away = Facts({BOOTSTRAP[1]: Outcome.SILENT}, with_partition(leader=1001, in_sync=[1001]))
    report = examine(BOOTSTRAP, "words", replace(away, answer=replace(HEALTHY, brokers={1001: BOOTSTRAP[0]})))
    assert report.status == 0
    assert f"{BOOTSTRAP[1]} does not answer" in report.text()
    behind = examine(BOOTSTRAP, "words", Facts(answer=with_partition(leader=1001, in_sync=[1001])))
    assert (behind.status, "1 of them with replicas behind" in behind.text()) == (0, True)


def test_without_a_topic_only_the_way_to_kafka_counts() -> None:
    report = examine(BOOTSTRAP, None, Facts(answer=replace(HEALTHY, topics={})))
    assert [finding.link for finding in report.findings] == [Link.ADDRESS, Link.LISTENER, Link.ADVERTISED]
    assert (report.status, report.round_trip_milliseconds) == (0, None)


def test_patience_lasts_until_all_is_well_or_time_is_over() -> None:
    now = [0.0]

    def reports(*facts: Facts) -> Callable[[], Report]:
        left = iter(facts)
        return lambda: examine(BOOTSTRAP, "words", next(left))

    def look(*facts: Facts, patience: float) -> int:
        def wait(seconds: float) -> None:
            now[0] += seconds

        return examine_patiently(reports(*facts), patience, lambda: now[0], wait).status

    starting = Facts(everywhere(Outcome.REFUSED))
    assert look(starting, Facts(), patience=10) == 0
    assert look(starting, patience=0) == 12
    assert look(starting, starting, starting, patience=3) == 12
    # Nobody's patience makes a name an address.
    assert look(Facts(everywhere(Outcome.UNKNOWN_NAME)), patience=60) == 11


@pytest.fixture
def mute() -> Iterator[str]:
    """A listener that accepts connections and closes them."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"127.0.0.1:{server.getsockname()[1]}"


@pytest.fixture
def closed() -> str:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return f"127.0.0.1:{server.getsockname()[1]}"


def test_probes_tell_refusals_from_names_and_from_listeners_that_are_no_kafka(
    mute: str, closed: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("testapp.check.probes.ANSWER_SECONDS", 0.5)
    probes = Probes(mute, TOPIC)
    assert probes.connect(mute).outcome is Outcome.CONNECTED
    assert probes.connect(closed).outcome is Outcome.REFUSED
    assert probes.connect("no-such-host.invalid:9092").outcome is Outcome.UNKNOWN_NAME
    assert isinstance(probes.ask(mute), Silence)


@pytest.mark.parametrize(
    ("second", "told"),
    [
        (NotWritten("NOT_ENOUGH_REPLICAS", "too few"), NotWritten("NOT_ENOUGH_REPLICAS", "too few")),
        (NotWritten("_TIMED_OUT", "nothing again"), NotWritten("_MSG_TIMED_OUT", "late")),
        (WRITTEN, WRITTEN),
    ],
)
def test_what_the_broker_says_each_time_is_told_where_trying_again_was_in_vain(
    second: Written | NotWritten, told: Written | NotWritten, monkeypatch: pytest.MonkeyPatch
) -> None:
    outcomes = iter([NotWritten("_MSG_TIMED_OUT", "late"), second])
    monkeypatch.setattr(Probes, "_write", lambda *_: next(outcomes))
    assert Probes("127.0.0.1:1", TOPIC).produce() == told


def test_a_cluster_that_works_is_found_to(
    brokers: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Mock brokers are on loopback, which would be wrong for real ones.
    monkeypatch.setattr("testapp.check.judgement._is_own", lambda address: False)
    monkeypatch.setenv("KAFKA_BOOTSTRAP_SERVERS", brokers)
    monkeypatch.setenv("KAFKA_TOPIC", TOPIC)
    result = tmp_path / "result"
    assert main(["check", "--json", "--result", str(result)]) == 0
    kept = json.loads(result.read_text())
    assert kept["roundTripMilliseconds"] > 0


def test_messages_of_the_check_are_marked_and_are_messages_like_any_other(own_brokers: Brokers) -> None:
    with Replica(own_brokers.servers) as page:
        probes = Probes(own_brokers.servers, TOPIC)
        written = probes.produce()
        assert isinstance(written, Written)
        assert not probes.consume(written).lost
        httpx.post(f"{page.url}/messages", content="check").raise_for_status()
        await_figure(page.url, "testapp_consumed_messages_total", 8)
        messages = httpx.get(f"{page.url}/messages").json()
        assert sum(message["check"] for message in messages) == 7
        assert [message["text"] for message in messages if not message["check"]] == ["check"]
        # A browser that had the first of them is given the rest, as with any others.
        place = f"{written.partition}:{written.offset}"
        with httpx.stream("GET", f"{page.url}/events", headers={"Last-Event-ID": place}) as stream:
            data = (line for line in stream.iter_lines() if line.startswith("data: "))
            rest = [json.loads(next(data).removeprefix("data: ")) for _ in range(7)]
        had = {"partition": written.partition, "offset": written.offset}
        assert rest == [message for message in messages if not message.items() >= had.items()]


def test_a_broken_link_is_explained_to_whoever_runs_the_check(
    closed: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("KAFKA_BOOTSTRAP_SERVERS", closed)
    monkeypatch.setenv("KAFKA_TOPIC", TOPIC)
    result = tmp_path / "result"
    assert main(["check", "--result", str(result)]) == 12
    assert "nothing listens at that port" in capsys.readouterr().out
    assert "what to do: " in result.read_text()


def test_where_no_route_leads_to_the_brokers_that_is_said() -> None:
    servers = {"KAFKA_BOOTSTRAP_SERVERS": ",".join(BOOTSTRAP), "KAFKA_TOPIC": TOPIC}
    ended = subprocess.run(
        # A network of its own, in which there is nothing.
        ["unshare", "--map-root-user", "--net", sys.executable, "-m", "testapp", "check"],
        env={**os.environ, **servers},
        cwd=APP,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 11, ended.stderr
    assert "10.10.0.6:9092 can't be reached: no route" in ended.stdout
    assert is_documented(ended.stdout)


def test_a_result_that_can_not_be_left_is_said_in_a_line(
    closed: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("KAFKA_BOOTSTRAP_SERVERS", closed)
    monkeypatch.setenv("KAFKA_TOPIC", TOPIC)
    assert main(["check", "--result", str(tmp_path)]) == 2
    assert capsys.readouterr().err == f"--result is '{tmp_path}', which can't be written: Is a directory\n"


@pytest.mark.parametrize(("mismatch", "cause", "lasting"), MISMATCHES)
def test_a_listener_that_lets_nobody_in_says_what_does_not_fit(
    mismatch: Mismatch | None, cause: str, lasting: bool
) -> None:
    report = examine(BOOTSTRAP, "words", Facts(answer=Silence("", "closed", mismatch)))
    assert report.broken is not None
    assert (report.broken.link, report.broken.lasting) == (Link.LISTENER, lasting)
    assert cause in report.broken.cause


def test_topics_that_find_no_way_to_kafka_say_which_link_is_broken(
    closed: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("testapp.__main__.PATIENCE_SECONDS", 0)
    monkeypatch.setenv("KAFKA_BOOTSTRAP_SERVERS", closed)
    monkeypatch.setenv("KAFKA_TOPICS", "[]")
    assert main(["create-topics"]) == 12
    assert "BROKEN  listener answering" in capsys.readouterr().err
