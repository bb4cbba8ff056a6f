"""Executes request schedules, by which Ambari's web page makes a rolling restart.

Source: scheduler/ExecutionScheduleManager.java and BatchRequestJob.java of Ambari 2.7.3, where a schedule
that ends since too many tasks failed stays SCHEDULED. Here the next request is submitted as soon as the
separation time is over; Ambari checks that every 15 seconds.
"""

import threading

from emulator.ambari.cluster.cluster import AmbariCluster
from emulator.ambari.cluster.execution import Operation
from emulator.ambari.cluster.records import BatchRequest, Request, RequestSchedule, now_milliseconds
from emulator.ambari.errors import AmbariError
from emulator.ambari.handlers import commands
from emulator.ambari.handlers.bodies import Body
from emulator.ambari.handlers.bodies import parse as parse_bodies


def begin(cluster: AmbariCluster, schedule: RequestSchedule) -> None:
    """Executes a schedule in a thread of its own."""
    arguments = (cluster, schedule)
    name = f"ambari-schedule-{schedule.id}"
    threading.Thread(target=_carry_out, args=arguments, name=name, daemon=True).start()


def _carry_out(cluster: AmbariCluster, schedule: RequestSchedule) -> None:
    failed = 0
    for number, item in enumerate(schedule.batch):
        if cluster.stopping.wait(schedule.separation if number else 0):
            return
        with cluster.lock:
            try:
                request = _submit(cluster, schedule, item)
            except AmbariError as refusal:
                item.status, item.return_code = "FAILED", refusal.status
                _save(cluster, schedule)
                return
            failed += _failures(cluster, schedule, item, request)
        if failed > schedule.tolerance:
            return
    with cluster.lock:
        schedule.status = "COMPLETED"
        _save(cluster, schedule)


def _failures(
    cluster: AmbariCluster, schedule: RequestSchedule, item: BatchRequest, request: Request | None
) -> int:
    """Waits until a request has ended, and returns how many of its tasks failed."""
    item.status, item.return_code = "IN_PROGRESS", 202 if request else 201
    _save(cluster, schedule)
    cluster.lock.wait_for(lambda: request is None or request.finished or cluster.stopping.is_set())
    item.status = "COMPLETED"
    _save(cluster, schedule)
    return sum(task.status != "COMPLETED" for task in request.tasks) if request else 0


def _submit(cluster: AmbariCluster, schedule: RequestSchedule, item: BatchRequest) -> Request | None:
    [body] = parse_bodies(item.body) or [Body({}, {})]
    level = commands.operation_level(body.information)
    filters = body.get("Requests", "resource_filters")
    commands.check_filters(cluster, str(body.information.get("command")), filters)
    targets, shown_filters = commands.restart_targets(cluster, filters, level)
    if not targets:
        return None
    context = str(body.information.get("context") or "")
    operation = Operation("RESTART", targets, schedule.user, context, level, shown_filters)
    return cluster.execution.submit(cluster.execution.next_request_id(), operation)


def _save(cluster: AmbariCluster, schedule: RequestSchedule) -> None:
    schedule.updated = now_milliseconds()
    cluster.schedules.save(str(schedule.id), schedule)
