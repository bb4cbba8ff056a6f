"""Which broker next, and is it safe: pure."""

from dataclasses import replace

from components.ambari.api.model import Broker, Request, Task
from components.ambari.rolling_restart.gates import Verdict
from components.ambari.rolling_restart.restart import (
    View,
    batches,
    idle,
    known_unit,
    last_restart,
    missing_hosts,
    others_at_work,
    stale_brokers,
    started_after,
    why_not_restart,
    why_not_settled,
)

GO = Verdict("go", "fine")
VETO = Verdict("wait", "3 partitions are under-replicated")


def broker(number: int, state: str = "STARTED", stale: bool = True, rack: str = "/default-rack") -> Broker:
    return Broker(f"wn{number}-mykafk.example", f"10.0.0.{number}", rack, state, stale)


def request(*tasks: Task, status: str = "COMPLETED", ended: bool = True, context: str = "theirs") -> Request:
    return Request(7, status, context, "alice", ended, tasks)


def task(
    number: int, status: str = "COMPLETED", started: float | None = 10, ended: float | None = 20
) -> Task:
    return Task(f"wn{number}-mykafk.example", status, started, ended, number)


def view(
    *brokers: Broker, requests: tuple[Request, ...] = (), verdict: Verdict = GO, now: float = 1000
) -> View:
    return View(brokers, requests, [], verdict, now)


THREE = (broker(0), broker(1), broker(2))


def test_the_flag_says_who_is_stale():
    brokers = [broker(0, stale=False), broker(1), broker(2, stale=False)]
    assert stale_brokers(brokers, [], 100) == [brokers[1]]


def test_a_restart_that_a_save_overlapped_counts_as_stale_though_the_flag_is_gone():
    brokers = [broker(0, stale=False)]
    assert stale_brokers(brokers, [request(task(0, started=90, ended=110))], saved=100) == brokers
    assert stale_brokers(brokers, [request(task(0, started=101, ended=110))], saved=100) == []
    assert stale_brokers(brokers, [request(task(0, started=80, ended=99))], saved=100) == []
    repeated = [request(task(0, started=120, ended=130)), request(task(0, started=90, ended=110))]
    assert stale_brokers(brokers, repeated, saved=100) == []


def test_a_broker_that_should_run_and_does_not_counts_as_stale():
    died = replace(broker(0, "INSTALLED", stale=False), desired_state="STARTED")
    stopped = replace(broker(1, "INSTALLED", stale=False), desired_state="INSTALLED")
    silent = replace(broker(2, "UNKNOWN", stale=False), desired_state="STARTED")
    assert stale_brokers([died, stopped, silent], [], 100) == [died]


def stopped(number: int) -> Broker:
    return replace(broker(number, "INSTALLED"), desired_state="INSTALLED")


def joining(number: int, state: str = "INIT") -> Broker:
    return replace(broker(number, state), desired_state="INIT")


def test_a_broker_that_is_not_in_service_is_not_stale_whatever_its_flag_says():
    assert stale_brokers([stopped(0), joining(1), joining(2, "INSTALLING")], [], 100) == []
    running = replace(stopped(0), state="STARTED")
    assert stale_brokers([running], [], 100) == [running]


def test_a_broker_that_is_not_in_service_is_not_waited_for():
    now = view(broker(0), stopped(1), joining(2), joining(3, "INSTALL_FAILED"))
    assert why_not_restart(now, [broker(0)], "broker", 0) is None
    assert why_not_settled(now, [now.brokers[1].host], 30, 30) is None
    vetoed = replace(now, verdict=VETO)
    assert why_not_settled(vetoed, [broker(0).host], 31, 30) == VETO.reason


def test_while_a_gate_vetoes_the_reason_names_brokers_that_were_stopped_on_purpose():
    why = why_not_restart(view(broker(0), stopped(1), verdict=VETO), [broker(0)], "broker", 0)
    assert why == f"{VETO.reason}, while wn1-mykafk (10.0.0.1) is INSTALLED, stopped on purpose"


def test_each_broker_that_is_not_in_service_has_a_warning():
    brokers = [
        broker(0),
        stopped(1),
        joining(2),
        broker(3, "INSTALLED"),
        replace(stopped(4), state="STOPPING"),
    ]
    warnings = idle(brokers, maintained=False)
    assert [warning[:3] for warning in warnings] == ["wn1", "wn2"]
    assert not any("maintenance" in warning for warning in warnings)
    assert "skipped" in idle(brokers, maintained=True)[1]


def test_only_starts_that_completed_count_as_starts():
    host = broker(0).host
    later = task(0, started=120, ended=130)
    assert started_after(host, [request(later)], 110)
    assert started_after(host, [request(replace(later, command="START"))], 110)
    for other in (
        replace(later, command="STOP"),
        replace(later, command="INSTALL"),
        replace(later, status="ABORTED"),
        replace(later, started=110),
        replace(later, started=None),
        replace(later, host="another"),
    ):
        assert not started_after(host, [request(other)], 110)


def test_a_stop_that_a_save_overlapped_is_no_restart_that_missed_it():
    brokers = [broker(0, stale=False)]
    stop = replace(task(0, started=90, ended=110), command="STOP")
    assert stale_brokers(brokers, [request(stop)], saved=100) == []


def test_brokers_that_do_not_run_come_first():
    brokers = [broker(0), broker(1, "INSTALLED"), broker(2)]
    assert [batch[0].short_name for batch in batches(brokers, "broker")] == [
        "wn1-mykafk",
        "wn0-mykafk",
        "wn2-mykafk",
    ]


