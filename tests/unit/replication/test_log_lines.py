"""A view put together from a pod's log, whatever else the log holds."""

import base64
import json

import pytest

from components.replication.log_lines import Heartbeat, Snapshots
from components.replication.view import Malformed
from tests.unit.replication.written import snapshot

DOCUMENT = {
    "version": 1,
    "controller": 1001,
    "brokers": {"1001": {"address": "10.0.0.11", "advertised": {"PLAINTEXT": "10.0.0.11:9092"}}},
    "minimums": {"orders": 2},
    "defaults": {"min.insync.replicas": 1},
    "partitions": {"orders": [[1001, [1001], [1001]]] * 50},
}


def beat(digest: str, number: int = 1) -> str:
    return json.dumps({"view": digest, "round": number})


def test_a_snapshot_is_put_together_from_its_parts_among_lines_of_others() -> None:
    digest, parts = snapshot(DOCUMENT)
    assert len(parts) > 2
    snapshots = Snapshots()
    log = "\n".join(["%3|rdkafka", *parts[::-1], '{"other": 1}', "[]", '"x"', beat(digest, 7), "{cut"])
    assert snapshots.take(log) == Heartbeat(7, digest, "")
    view = snapshots.view(digest)
    assert view is not None
    assert (view.controller, len(view.partitions), view.partitions[0].minimum) == (1001, 50, 2)


def test_parts_of_several_reads_make_one_and_it_is_kept() -> None:
    digest, parts = snapshot(DOCUMENT)
    snapshots = Snapshots()
    assert snapshots.take("\n".join(parts[:2])) is None
    assert snapshots.view(digest) is None
    snapshots.take("\n".join(parts[1:]))
    view = snapshots.view(digest)
    assert view is not None
    assert snapshots.take(beat(digest, 8)) == Heartbeat(8, digest, "")
    assert snapshots.view(digest) is view


def test_the_last_heartbeat_counts_and_says_why_nothing_is_known() -> None:
    snapshots = Snapshots()
    unknown = json.dumps({"view": "", "unknown": "topics may be hidden", "round": 3})
    assert snapshots.take("\n".join([beat("a" * 16, 2), unknown])) == Heartbeat(3, "", "topics may be hidden")
    assert snapshots.take("\n".join([unknown, beat("a" * 16, 4)])) == Heartbeat(4, "a" * 16, "")


@pytest.mark.parametrize(
    "line",
    [
        '{"view": 7, "round": 1}',
        '{"view": "abc"}',
        '{"view": "abc", "round": "1"}',
        '{"view": "", "round": 1}',
        '{"view": "abc", "round": 1',
        "",
    ],
)
def test_what_is_no_heartbeat_is_none(line: str) -> None:
    assert Snapshots().take(line) is None


def test_a_digest_that_does_not_fit_is_refused() -> None:
    _, parts = snapshot(DOCUMENT)
    other = snapshot({**DOCUMENT, "controller": None})[0]
    snapshots = Snapshots()
    snapshots.take("\n".join(part.replace(json.loads(part)["snapshot"], other) for part in parts))
    with pytest.raises(Malformed, match="digest"):
        snapshots.view(other)


@pytest.mark.parametrize("data", ["no base64!", base64.b64encode(b"no zlib").decode()])
def test_data_that_can_t_be_unpacked_is_refused(data: str) -> None:
    snapshots = Snapshots()
    snapshots.take(json.dumps({"snapshot": "a" * 16, "part": 1, "of": 1, "data": data}))
    with pytest.raises(Malformed):
        snapshots.view("a" * 16)


def test_a_snapshot_that_is_no_view_is_refused() -> None:
    digest, parts = snapshot({"version": 2})
    snapshots = Snapshots()
    snapshots.take("\n".join(parts))
    with pytest.raises(Malformed, match="version"):
        snapshots.view(digest)
