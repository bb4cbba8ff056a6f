"""A namespace is deleted only when nothing of somebody else's is in it."""

from typing import Any

import pytest

from components.cluster.leftovers import Found, Survey, foreign
from components.namespace_guard import NamespaceGuardProvider, NotEmpty, refuse
from tests.unit.api_server import Answers, kubeconfig, serving

MARK = "0123456789abcdef"
CORE = "/api/v1/namespaces/ns"


def item(kind: str, name: str, *owners: str, mark: str = "", **more: Any) -> dict[str, Any]:
    metadata: dict[str, Any] = {"name": name, "uid": f"{kind}/{name}", **more.pop("metadata", {})}
    metadata["ownerReferences"] = [{"uid": owner} for owner in owners]
    if mark:
        metadata["labels"] = {"aks-kafka/stack": mark}
    return {"kind": kind, "metadata": metadata, **more}


OURS = [
    item("Deployment", "a", mark=MARK),
    item("ReplicaSet", "a-1", "Deployment/a"),
    item("Pod", "a-1-x", "ReplicaSet/a-1"),
]
OF_KUBERNETES = [
    item("ConfigMap", "kube-root-ca.crt"),
    item("ServiceAccount", "default"),
    item(
        "Secret",
        "default-token-x",
        type="kubernetes.io/service-account-token",
        metadata={"annotations": {"kubernetes.io/service-account.name": "default"}},
    ),
]


def test_what_is_ours_what_it_owns_and_what_kubernetes_puts_there_is_nobody_else_s() -> None:
    assert foreign([*OURS, *OF_KUBERNETES], MARK) == []


def test_what_bears_no_mark_or_that_of_another_stack_is_somebody_else_s() -> None:
    theirs = [
        item("ConfigMap", "theirs"),
        item("Deployment", "b", mark="another"),
        item("Pod", "b-x", "Deployment/b"),
        item("ServiceAccount", "theirs"),
        item("Secret", "theirs", type="Opaque"),
    ]
    assert foreign([*OURS, *OF_KUBERNETES, *theirs], MARK) == [
        Found("ConfigMap", "theirs"),
        Found("Deployment", "b"),
        Found("Pod", "b-x"),
        Found("Secret", "theirs"),
        Found("ServiceAccount", "theirs"),
    ]


def test_what_is_being_deleted_anyway_is_not_lost_by_us() -> None:
    assert foreign([item("Pod", "p", metadata={"deletionTimestamp": "now"})], MARK) == []


def test_what_an_api_server_tells_and_nobody_has_made_has_no_uid() -> None:
    told = item("PackageManifest", "p")
    del told["metadata"]["uid"]
    assert foreign([told, item("Pod", "p")], MARK) == [Found("Pod", "p")]


def test_the_endpoints_of_a_service_are_named_by_their_service() -> None:
    service = item("Service", "s")
    endpoints = item("Endpoints", "s")
    slice_ = item("EndpointSlice", "s-1")
    slice_["metadata"]["labels"] = {"kubernetes.io/service-name": "s"}
    assert foreign([service, endpoints, slice_], MARK) == [Found("Service", "s")]
    assert foreign([endpoints], MARK) == [Found("Endpoints", "s")]


def resources(*kinds: tuple[str, str, bool, str]) -> dict[str, Any]:
    return {
        "resources": [
            {"name": plural, "kind": kind, "namespaced": namespaced, "verbs": verbs.split()}
            for plural, kind, namespaced, verbs in kinds
        ]
    }


def cluster(**changes: Any) -> Answers:
    """An API server with the namespace ns, and with kinds that can, and that can't, be listed there."""
    groups = [
        {"preferredVersion": {"groupVersion": "apps/v1"}},
        {"preferredVersion": {"groupVersion": "metrics.k8s.io/v1beta1"}},
    ]
    return {
        CORE: item("Namespace", "ns", mark=MARK),
        "/api/v1": resources(
            ("configmaps", "ConfigMap", True, "get list"),
            ("secrets", "Secret", True, "get list"),
            ("events", "Event", True, "get list"),
            ("nodes", "Node", False, "get list"),
            ("bindings", "Binding", True, "create"),
            ("pods/log", "Pod", True, "get list"),
        ),
        "/apis": {"groups": groups},
        "/apis/apps/v1": resources(("deployments", "Deployment", True, "get list")),
        "/apis/metrics.k8s.io/v1beta1": resources(("pods", "PodMetrics", True, "get list")),
        f"{CORE}/configmaps": [item("", "kube-root-ca.crt")],
        f"{CORE}/secrets": [],
        "/apis/apps/v1/namespaces/ns/deployments": [],
    } | changes


def delete(answers: Answers) -> list[str]:
    """The paths that are asked for when the guard is deleted."""
    with serving(answers) as server:
        props = {"kubeconfig": kubeconfig(server.url, token="t"), "namespace": "ns", "mark": MARK}
        NamespaceGuardProvider().delete("ns", props)
        return [path for path, *_ in server.asked]


def test_every_kind_that_can_be_listed_is_looked_at() -> None:
    assert delete(cluster()) == [
        CORE,
        "/api/v1",
        f"{CORE}/configmaps",
        f"{CORE}/secrets",
        "/apis",
        "/apis/apps/v1",
        "/apis/apps/v1/namespaces/ns/deployments",
        "/apis/metrics.k8s.io/v1beta1",
    ]


def test_a_namespace_that_is_gone_holds_nothing() -> None:
    assert delete({}) == [CORE]


def test_what_is_somebody_else_s_keeps_the_namespace(capsys: pytest.CaptureFixture[str]) -> None:
    theirs = {"/apis/apps/v1/namespaces/ns/deployments": [item("", "theirs")]}
    with pytest.raises(NotEmpty, match="has not made, and would be deleted with it: Deployment theirs"):
        delete(cluster(**theirs))


def test_what_can_t_be_listed_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    hidden = {f"{CORE}/secrets": 403, "/apis/metrics.k8s.io/v1beta1": 503}
    delete(cluster(**hidden))
    said = capsys.readouterr().err
    assert "secrets (refused:" in said
    assert "everything in metrics.k8s.io/v1beta1" in said


@pytest.mark.parametrize(
    "changes", [{CORE: 401}, {"/api/v1": 403}, {f"{CORE}/secrets": 429}, {f"{CORE}/secrets": 500}]
)
def test_a_cluster_that_does_not_answer_keeps_the_namespace(changes: Answers) -> None:
    with pytest.raises(NotEmpty, match=r"can't be told, so it stays: .*`pulumi state delete`"):
        delete(cluster(**changes))


def test_a_message_names_a_few_and_counts_the_rest() -> None:
    many = Survey([Found("Pod", f"p{number:02}") for number in range(25)], [])
    with pytest.raises(NotEmpty, match="Pod p19, and 5 more"):
        refuse("ns", many)


def test_renewed_credentials_are_kept_and_another_namespace_has_another_guard() -> None:
    provider = NamespaceGuardProvider()
    state = provider.create({"kubeconfig": "old", "namespace": "ns", "mark": MARK}).outs or {}
    assert not provider.diff("ns", state, state).changes
    renewed = provider.diff("ns", state, {**state, "kubeconfig": "new"})
    assert (renewed.changes, renewed.replaces) == (True, [])
    assert (provider.update("ns", state, {**state, "kubeconfig": "new"}).outs or {})["kubeconfig"] == "new"
    assert provider.diff("ns", state, {**state, "namespace": "other"}).replaces == ["namespace"]
