"""Handles an HTTP request without sockets: checks it, calls its handler, and renders the response.

The order of the checks is Ambari's: firewall, authentication, CSRF, route, method, Accept, body.
"""

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.utils import formatdate
from http import HTTPStatus
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import unquote

from emulator.ambari.cluster.cluster import AmbariCluster
from emulator.ambari.cluster.records import User
from emulator.ambari.errors import AmbariError, ContainerError, NotModelledError, internal, missing
from emulator.ambari.handlers import bodies
from emulator.ambari.handlers.calls import NO_PERMISSION, Call, Reply
from emulator.ambari.query import query as queries
from emulator.ambari.query.query import Query
from emulator.ambari.server.routes import Route, find_route, is_unmodelled

ROOT = "/api/v1"
COOKIE = "AMBARISESSIONID"
_JSON = "text/plain;charset=utf-8"
_CONTAINER = "text/plain;charset=iso-8859-1"


@dataclass(frozen=True)
class WireRequest:
    """An HTTP request; header names are in lower case."""

    method: str
    target: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    @property
    def path(self) -> str:
        """The path, still percent-encoded."""
        return self.target.partition("?")[0]

    @property
    def query(self) -> str:
        """The query string, percent-decoded; a plus sign stands for itself."""
        return unquote(self.target.partition("?")[2])


@dataclass(frozen=True)
class Response:
    """An HTTP response."""

    status: int
    reason: str
    headers: list[tuple[str, str]]
    body: bytes = b""

    @property
    def closes(self) -> bool:
        """Whether the connection is to be closed after it."""
        return ("Connection", "close") in self.headers


def route_of(request: WireRequest) -> str:
    """The template of a request's route, for the log and for faults; the path itself where there is none."""
    below = request.path.removeprefix(ROOT)
    route = find_route(below) if below != request.path else None
    return route.template if route else request.path


def handle_request(cluster: AmbariCluster, request: WireRequest) -> Response:
    """Handles a request, and returns the response; refusals are responses, not exceptions."""
    session: list[tuple[str, str]] = []
    signed_in: list[tuple[str, str]] = []
    try:
        _check_firewall(request)
        if "transfer-encoding" in request.headers:
            raise NotModelledError("a body without Content-Length")
        user, session = _authenticate(cluster, request)
        signed_in = [*session, ("User", user.name)]
        return _handle(cluster, request, user, signed_in)
    except ContainerError as error:
        return _container_error(error, session)
    except AmbariError as error:
        message = error.message
        if error.java_class and request.method in ("PUT", "DELETE"):
            message = f"{error.java_class}: {message}"
        return _json_response(error.status, {"status": error.status, "message": message}, signed_in)


def _handle(
    cluster: AmbariCluster, request: WireRequest, user: User, session: list[tuple[str, str]]
) -> Response:
    method = _method(request)
    if method not in ("GET", "HEAD", "OPTIONS") and "x-requested-by" not in request.headers:
        raise AmbariError(400, "CSRF protection is turned on. X-Requested-By HTTP header is required.")
    if not request.path.startswith(f"{ROOT}/"):
        return _container_error(ContainerError(404, "Not Found"), session)
    below = request.path.removeprefix(ROOT)
    route = find_route(below)
    if route is None:
        if is_unmodelled(below):
            raise NotModelledError(f"{method} {below}")
        return _empty(404, session)
    if method == "OPTIONS":
        raise NotModelledError(f"OPTIONS {below}")
    handler = route.handler("GET" if method == "HEAD" else method)
    if handler is None:
        if route.allowed:
            return _empty(405, [*session, ("Allow", route.allowed)])
        raise NotModelledError(f"{method} {route.template}")
    if not _accepts_plain_text(request.headers.get("accept")):
        return _empty(406, session)
    call = _call(cluster, request, method, route, user)
    if not _names_this_cluster(cluster, method, route):
        reply = Reply(200, {"href": call.href, "items": []})
    else:
        with cluster.lock:
            reply = handler(call)
    if method == "HEAD":
        return _empty(200, [*session, ("Content-Type", _JSON)])
    if reply.document is None:
        return _empty(reply.status, [*session, ("Content-Type", _JSON)])
    return _json_response(reply.status, reply.document, session, varies=request.method == "GET")


def _call(cluster: AmbariCluster, request: WireRequest, method: str, route: Route, user: User) -> Call:
    # Ambari 2.7.3 can't read a body of this type (GsonJsonProvider.java); 2.7.4 and later can.
    content_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if request.body and content_type == "application/json":
        raise ContainerError
    text = request.body.decode()
    parsed = bodies.parse(text)
    query = queries.parse(request.query)
    if method == "GET" and parsed:
        # Of a query in the body, Ambari uses the predicate only.
        query = Query(predicate=queries.parse(str(parsed[0].information.get("query", ""))).predicate)
    base = f"http://{request.headers.get('host', '')}{ROOT}"
    href = base + request.path.removeprefix(ROOT) + (f"?{request.query}" if request.query else "")
    is_array = text.lstrip().startswith("[")
    return Call(cluster, route.parameters, query, parsed, user, base, href, is_array)


