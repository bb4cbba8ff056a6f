"""Ambari's metrics as a gate: what may be believed of them."""

from typing import Any

import pytest

from components.ambari.api.errors import NotPermitted, Rejected
from components.ambari.rolling_restart.gates import Moment, UnderReplicatedGate, Verdict, combined
from tests.unit.ambari.replay import RECORDED

NOW = 1_795_351_900.0


class Source:
    def __init__(self, series: Any = None, key: str = "UnderReplicatedPartitions._sum"):
        self.body = {} if series is None else {"kafka": {"server": {"ReplicaManager": {key: series}}}}
        self.asked = ""

    def metrics(self, fields: str) -> dict[str, Any]:
        self.asked = fields
        return self.body


def verdict(series: Any, last_restart: float | None = None) -> str:
    return UnderReplicatedGate(Source(series)).ask(Moment(NOW, last_restart)).answer


def test_it_asks_for_the_sum_over_time_without_padding():
    source = Source()
    UnderReplicatedGate(source).ask(Moment(NOW, NOW - 100))
    path, _, padding = source.asked.partition(",params/padding/")
    assert path.startswith(
        f"metrics/kafka/server/ReplicaManager/UnderReplicatedPartitions._sum[{NOW - 100:.0f},{NOW:.0f}"
    )
    assert padding == "NONE"


def test_the_newest_point_vetoes_and_only_all_of_them_vouch():
    assert verdict([[0.0, NOW - 60], [0.0, NOW - 30]]) == "go"
    assert verdict([[2.0, NOW - 60], [0.0, NOW - 30]]) == "unknown"
    assert verdict([[2.0, NOW - 300], [0.0, NOW - 30]]) == "go"
    assert verdict([[0.0, NOW - 60], [2.0, NOW - 30]]) == "wait"
    assert verdict([[2.0, NOW - 30], [0.0, NOW - 60]]) == "wait"
    assert verdict([[2.0, (NOW - 30) * 1000]]) == "wait"


@pytest.mark.parametrize(
    "series",
    [
        None,
        [],
        0,
        0.0,
        [[0.0, NOW - 600]],
        [[None, NOW - 10]],
        # An integer is what Ambari invents for a metric without values.
        [[0, NOW - 10]],
        [[0.0]],
        "0.0",
    ],
)
def test_absent_old_and_invented_values_are_unknown(series: Any):
    assert verdict(series) == "unknown"


def test_only_points_newer_than_the_last_restart_count():
    assert verdict([[0.0, NOW - 30]], last_restart=NOW - 20) == "unknown"
    assert verdict([[0.0, NOW - 10]], last_restart=NOW - 20) == "go"


@pytest.mark.parametrize("name", ["p20-noams-comp-temporal", "p27d-emptyvalues-point", "p24b-pad-none"])
def test_recorded_answers_without_a_sum_are_unknown(name: str):
    source = Source()
    source.body = RECORDED[name]["body"].get("metrics") or {}
    assert UnderReplicatedGate(source).ask(Moment(NOW, None)).answer == "unknown"


def test_a_recorded_series_older_than_asked_for_is_unknown():
    # The collector was down: Ambari answered from its cache, untrimmed.
    series = RECORDED["p31-down-old-cache-window20"]["body"]["metrics"]["kafka"]["server"]["ReplicaManager"]
    source = Source(series["PartitionCount._max"])
    newest = max(time for _, time in series["PartitionCount._max"])
    assert UnderReplicatedGate(source).ask(Moment(newest + 300, None)).answer == "unknown"
    assert UnderReplicatedGate(source).ask(Moment(newest + 10, newest + 1)).answer == "unknown"
    assert UnderReplicatedGate(source).ask(Moment(newest + 10, None)).answer == "wait"


@pytest.mark.parametrize("refusal", [Rejected("400"), NotPermitted("403")])
def test_a_refusal_is_no_news(refusal: Exception):
    class Refusing(Source):
        def metrics(self, fields: str) -> dict[str, Any]:
            raise refusal

    assert UnderReplicatedGate(Refusing()).ask(Moment(NOW, None)).answer == "unknown"


def test_one_veto_suffices_then_one_voucher():
    go, wait, unknown = Verdict("go", "g"), Verdict("wait", "w"), Verdict("unknown", "u")
    assert combined([go, unknown, wait]) == wait
    assert combined([unknown, go]) == go
    assert combined([unknown]).answer == combined([]).answer == "unknown"
