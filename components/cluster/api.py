"""Asks a Kubernetes API server what Pulumi's provider does not tell, with Kubernetes' own client for Python.

The client knows kubeconfigs: authorities and certificates as text or file, proxies, server names. It heeds
no REQUESTS_CA_BUNDLE. Only its login by a program is not used, which has no end and hides its failures: see
`login`. Objects are the API's JSON: the client's classes for each kind are of no use to a reader
of all kinds. Importing it takes most of a second: that is done where something is asked, as in few previews.
"""

from __future__ import annotations

import base64
import json
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from typing import Any

from .login import KubeconfigUnusable, signed_in

CONNECT_SECONDS = 10.0
ANSWER_SECONDS = 30.0
PAGE = 500
"""Objects of one answer to a list."""

FILES = {"cluster": ("certificate-authority",), "user": ("client-certificate", "client-key")}
"""What a kubeconfig names as a file, or holds itself, under this name with `-data`."""

_IMPORT = Lock()
"""The client loads its modules when they are asked for, which several threads can't do at the same time."""

Object = dict[str, Any]


class ApiUnreachable(Exception):
    """No answer came from the API server, or none of its own; says why."""


class ApiRefused(Exception):
    """The API server answered with a failure: `status` is that of HTTP, the text its message."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


class KubernetesApi:
    """Reads objects of one cluster; made by `connect`."""

    def __init__(self, client: Any) -> None:
        self._client = client

    def get(self, path: str, query: Mapping[str, str | int] | None = None) -> Object | None:
        """What lies at a path such as /api/v1/namespaces/a; None where nothing does.

        Raises ApiUnreachable and ApiRefused.
        """
        content = self._answer(path, query, "application/json")
        try:
            return None if content is None else json.loads(content)
        except ValueError:
            # A proxy's page, or a load balancer's, in place of the server's answer.
            raise ApiUnreachable(f"the Kubernetes API server answers with no JSON at {path}") from None

    def text(self, path: str, query: Mapping[str, str | int] | None = None) -> str | None:
        """The plain text at a path such as /api/v1/namespaces/a/pods/b/log; None where nothing is.

        Raises ApiUnreachable and ApiRefused.
        """
        content = self._answer(path, query, "text/plain, application/json")
        return None if content is None else content.decode(errors="replace")

    def list(self, path: str, query: Mapping[str, str | int] | None = None) -> Iterator[Object]:
        """The objects at a path such as /api/v1/namespaces/a/pods, page by page; none where it isn't.

        Raises ApiUnreachable and ApiRefused.
        """
        page: dict[str, str | int] = {**(query or {}), "limit": PAGE}
        while (answer := self.get(path, page)) is not None:
            yield from answer.get("items") or []
            further = (answer.get("metadata") or {}).get("continue")
            if not further:
                return
            page["continue"] = further

    def _answer(self, path: str, query: Mapping[str, str | int] | None, accepted: str) -> bytes | None:
        from kubernetes.client.exceptions import OpenApiException
        from urllib3.exceptions import HTTPError

        request = self._client.param_serialize(
            "GET",
            path,
            query_params=[*(query or {}).items()],
            header_params={"Accept": accepted},
            auth_settings=["BearerToken"],
        )
        try:
            answer = self._client.call_api(*request, _request_timeout=(CONNECT_SECONDS, ANSWER_SECONDS))
            content = answer.read()
        except (HTTPError, OpenApiException, OSError) as error:
            raise ApiUnreachable(f"the Kubernetes API server does not answer: {error}") from error
        if answer.status == 404:
            return None
        if not 200 <= answer.status < 300:
            raise ApiRefused(answer.status, _message(answer.status, content))
        return content


@contextmanager
def connect(kubeconfig: str) -> Iterator[KubernetesApi]:
    """A connection to the cluster of the kubeconfig's current context. `kubeconfig`: its text.

    Raises KubeconfigUnusable.
    """
    with _IMPORT:
        from kubernetes.client import ApiClient, Configuration
        from kubernetes.config import ConfigException, load_kube_config_from_dict

    document = signed_in(kubeconfig)
    configuration = Configuration()
    configuration.retries = False
    # TLS takes nothing but files. Those that the client writes last as long as the process.
    with tempfile.TemporaryDirectory() as folder:
        _write_files(document, Path(folder))
        try:
            load_kube_config_from_dict(document, client_configuration=configuration, persist_config=False)
        except ConfigException as error:
            raise KubeconfigUnusable(f"the kubeconfig can't be used: {error}") from error
        with ApiClient(configuration) as client:
            yield KubernetesApi(client)


def _write_files(document: Object, folder: Path) -> None:
    """Puts what the kubeconfig holds in base64 into files, and their names in its place."""
    entries = [
        (kind, entry[kind])
        for kind in ("cluster", "user")
        for entry in document.get(f"{kind}s") or []
        if entry.get(kind)
    ]
    for number, (kind, entry) in enumerate(entries):
        for name in FILES[kind]:
            if encoded := entry.pop(f"{name}-data", None):
                file = folder / f"{number}-{name}"
                file.write_bytes(base64.b64decode(encoded))
                entry[name] = str(file)


def _message(status: int, content: bytes) -> str:
    try:
        said = json.loads(content).get("message")
    except (ValueError, AttributeError):
        said = None
    return said or f"the Kubernetes API server answers with status {status}"