def _names_this_cluster(cluster: AmbariCluster, method: str, route: Route) -> bool:
    """Whether a route is about this cluster. Raises AmbariError for another one, depending on the resource.

    False only for the configurations of another cluster, which in Ambari are an empty list.
    """
    name = route.parameters.get("cluster", cluster.name)
    if name == cluster.name:
        return True
    not_found = f"Cluster not found, clusterName={name}"
    match route.template.removeprefix("/clusters/{cluster}").split("/")[1:2]:
        case []:
            raise missing(f"The requested resource doesn't exist: {not_found}")
        case ["requests"] if method == "POST":
            raise internal(not_found)
        case ["artifacts"]:
            raise missing(f"Parent resource doesn't exist: {{Artifacts/cluster_name={name}}}")
        case ["configurations"] if method == "GET":
            return False
    raise missing(f"Parent Cluster resource doesn't exist.  {not_found}.  {not_found}")


def _method(request: WireRequest) -> str:
    if request.method == "POST":
        return request.headers.get("x-http-method-override", "POST").upper()
    return request.method


def _check_firewall(request: WireRequest) -> None:
    """Refuses what Spring Security's StrictHttpFirewall does: encoded slashes, percent signs and the like."""
    path = request.path.lower()
    if any(odd in path for odd in ("%25", "%2f", "%5c", "%2e", "%3b", "\\", ";", "//", "/./", "/../")):
        raise ContainerError


def _authenticate(cluster: AmbariCluster, request: WireRequest) -> tuple[User, list[tuple[str, str]]]:
    """Returns the user, and the headers that open a session if the request had no valid one.

    A valid session takes precedence over a password in the same request. Raises ContainerError 403.
    """
    with cluster.lock:
        cookie = SimpleCookie(request.headers.get("cookie", "")).get(COOKIE)
        user = cluster.users.of_session(cookie.value) if cookie else None
        if user:
            return user, []
        name, password = _credentials(request.headers.get("authorization", ""))
        user = cluster.users.sign_in(name, password)
        session = cluster.users.open_session(user)
    return user, [
        ("Set-Cookie", f"{COOKIE}={session};Path=/;HttpOnly"),
        ("Expires", "Thu, 01 Jan 1970 00:00:00 GMT"),
    ]


def _credentials(authorization: str) -> tuple[str, str]:
    scheme, _, token = authorization.partition(" ")
    if scheme.lower() != "basic":
        raise ContainerError(403, "Missing authentication token")
    try:
        name, colon, password = base64.b64decode(token, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        raise ContainerError(403, "Failed to decode basic authentication token") from None
    if not colon:
        raise ContainerError(403, "Invalid basic authentication token")
    return name, password


def _accepts_plain_text(accept: str | None) -> bool:
    if not accept:
        return True
    kinds = {item.partition(";")[0].strip().lower() for item in accept.split(",")}
    return not kinds.isdisjoint({"*/*", "text/*", "text/plain"})


def _json_response(
    status: int, document: Any, extra: list[tuple[str, str]], *, varies: bool = False
) -> Response:
    text = json.dumps(document, indent=2, separators=(",", " : "), ensure_ascii=False)
    headers = [*_common_headers(), *extra, ("Content-Type", _JSON)]
    if varies:
        headers.append(("Vary", "Accept-Encoding, User-Agent"))
    return Response(status, HTTPStatus(status).phrase, headers, text.encode())


def _container_error(error: ContainerError, extra: list[tuple[str, str]]) -> Response:
    text = f'{{\n  "status": {error.status},\n  "message": "{error.message}"\n}}'
    kept = [(name, value) for name, value in extra if name != "Expires"]
    common = [(name, value) for name, value in _common_headers() if name != "Cache-Control"]
    headers = [*common, *kept, ("Content-Type", _CONTAINER)]
    if error.message == NO_PERMISSION:
        headers.append(("WWW-Authenticate", 'Basic realm="null"'))
    if error.status == HTTPStatus.INTERNAL_SERVER_ERROR:
        # Jetty drops the headers that filters have set, except the cookie, and closes the connection.
        headers = [*kept, ("Content-Type", _CONTAINER), ("Connection", "close")]
    return Response(error.status, error.message, headers, text.encode("iso-8859-1"))


def _empty(status: int, extra: list[tuple[str, str]]) -> Response:
    return Response(status, HTTPStatus(status).phrase, [*_common_headers(), *extra])


def _common_headers() -> list[tuple[str, str]]:
    return [
        ("Date", formatdate(usegmt=True)),
        ("X-Frame-Options", "DENY"),
        ("X-XSS-Protection", "1; mode=block"),
        ("X-Content-Type-Options", "nosniff"),
        ("Cache-Control", "no-store"),
        ("Pragma", "no-cache"),
    ]
