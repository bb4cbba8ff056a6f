"""The part of Ambari's REST API that this project uses, one method a question or a change.

Questions are asked again while Ambari is away (it restarts, its gateway answers 502), for as long as
`patience` allows; only the very first one fails at once when there is no way to Ambari at all. A change
whose answer was lost is looked up before it is sent again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any

from ...running.clock import Clock, SystemClock
from ...running.progress import Progress
from . import parse
from .connection import Answer, Connection, encoded
from .errors import (
    AlreadyExists,
    AnswerLost,
    ClusterUnknown,
    NotFound,
    NotPermitted,
    Rejected,
    ServerFailed,
    UnexpectedAnswer,
    Unreachable,
)
from .model import Broker, Configuration, CurrentConfiguration, MaintenanceState, Request, ServiceVersion
from .patience import PATIENCE, RETRY_PAUSE, Patience

SERVICE = "KAFKA"
COMPONENT = parse.BROKER_ROLE
LOOK_UP = 20.0
"""Seconds within which a request that was sent shows up in the list (seen: 0.3 s)."""
RECENT_REQUESTS = 100

_REQUEST_FIELDS = (
    "Requests/id,Requests/request_status,Requests/request_context,Requests/user_name,Requests/end_time,"
    "tasks/Tasks/id,tasks/Tasks/role,tasks/Tasks/status,tasks/Tasks/host_name,tasks/Tasks/start_time,tasks/Tasks/end_time,"
    "tasks/Tasks/command,tasks/Tasks/custom_command_name"
)
_CLUSTER_NAME = "fields=Clusters/cluster_name"


class Ambari:
    """One cluster's Kafka service as Ambari sees it.

    Where Ambari spells the cluster's name in another case it is asked by that from then on.
    """

    def __init__(
        self,
        connection: Connection,
        cluster: str,
        clock: Clock | None = None,
        patience: float = PATIENCE,
        progress: Progress | None = None,
    ):
        """`progress`: where it is told that Ambari is away; None: nowhere."""
        self.cluster = cluster
        self.url = connection.url
        self.user = connection.user
        self.server_time_offset = 0.0
        """Seconds to add to this machine's wall clock to get the server's."""
        self._connection = connection
        self._clock = clock or SystemClock()
        self.patience = Patience(self._clock, patience, progress)

    # Configuration

    def current(self) -> CurrentConfiguration:
        """The configuration that brokers get now.

        Raises ClusterUnknown, or UnexpectedAnswer when the cluster has no Kafka.
        """
        query = f"service_name={SERVICE}&is_current=true"
        items = self._ask(self._path("/configurations/service_config_versions"), query).body.get("items", [])
        default = [parse.version(item) for item in items if item.get("group_id") == -1]
        if not default:
            # Of an unknown cluster this list is empty, too.
            asked = self.cluster
            self._ask(self._path(), _CLUSTER_NAME)
            if self.cluster != asked:
                return self.current()
            raise UnexpectedAnswer(
                f"Ambari at {self.url} has no configuration of {SERVICE} in cluster {self.cluster}: "
                "it is not a Kafka cluster, or it is still being installed."
            )
        return CurrentConfiguration(
            default[0], [parse.override(item) for item in items if item.get("group_id") != -1]
        )

    def newest_save(self, service: str) -> float:
        """When a service's current configuration was saved, by the server's clock; 0: there is none."""
        query = f"service_name={service}&is_current=true"
        items = self._ask(self._path("/configurations/service_config_versions"), query).body.get("items", [])
        return max((parse.created(item) for item in items), default=0.0)

    def version(self, number: int) -> ServiceVersion | None:
        """A version from the history; None when there is none of that number in the default group."""
        query = f"service_name={SERVICE}&service_config_version={number}"
        items = self._ask(self._path("/configurations/service_config_versions"), query).body.get("items", [])
        return next((parse.version(item) for item in items if item.get("group_id") == -1), None)

    def security_type(self) -> str:
        """`KERBEROS` where the cluster's services want tickets, else `NONE`."""
        answer = self._ask(self._path(), "fields=Clusters/security_type").body
        return str(answer.get("Clusters", {}).get("security_type") or "NONE")

    def save(self, types: Mapping[str, Configuration], note: str) -> None:
        """Makes these the desired configurations, in one new version. Each must carry all of its properties.

        Whether it took effect, and what else happened meanwhile, only reading back tells: an unchanged type
        is answered 200 and not stored, and nothing keeps two people from saving at once.
        """
        desired = [
            {
                "type": name,
                "tag": configuration.tag,
                "properties": dict(configuration.properties),
                **(
                    {"properties_attributes": dict(configuration.attributes)}
                    if configuration.attributes
                    else {}
                ),
                "service_config_version_note": note,
            }
            for name, configuration in types.items()
        ]
        body = [{"Clusters": {"desired_config": desired}}]
        self._reaching(lambda: self._connection.write("PUT", self._path(), body))

    # Rights

    def roles(self) -> frozenset[str]:
        """The user's roles in this cluster and in Ambari, by groups as well; none where nobody tells."""
        query = "fields=privileges/PrivilegeInfo/cluster_name,privileges/PrivilegeInfo/permission_name"
        path = f"/users/{encoded(self.user)}"
        try:
            body = self.patience.attempt(lambda: self._answered(path, query), (Unreachable, AnswerLost)).body
        except (NotFound, NotPermitted, Rejected, ServerFailed):
            return frozenset()
        found = [item.get("PrivilegeInfo", {}) for item in body.get("privileges", [])]
        # What is not of a cluster holds everywhere.
        here = [item for item in found if item.get("cluster_name", self.cluster) == self.cluster]
        return frozenset(str(item["permission_name"]) for item in here if "permission_name" in item)

    # Brokers

    def brokers(self) -> list[Broker]:
        """All brokers with their state and address, in the order of their numbers."""
        known = self._hosts()
        states = self._ask(
            self._path("/host_components"),
            f"HostRoles/component_name={COMPONENT}"
            "&fields=HostRoles/state,HostRoles/desired_state,HostRoles/stale_configs",
        ).body
        roles = [item["HostRoles"] for item in states.get("items", [])]
        if any(role["host_name"] not in known for role in roles):
            # A worker came between the two questions, or went.
            known = self._hosts()
        brokers = [
            parse.broker(role, known[role["host_name"]]) for role in roles if role["host_name"] in known
        ]
        return sorted(brokers, key=lambda broker: parse.natural_order(broker.host))

    def _hosts(self) -> dict[str, dict[str, Any]]:
        """The hosts that have a broker, by name."""
        hosts = self._ask(
            self._path("/hosts"),
            f"host_components/HostRoles/component_name={COMPONENT}&fields=Hosts/ip,Hosts/rack_info,Hosts/host_state",
        ).body
        return {item["Hosts"]["host_name"]: item["Hosts"] for item in hosts.get("items", [])}

    # Maintenance mode

    def maintenance(self) -> MaintenanceState:
        answer = self._ask(self._service(), "fields=ServiceInfo/maintenance_state").body
        return "ON" if answer["ServiceInfo"]["maintenance_state"] == "ON" else "OFF"

    def set_maintenance(self, state: MaintenanceState) -> None:
        body = {
            "RequestInfo": {"context": f"Turn {state.capitalize()} Maintenance Mode for {SERVICE}"},
            "Body": {"ServiceInfo": {"maintenance_state": state}},
        }
        self._insist(
            lambda: self._connection.write("PUT", self._service(), body), lambda: self.maintenance() == state
        )

    # Requests

    def restart(self, hosts: Sequence[str], context: str) -> int:
        """Asks for one simultaneous restart of the brokers on these hosts and returns the request's id.

        `context` must be unique: it is how a request whose answer was lost is found. Raises UnexpectedAnswer
        when Ambari accepted it and did nothing (201 without a body).
        """
        body = {
            "RequestInfo": {
                "command": "RESTART",
                "context": context,
                # The only level that reaches hosts and services in maintenance mode alike.
                "operation_level": {
                    "level": "HOST_COMPONENT",
                    "cluster_name": self.cluster,
                    "service_name": SERVICE,
                    "host_name": hosts[0],
                    "hostcomponent_name": COMPONENT,
                },
            },
            "Requests/resource_filters": [
                {"service_name": SERVICE, "component_name": COMPONENT, "hosts": ",".join(hosts)}
            ],
        }
        try:
            answer = self._reaching(lambda: self._connection.write("POST", self._path("/requests"), body))
        except (AnswerLost, ServerFailed) as failure:
            found = self._look_up(context)
            if found is None:
                raise failure
            return found
        if isinstance(answer.body, dict) and "id" in answer.body.get("Requests", {}):
            return int(answer.body["Requests"]["id"])
        found = self._look_up(context)
        if found is None:
            raise UnexpectedAnswer(
                f"Ambari answered the restart of {', '.join(hosts)} with HTTP {answer.status} "
                "and restarted nothing."
            )
        return found

    def request(self, number: int) -> Request:
        query = f"fields={_REQUEST_FIELDS}"
        return parse.request(self._ask(self._path(f"/requests/{number}"), query).body)

    def stderr(self, request: int, task: int) -> str:
        """What the task wrote to stderr; empty: nothing."""
        query = "fields=Tasks/stderr"
        answer = self._ask(self._path(f"/requests/{request}/tasks/{task}"), query).body
        text = str(answer.get("Tasks", {}).get("stderr") or "")
        # Agents send Python's None as a word.
        return "" if text.strip() == "None" else text

    def broker_requests(self) -> list[Request]:
        """The newest requests that have tasks for brokers, newest first, whoever made them."""
        query = (
            f"tasks/Tasks/role={COMPONENT}&fields={_REQUEST_FIELDS}"
            f"&page_size={RECENT_REQUESTS}&to=end&sortBy=Requests/id.desc"
        )
        answer = self._ask(self._path("/requests"), query)
        return [parse.request(item) for item in answer.body.get("items", [])]

    def unfinished_schedules(self) -> list[str]:
        """Rolling restarts made in Ambari's web page: between two of their batches no request runs."""
        items = self._ask(self._path("/request_schedules"), "fields=*").body.get("items", [])
        schedules = [item.get("RequestSchedule", {}) for item in items]
        return [
            str(schedule.get("description") or schedule.get("id"))
            for schedule in schedules
            if schedule.get("status") in {"SCHEDULED", "IN_PROGRESS"}
        ]

    # Artifacts of the service: small documents that outlive this program

    def artifacts(self) -> dict[str, str]:
        """Texts by name. Only those stored by `create_artifact` have one; others read as an empty text."""
        items = self._ask(self._service("/artifacts"), "fields=artifact_data").body.get("items", [])
        return {item["Artifacts"]["artifact_name"]: parse.text(item) for item in items}

    def artifact(self, name: str) -> str | None:
        try:
            return parse.text(self._ask(self._service(f"/artifacts/{name}")).body)
        except NotFound:
            return None

    def create_artifact(self, name: str, text: str) -> bool:
        """True when it is now there with exactly this text: of several who try at once one wins."""
        path, body = self._service(f"/artifacts/{name}"), {"artifact_data": {"json": text}}
        # The losers of a race are answered 409 or 500, and an answer may be lost: only reading tells.
        with suppress(AlreadyExists):
            self._insist(
                lambda: self._connection.write("POST", path, body), lambda: self.artifact(name) is not None
            )
        return self.artifact(name) == text

    def replace_artifact(self, name: str, text: str) -> None:
        self._insist(
            lambda: self._connection.write(
                "PUT", self._service(f"/artifacts/{name}"), {"artifact_data": {"json": text}}
            ),
            lambda: self.artifact(name) == text,
        )

    def delete_artifact(self, name: str) -> None:
        try:
            self._insist(
                lambda: self._connection.write("DELETE", self._service(f"/artifacts/{name}")),
                lambda: self.artifact(name) is None,
            )
        except NotFound:
            return

    def metrics(self, fields: str) -> Mapping[str, Any]:
        """`metrics` of the component; empty when Ambari has none (no error tells why)."""
        answer = self._ask(self._service(f"/components/{COMPONENT}"), f"fields={fields}")
        return answer.body.get("metrics") or {}

    # How it asks

    def _takes_up_ambaris_spelling(self) -> bool:
        """Whether Ambari knows the cluster, of which it knows none of this name, in another case alone.

        Azure doesn't tell names apart by case, as Ambari does.
        """
        items = self._asked("/clusters", _CLUSTER_NAME).body.get("items", [])
        known = [item["Clusters"]["cluster_name"] for item in items]
        alike = [found for found in known if found.lower() == self.cluster.lower()]
        if len(alike) != 1:
            return False
        [self.cluster] = alike
        return True

    def _path(self, rest: str = "") -> str:
        return f"/clusters/{encoded(self.cluster)}{rest}"

    def _service(self, rest: str = "") -> str:
        return self._path(f"/services/{SERVICE}{rest}")

    def _ask(self, path: str, query: str = "") -> Answer:
        cluster = self._path()
        try:
            return self._asked(path, query)
        except ClusterUnknown:
            if not self._takes_up_ambaris_spelling():
                raise
            return self._asked(self._path() + path.removeprefix(cluster), query)

    def _asked(self, path: str, query: str) -> Answer:
        answer = self.patience.attempt(lambda: self._answered(path, query))
        self.patience.reached = True
        if answer.server_time is not None:
            self.server_time_offset = answer.server_time - self._clock.wall()
        return answer

    def _answered(self, path: str, query: str) -> Answer:
        answer = self._connection.get(path, query)
        if not isinstance(answer.body, dict):
            raise AnswerLost(f"Ambari at {self.url} answered GET {path} with nothing.")
        return answer

    def _insist(self, write: Callable[[], Any], done: Callable[[], bool]) -> None:
        """Writes what may be written twice without harm until it is done."""
        failed = False

        def attempt() -> None:
            nonlocal failed
            if failed and done():
                return
            failed = True
            write()

        self.patience.attempt(attempt)

    def _reaching(self, write: Callable[[], Answer]) -> Answer:
        """Writes what must not be written twice: again only when there was certainly no connection."""
        return self.patience.attempt(write, (Unreachable,))

    def _look_up(self, context: str) -> int | None:
        deadline = self._clock.now() + LOOK_UP
        query = (
            f"Requests/request_context={encoded(context)}&fields=Requests/id,Requests/request_status"
            f"&page_size={RECENT_REQUESTS}&to=end"
        )
        while True:
            items = self._ask(self._path("/requests"), query).body.get("items", [])
            if items:
                return int(items[-1]["Requests"]["id"])
            if self._clock.now() >= deadline:
                return None
            self._clock.sleep(RETRY_PAUSE)
