"""HTTP to Ambari, through HDInsight's gateway or straight: one request, one answer or one clear error.

The peculiarities are Ambari 2.7.3's: it answers 406 to `Accept: application/json` and 500 to
`Content-Type: application/json`, labels JSON as text/plain, wants `X-Requested-By` on every write,
answers 403 (never 401) to a wrong password, and lets a session cookie win over a wrong password.

Importing `requests` takes half the time that the providers' process takes for modules of this program. That
is done where Ambari is asked, as in few previews.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from http.cookiejar import DefaultCookiePolicy
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from .errors import (
    AlreadyExists,
    AnswerLost,
    CertificateUntrusted,
    ClusterUnknown,
    GatewayAnswered,
    NotFound,
    NotPermitted,
    Rejected,
    ServerFailed,
    SignInRefused,
    Unreachable,
)
from .rights import NEEDED

if TYPE_CHECKING:
    import requests

CONNECT_TIMEOUT = 10.0
READ_TIMEOUT = 45.0
"""Seconds without a byte. Ambari itself waits up to 10 s for a slow metrics collector before it answers."""

_GATEWAY_STATUSES = {HTTPStatus.BAD_GATEWAY, HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.GATEWAY_TIMEOUT}
_SIGN_IN_TEXTS = ("unable to sign in", "missing authentication token", "failed to decode basic", "locked")


@dataclass(frozen=True)
class Answer:
    """A successful answer: status, parsed JSON (None when the body was empty), and the server's clock."""

    status: int
    body: Any
    server_time: float | None
    """Seconds since the epoch by the answer's `Date` header."""


class Connection:
    """Sends requests to one Ambari as one user. Not shared between threads.

    `before_write` is called before every request that changes something; what it raises stops the request.
    """

    def __init__(
        self,
        url: str,
        user: str,
        password: str,
        before_write: Callable[[], None] = lambda: None,
        read_timeout: float = READ_TIMEOUT,
        session: requests.Session | None = None,
    ):
        import requests
        from requests.auth import HTTPBasicAuth

        self.url = url.rstrip("/")
        self.user = user
        self._before_write = before_write
        self._timeout = (CONNECT_TIMEOUT, read_timeout)
        self._session = session or requests.Session()
        # Encoded here: requests would send a str as latin-1 and fail on anything beyond it.
        self._session.auth = HTTPBasicAuth(user.encode(), password.encode())
        self._session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        self._session.headers.update({"X-Requested-By": "pulumi", "Accept": "*/*"})

    def close(self) -> None:
        self._session.close()

    def get(self, path: str, query: str = "") -> Answer:
        """Asks. `query` is used as it stands: see `encoded`."""
        return self._send("GET", path, query, None)

    def write(self, method: str, path: str, body: Any = None) -> Answer:
        """Changes something.

        Raises AnswerLost when nobody can know whether it took effect; it is never repeated here.
        """
        self._before_write()
        return self._send(method, path, "", body)

    def _send(self, method: str, path: str, query: str, body: Any) -> Answer:
        import requests

        target = f"{self.url}/api/v1{path}" + (f"?{query}" if query else "")
        data = None if body is None else json.dumps(body).encode()
        headers = {} if data is None else {"Content-Type": "text/plain"}
        try:
            response = self._session.request(
                method, target, data=data, headers=headers, timeout=self._timeout, allow_redirects=False
            )
        except requests.exceptions.SSLError as error:
            raise CertificateUntrusted(
                f"The certificate of {self.url} is not trusted ({_innermost(error)}). Name the authority's "
                "certificate in REQUESTS_CA_BUNDLE, or use the host name that the certificate was made for."
            ) from None
        except (requests.exceptions.ConnectTimeout, requests.exceptions.ProxyError) as error:
            raise self._unreachable(error) from None
        except requests.exceptions.ConnectionError as error:
            if _never_connected(error):
                raise self._unreachable(error) from None
            raise self._lost(method, path, error) from None
        except requests.exceptions.RequestException as error:
            raise self._lost(method, path, error) from None
        return self._judge(method, path, response)

    def _unreachable(self, error: Exception) -> Unreachable:
        return Unreachable(
            f"Ambari at {self.url} can't be reached ({_innermost(error)}). Check the address, that the "
            "cluster exists and runs, and that its network lets this machine in on that port."
        )

    def _lost(self, method: str, path: str, error: Exception) -> AnswerLost:
        return AnswerLost(f"Ambari at {self.url} gave no answer to {method} {path} ({_innermost(error)}).")

    def _judge(self, method: str, path: str, response: requests.Response) -> Answer:
        status, text = response.status_code, response.content.decode("utf-8", "replace").strip()
        if status == HTTPStatus.UNAUTHORIZED:
            raise SignInRefused(sign_in_message(self.url, "HTTP 401"))
        if status in _GATEWAY_STATUSES or 300 <= status < 400 or text.startswith("<"):
            raise GatewayAnswered(
                f"{self.url} answered {method} {path} with HTTP {status} and "
                f"{'a page' if text.startswith('<') else 'no JSON'} of its gateway instead of Ambari: "
                "Ambari may be restarting, or the address may not be Ambari's."
            )
        try:
            body = json.loads(text) if text else None
        except ValueError:
            raise GatewayAnswered(
                f"{self.url} answered {method} {path} with HTTP {status} and something other than JSON."
            ) from None
        if 200 <= status < 300:
            return Answer(status, body, _clock(response))
        said = str(body.get("message", "")) if isinstance(body, dict) else ""
        raise self._error(status, said or response.reason or "", f"{method} {path}")

    def _error(self, status: int, said: str, request: str) -> Exception:
        if status == HTTPStatus.FORBIDDEN:
            if not said or any(text in said.lower() for text in _SIGN_IN_TEXTS):
                return SignInRefused(sign_in_message(self.url, said))
            return NotPermitted(
                f"Ambari at {self.url} does not let the user {self.user} do {request}: {said}. {NEEDED}."
            )
        if status == HTTPStatus.NOT_FOUND:
            if "cluster not found" in said.lower():
                return ClusterUnknown(f"Ambari at {self.url} knows no such cluster: {said}")
            return NotFound(f"{request}: {said or 'not found'}")
        if status == HTTPStatus.CONFLICT:
            return AlreadyExists(f"{request}: {said}")
        if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            return ServerFailed(f"Ambari at {self.url} answered {request} with HTTP {status}: {said}")
        return Rejected(f"Ambari at {self.url} refused {request} with HTTP {status}: {said}")


