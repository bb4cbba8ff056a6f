"""POST of request schedules."""

import json
from typing import Any

from emulator.ambari.cluster.records import BatchRequest, RequestSchedule, now_milliseconds
from emulator.ambari.cluster.users import MAY_OPERATE
from emulator.ambari.errors import AmbariError, NotModelledError
from emulator.ambari.handlers import schedules
from emulator.ambari.handlers.calls import Call, Handler, Reply
from emulator.ambari.handlers.writing import NOT_AUTHORIZED


def post_request_schedules(call: Call) -> Reply:
    """Adds request schedules, which begin at once."""
    call.require(MAY_OPERATE, NOT_AUTHORIZED)
    created = []
    for body in call.bodies:
        schedule = _schedule(call, body.get("RequestSchedule") or {})
        call.cluster.schedules.save(str(schedule.id), schedule)
        schedules.begin(call.cluster, schedule)
        href = f"{call.base}/clusters/{call.cluster.name}/request_schedules/{schedule.id}"
        created.append({"href": href, "RequestSchedule": {"id": schedule.id}})
    return Reply(201, {"resources": created})


def _schedule(call: Call, requested: dict[str, Any]) -> RequestSchedule:
    if requested.get("schedule"):
        raise NotModelledError("a schedule that begins later")
    parts: dict[str, Any] = {}
    for part in requested.get("batch") or []:
        parts |= part
    settings = parts.get("batch_settings") or {}
    if not parts.get("requests"):
        raise AmbariError(400, "Batch Requests are not specified")
    now = now_milliseconds()
    return RequestSchedule(
        call.cluster.execution.next_schedule_id(),
        call.user.name,
        now,
        now,
        requested.get("description"),
        float(settings.get("batch_separation_in_seconds", 0)),
        int(settings.get("task_failure_tolerance", 0)),
        [_request(item) for item in parts["requests"]],
    )


def _request(item: dict[str, Any]) -> BatchRequest:
    if item.get("type") != "POST" or not str(item.get("uri")).endswith("/requests"):
        raise NotModelledError(f"{item.get('type')} {item.get('uri')} in a schedule")
    body = json.dumps(item.get("RequestBodyInfo"), separators=(",", ":"))
    return BatchRequest(int(item["order_id"]), str(item["uri"]), body)


SCHEDULE_WRITERS: dict[tuple[str, str], Handler] = {
    ("POST", "/clusters/{cluster}/request_schedules"): post_request_schedules,
}
"""Handlers by method and route template."""
