"""From Ambari's JSON to values. Keys that an older or newer server leaves out get their neutral value."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from .model import Broker, Configuration, GroupOverride, Request, ServiceVersion, Task

BROKER_ROLE = "KAFKA_BROKER"


def version(item: Mapping[str, Any]) -> ServiceVersion:
    return ServiceVersion(
        number=int(item["service_config_version"]),
        note=str(item.get("service_config_version_note") or ""),
        created=created(item),
        types={
            entry["type"]: Configuration(
                tag=entry["tag"],
                properties=entry.get("properties", {}),
                attributes=entry.get("properties_attributes") or {},
            )
            for entry in item.get("configurations", [])
        },
    )


def override(item: Mapping[str, Any]) -> GroupOverride:
    return GroupOverride(
        group=str(item.get("group_name", "")),
        hosts=[str(host) for host in item.get("hosts", [])],
        properties={entry["type"]: entry.get("properties", {}) for entry in item.get("configurations", [])},
        created=created(item),
    )


def created(item: Mapping[str, Any]) -> float:
    """When a version was saved: seconds since the epoch."""
    return float(item.get("createtime") or 0) / 1000


def broker(roles: Mapping[str, Any], host: Mapping[str, Any]) -> Broker:
    return Broker(
        host=roles["host_name"],
        ip=str(host.get("ip", "")),
        rack=str(host.get("rack_info", "")),
        state=str(roles.get("state", "UNKNOWN")),
        stale=bool(roles.get("stale_configs")),
        host_state=str(host.get("host_state", "")),
        desired_state=str(roles.get("desired_state", "")),
    )


def request(item: Mapping[str, Any]) -> Request:
    info = item["Requests"]
    return Request(
        id=int(info["id"]),
        status=str(info.get("request_status", "")),
        context=str(info.get("request_context", "")),
        user=str(info.get("user_name", "")),
        ended=(info.get("end_time") or -1) > 0,
        tasks=[
            _task(task["Tasks"]) for task in item.get("tasks", []) if task["Tasks"].get("role") == BROKER_ROLE
        ],
    )


def text(item: Mapping[str, Any]) -> str:
    """What `create_artifact` stored; empty for an artifact of another shape."""
    data = item.get("artifact_data")
    stored = data.get("json") if isinstance(data, dict) else None
    return stored if isinstance(stored, str) else ""


def natural_order(name: str) -> list[tuple[int, str]]:
    """Sorts wn2 before wn10."""
    parts = re.split(r"([0-9]+)", name)
    return [(int(part), "") if part.isdecimal() else (-1, part) for part in parts]


def _task(task: Mapping[str, Any]) -> Task:
    return Task(
        host=str(task.get("host_name", "")),
        status=str(task.get("status", "")),
        started=_seconds(task.get("start_time")),
        ended=_seconds(task.get("end_time")),
        id=int(task.get("id", 0)),
        # A restart is a "custom command" of that name.
        command=str(task.get("custom_command_name") or task.get("command") or ""),
    )


def _seconds(milliseconds: Any) -> float | None:
    return milliseconds / 1000 if isinstance(milliseconds, int | float) and milliseconds > 0 else None
