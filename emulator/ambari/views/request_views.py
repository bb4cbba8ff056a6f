"""Requests (background operations) and request schedules as resources, and which requests a list contains."""

from datetime import UTC, datetime
from typing import Any

from emulator.ambari.cluster.execution import progress_of, status_of
from emulator.ambari.cluster.records import Request, RequestSchedule, Task
from emulator.ambari.errors import AmbariError
from emulator.ambari.query import resource_types as types
from emulator.ambari.query.query import Query
from emulator.ambari.query.resources import Resource

DEFAULT_WINDOW = 20
"""How many requests a list contains by default (RequestResourceProvider.java)."""

_LISTED_STATUSES = ("IN_PROGRESS", "COMPLETED", "FAILED")


def request_view(cluster: str, request: Request) -> Resource:
    """A request as a resource, with its stages and tasks."""
    path = f"/clusters/{cluster}/requests/{request.id}"
    statuses = [task.status for task in request.tasks]
    info: dict[str, Any] = {
        "aborted_task_count": statuses.count("ABORTED"),
        "cluster_host_info": "{}",
        "cluster_name": cluster,
        "completed_task_count": sum(task.finished for task in request.tasks),
        "create_time": request.created,
        "end_time": request.end_time,
        "exclusive": False,
        "failed_task_count": statuses.count("FAILED"),
        "id": request.id,
        "inputs": '{"HAS_RESOURCE_FILTERS":"true"}' if request.custom else None,
        "operation_level": request.operation_level,
        "progress_percent": progress_of(request),
        "queued_task_count": statuses.count("QUEUED"),
        "request_context": request.context,
        "request_schedule": None,
        "request_status": status_of(request),
        "resource_filters": request.filters,
        "start_time": request.start_time,
        "task_count": len(request.tasks),
        "timed_out_task_count": statuses.count("TIMEDOUT"),
        "type": "COMMAND" if request.custom else "INTERNAL_REQUEST",
        "user_name": request.user,
    }
    children = {
        "stages": lambda: _stages(cluster, path, request),
        "tasks": lambda: [_task_view(cluster, path, request, task) for task in request.tasks],
    }
    values = {f"Requests/{name}": value for name, value in info.items()}
    return Resource(types.REQUEST, path, values, children, own_href=True)


def schedule_view(cluster: str, schedule: RequestSchedule) -> Resource:
    """A request schedule as a resource. What it shows of requests not yet submitted is not recorded."""
    last = next((item.status for item in reversed(schedule.batch) if item.status), None)
    info: dict[str, Any] = {
        "authenticated_user": 1,
        "batch": {
            "batch_requests": [
                {
                    "order_id": item.order,
                    "request_type": "POST",
                    "request_uri": item.uri,
                    "request_body": item.body,
                    "request_status": item.status,
                    "return_code": item.return_code,
                }
                for item in schedule.batch
            ],
            "batch_settings": {
                "batch_separation_in_seconds": int(schedule.separation),
                "task_failure_tolerance_limit": schedule.tolerance,
            },
        },
        "cluster_name": cluster,
        "create_time": _date(schedule.created),
        "create_user": schedule.user,
        "description": schedule.description,
        "id": schedule.id,
        "last_execution_status": last,
        "schedule": None,
        "status": schedule.status,
        "update_time": _date(schedule.updated),
        "update_user": schedule.user,
    }
    values = {f"RequestSchedule/{name}": value for name, value in info.items()}
    return Resource(types.REQUEST_SCHEDULE, f"/clusters/{cluster}/request_schedules/{schedule.id}", values)


def _date(milliseconds: int) -> str:
    return datetime.fromtimestamp(milliseconds / 1000, UTC).strftime("%Y-%m-%d %H:%M:%S")


def listed_requests(requests: list[Resource], query: Query) -> list[Resource]:
    """The requests that a list contains, before the predicate is applied.

    With ids in the predicate, these; with a status in it, all requests; else the newest 20, or with paging
    the oldest that fill the page, or with to=end the newest. Raises AmbariError 400 for a status that a list
    can't be filtered by.
    """
    ids = _required_values(query, "Requests/id")
    if ids:
        return [request for request in requests if str(request.values["Requests/id"]) in ids]
    statuses = _required_values(query, "Requests/request_status")
    unknown = [status for status in statuses if status not in _LISTED_STATUSES]
    if unknown:
        raise AmbariError(
            400,
            "Invalid Request: No enum constant "
            f"org.apache.ambari.server.actionmanager.RequestStatus.{unknown[-1]}",
        )
    if statuses:
        return requests
    if query.page_size is None:
        return requests[-DEFAULT_WINDOW:]
    window = query.offset + query.page_size
    return requests[-window:] if query.to_end else requests[:window]


def _required_values(query: Query, name: str) -> list[str]:
    """The values that the query's predicate compares a property with, by = or in, and not negated."""
    if query.predicate is None:
        return []
    return [
        value
        for comparison, positive in query.predicate.comparisons()
        if comparison.property == name and positive and comparison.operator in ("=", "in")
        for value in comparison.values
    ]


def _stages(cluster: str, path: str, request: Request) -> list[Resource]:
    found = []
    for stage in sorted({task.stage for task in request.tasks}):
        values = {"Stage/cluster_name": cluster, "Stage/request_id": request.id, "Stage/stage_id": stage}
        found.append(Resource(types.STAGE, f"{path}/stages/{stage}", values))
    return found


def _task_view(cluster: str, path: str, request: Request, task: Task) -> Resource:
    custom = request.custom
    role = f"{task.command} {task.service}/{task.component}" if custom else f"{task.component} {task.command}"
    info: dict[str, Any] = {
        "attempt_cnt": task.attempts,
        "cluster_name": cluster,
        "command": "CUSTOM_COMMAND" if custom else task.command,
        "command_detail": role,
        "custom_command_name": task.command if custom else None,
        "end_time": task.end_time,
        "error_log": f"/var/lib/ambari-agent/data/errors-{task.id}.txt",
        "exit_code": task.exit_code,
        "host_name": task.host,
        "id": task.id,
        "ops_display_name": None,
        "output_log": f"/var/lib/ambari-agent/data/output-{task.id}.txt",
        "request_id": request.id,
        "role": task.component,
        "stage_id": task.stage,
        "start_time": task.start_time,
        "status": task.status,
        "stderr": task.stderr,
        "stdout": task.stdout,
        "structured_out": {} if task.attempts else None,
    }
    values = {f"Tasks/{name}": value for name, value in info.items()}
    return Resource(types.TASK, f"{path}/tasks/{task.id}", values)