def test_then_come_brokers_that_missed_a_save_before_those_that_ambari_remembers():
    brokers = [broker(0), broker(1), broker(2, stale=False), broker(3, "INSTALLED")]
    order = [batch[0].short_name for batch in batches(brokers, "broker")]
    assert order == ["wn3-mykafk", "wn2-mykafk", "wn0-mykafk", "wn1-mykafk"]


def test_units_are_brokers_racks_or_all():
    brokers = [broker(0, rack="/a"), broker(1, rack="/b"), broker(2, rack="/a")]
    assert [len(batch) for batch in batches(brokers, "broker")] == [1, 1, 1]
    assert [[each.rack for each in batch] for batch in batches(brokers, "rack")] == [["/a", "/a"], ["/b"]]
    assert [len(batch) for batch in batches(brokers, "all")] == [3]
    assert batches([], "all") == batches([], "rack") == []
    assert known_unit("rack", brokers) == "rack"
    assert known_unit("rack", THREE) == "broker"
    assert known_unit("all", THREE) == "all"


def test_brokers_that_do_not_run_come_before_whole_racks():
    brokers = [broker(0, rack="/a"), broker(1, "INSTALLED", rack="/a"), broker(2, rack="/b")]
    brokers.append(broker(3, "INSTALLED", rack="/b"))
    order = [[each.short_name[:3] for each in batch] for batch in batches(brokers, "rack")]
    assert order == [["wn1"], ["wn3"], ["wn0"], ["wn2"]]


def test_nothing_is_restarted_while_somebody_restarts():
    busy = request(task(2, "QUEUED", None, None), status="PENDING", ended=False)
    assert why_not_restart(view(*THREE, requests=(busy,)), [broker(0)], "broker", 0) == (
        "request 7 of alice (theirs) is under way"
    )
    scheduled = View(THREE, [], ["Rolling restart of KAFKA"], GO, 1000)
    assert "Rolling restart of KAFKA" in (others_at_work(scheduled) or "")


def test_a_request_that_says_failed_may_still_be_at_work():
    early = request(task(0, "FAILED"), task(1, "IN_PROGRESS", 10, None), status="FAILED", ended=False)
    assert others_at_work(view(requests=(early,)))
    over = request(task(0, "FAILED"), task(1), status="FAILED", ended=True)
    assert others_at_work(view(requests=(over,))) is None


def test_a_request_whose_broker_tasks_are_done_does_not_matter_any_more():
    assert others_at_work(view(requests=(request(task(0), status="IN_PROGRESS", ended=False),))) is None


def test_no_second_broker_goes_down():
    now = view(broker(0), broker(1, "INSTALLED"), broker(2))
    why = why_not_restart(now, [broker(0)], "broker", 0)
    assert why is not None
    assert "wn1-mykafk (10.0.0.1) is INSTALLED" in why


def test_a_broker_that_is_down_may_be_restarted_whatever_else_is_wrong():
    now = view(broker(0), broker(1, "INSTALLED"), broker(2, "UNKNOWN"), verdict=VETO)
    assert why_not_restart(now, [broker(1, "INSTALLED")], "broker", 60) is None


def test_a_lost_host_is_named():
    lost = Broker("wn1-mykafk.example", "10.0.0.1", "/r", "UNKNOWN", True, "HEARTBEAT_LOST")
    why = why_not_restart(view(broker(0), lost), [broker(0)], "broker", 0)
    assert why is not None
    assert "its host HEARTBEAT_LOST" in why


def test_a_veto_holds_up_and_all_at_once_asks_nobody():
    assert why_not_restart(view(*THREE, verdict=VETO), [broker(0)], "broker", 0) == VETO.reason
    assert why_not_restart(view(*THREE, verdict=VETO), THREE, "all", 0) is None


def test_the_last_restart_must_lie_far_enough_back_whoever_made_it():
    recent = (request(task(2, ended=950)),)
    assert why_not_restart(view(*THREE, requests=recent), [broker(0)], "broker", 60) == (
        "the last restart of a broker ended only 50 s ago"
    )
    assert why_not_restart(view(*THREE, requests=recent), [broker(0)], "broker", 30) is None
    ahead = (request(task(2, ended=1000.9)),)
    assert why_not_restart(view(*THREE, requests=ahead), [broker(0)], "broker", 0) is None
    assert last_restart(recent) == 950
    assert last_restart([]) is None


def test_after_a_restart_the_broker_must_keep_running():
    hosts = [broker(0).host]
    assert why_not_settled(view(broker(0, "INSTALLED")), hosts, 5, 30) == "wn0-mykafk (10.0.0.0) is INSTALLED"
    assert why_not_settled(view(broker(0)), hosts, 5, 30) == "running, watched for another 25 s"
    assert why_not_settled(view(broker(0), verdict=VETO), hosts, 31, 30) == VETO.reason
    assert why_not_settled(view(broker(0)), hosts, 30, 30) is None
    assert why_not_settled(view(broker(0), broker(1, "INSTALLED")), hosts, 30, 30) is None


def test_no_gate_is_waited_for_while_another_broker_that_is_down_comes_next():
    hosts = [broker(0).host]
    assert why_not_settled(view(broker(0), broker(1, "INSTALLED"), verdict=VETO), hosts, 31, 30) is None
    assert why_not_settled(view(broker(0), broker(1), verdict=VETO), hosts, 31, 30) == VETO.reason


def test_hosts_that_ambari_dropped_silently_are_missed():
    assert missing_hosts(request(task(0)), ["wn0-mykafk.example", "wn1-mykafk.example"]) == [
        "wn1-mykafk.example"
    ]