def encoded(value: str) -> str:
    """A value as it may stand in a predicate of a query string."""
    return quote(value, safe="")


def sign_in_message(url: str, said: str) -> str:
    """Names both known causes: pulumi's `refresh` hands a provider the last `up`'s password, not today's."""
    return (
        f"Ambari at {url} refused the sign-in ({said}). Either user or password are wrong (it is not tried "
        "again: accounts lock), or the password was rotated since the last `pulumi up`: then `refresh`, "
        "`preview --refresh` and a targeted `destroy` still use the old one unless run with `--run-program`. "
        "One that was only set in the configuration is not in force yet: `pulumi up` sets it, without a "
        "refresh before it."
    )


def _never_connected(error: requests.exceptions.ConnectionError) -> bool:
    reason = getattr(error.args[0], "reason", None) if error.args else None
    return reason is not None and type(reason).__name__ in {
        "NewConnectionError",
        "NameResolutionError",
        "ConnectTimeoutError",
    }


def _innermost(error: BaseException) -> str:
    """The last cause's own words, without urllib3's wrapping."""
    seen: BaseException = error
    while True:
        inner = getattr(seen, "reason", None)
        if not isinstance(inner, BaseException):
            inner = next((arg for arg in seen.args if isinstance(arg, BaseException)), None)
        if inner is None or inner is seen:
            break
        seen = inner
    text = str(seen)
    return text.rsplit(": ", 1)[-1] if "object at 0x" in text or "(host=" in text else text


def _clock(response: requests.Response) -> float | None:
    date = response.headers.get("Date")
    if date is None:
        return None
    try:
        return parsedate_to_datetime(date).timestamp()
    except ValueError:
        return None
