"""Whose objects of the cluster are: asked before each is made, in a preview as well."""

import asyncio
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pulumi
import pytest

from components import ownership
from components.ownership import NamespaceUnusable, NotOurs, Ownership, existing_namespace, path_of, uids
from tests.unit.api_server import Answers, kubeconfig, serving

STACK = "contoso/aks-kafka/production"
NAMESPACE = "/api/v1/namespaces/kafka-test"
SERVICE = f"{NAMESPACE}/services/kafka-test-app"


def owner(url: str, *remembered: str) -> Ownership:
    return Ownership(STACK, kubeconfig(url, token="t"), frozenset(remembered))


def inputs(kind: str = "Namespace", name: Any = "kafka-test", namespace: Any = None) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": kind, "metadata": {"name": name, "namespace": namespace}}


def create(ours: Ownership, new_inputs: Mapping[str, Any]) -> None:
    """What happens before the engine creates an object with these inputs."""

    args = pulumi.ResourceHookArgs(urn="", id="", name="", type="", new_inputs=new_inputs)
    asyncio.run(ours.refuse_others(args))


def found(uid: str = "u", **labels: str) -> dict[str, Any]:
    return {"kind": "Namespace", "metadata": {"name": "kafka-test", "uid": uid, "labels": labels}}


def marked(ours: Ownership) -> dict[str, Any]:
    item = found()
    item["metadata"]["labels"] = ours.labels
    return item


def test_a_mark_is_a_label_and_tells_stacks_apart() -> None:
    marks = {
        Ownership(stack, "").mark
        for stack in (STACK, "contoso/aks-kafka/dev", "fabrikam/aks-kafka/production", "contoso/a/production")
    }
    assert len(marks) == 4
    for mark in marks:
        # https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#syntax-and-character-set
        assert re.fullmatch(r"[A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?", mark)


def test_every_object_has_the_same_field_manager_which_the_api_takes() -> None:
    (manager,) = Ownership(STACK, "").annotations.values()
    assert Ownership(STACK, "other").annotations == Ownership(STACK, "").annotations
    assert len(manager) <= 128
    assert manager.isprintable()


def test_what_is_not_there_is_made() -> None:
    with serving({}) as server:
        create(owner(server.url), inputs())
    assert [path for path, *_ in server.asked] == [NAMESPACE]


def test_what_somebody_else_has_made_is_refused_with_what_to_do() -> None:
    with serving({NAMESPACE: found()}) as server, pytest.raises(NotOurs) as refused:
        create(owner(server.url), inputs())
    assert "the namespace kafka-test exists already" in str(refused.value)
    assert "pulumi config set --path namespace.existing kafka-test" in str(refused.value)


def test_an_object_that_nobody_needs_is_deleted_by_the_command_of_the_message() -> None:
    theirs = {
        "kind": "Service",
        "metadata": {"name": "kafka-test-app", "namespace": "kafka-test", "uid": "u"},
    }
    wanted = inputs("Service", "kafka-test-app", "kafka-test")
    with serving({SERVICE: theirs}) as server:
        with pytest.raises(NotOurs) as refused:
            create(owner(server.url), wanted)
        command = str(refused.value).rpartition("if nobody needs it: ")[2]
        told = re.fullmatch(r"kubectl delete (\S+) --namespace (\S+) (\S+)", command)
        assert told
        kind, namespace, name = told.groups()
        del server.answers[f"/api/v1/namespaces/{namespace}/{kind}s/{name}"]
        create(owner(server.url), wanted)


def test_what_another_stack_has_made_is_refused() -> None:
    other = Ownership("contoso/aks-kafka/dev", "")
    theirs = {
        "kind": "Service",
        "metadata": {"name": "kafka-test-app", "namespace": "kafka-test", "uid": "u", "labels": other.labels},
    }
    with serving({SERVICE: theirs}) as server, pytest.raises(NotOurs, match="the Service kafka-test-app"):
        create(owner(server.url), inputs("Service", "kafka-test-app", "kafka-test"))


def test_what_a_killed_run_of_this_stack_has_made_is_picked_up() -> None:
    with serving({}) as server:
        ours = owner(server.url)
        server.answers[NAMESPACE] = marked(ours)
        create(ours, inputs())


def test_what_is_in_the_state_is_ours_marked_or_not() -> None:
    with serving({NAMESPACE: found("remembered")}) as server:
        create(owner(server.url, "remembered"), inputs())


def test_what_is_not_known_yet_is_not_asked() -> None:
    with serving({}) as server:
        create(owner(server.url), inputs(name=pulumi.runtime.rpc.UNKNOWN))
        create(owner(server.url), {"apiVersion": "v1", "kind": "Namespace"})
    assert server.asked == []


@pytest.mark.parametrize("answers", [{NAMESPACE: 403}, None], ids=["not allowed", "unreachable"])
def test_a_preview_that_can_t_ask_says_so_and_a_deployment_stops(
    answers: Answers | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    warnings: list[str] = []
    monkeypatch.setattr(pulumi.log, "warn", warnings.append)
    with serving(answers or {}) as server:
        url = server.url if answers else "http://127.0.0.1:1"
        monkeypatch.setattr(pulumi.runtime, "is_dry_run", lambda: True)
        create(owner(url), inputs())
        monkeypatch.setattr(pulumi.runtime, "is_dry_run", lambda: False)
        with pytest.raises((ownership.ApiRefused, ownership.ApiUnreachable)):
            create(owner(url), inputs())
    (warning,) = warnings
    assert NAMESPACE in warning


@pytest.mark.parametrize(
    ("api_version", "kind", "path"),
    [
        ("apps/v1", "Deployment", "/apis/apps/v1/namespaces/n/deployments/o"),
        ("batch/v1", "Job", "/apis/batch/v1/namespaces/n/jobs/o"),
        ("v1", "Secret", "/api/v1/namespaces/n/secrets/o"),
        ("policy/v1", "PodDisruptionBudget", "/apis/policy/v1/namespaces/n/poddisruptionbudgets/o"),
        (
            "networking.k8s.io/v1",
            "NetworkPolicy",
            "/apis/networking.k8s.io/v1/namespaces/n/networkpolicies/o",
        ),
    ],
)
def test_each_kind_lies_where_the_api_has_it(api_version: str, kind: str, path: str) -> None:
    metadata = {"name": "o", "namespace": "n"}
    assert path_of({"apiVersion": api_version, "kind": kind, "metadata": metadata}) == path


def test_uids_are_those_of_objects_whatever_else_a_state_holds() -> None:
    state: dict[str, Mapping[str, Any]] = {
        "a": {"metadata": {"uid": "1"}},
        "b": {"metadata": "of something else"},
        "c": {"metadata": {"uid": None}},
        "d": {},
    }
    assert uids(state) == {"1"}


def existing(answers: Answers, *remembered: str) -> str | None:
    async def run() -> str | None:
        with serving(answers) as server:
            return await existing_namespace(owner(server.url, *remembered), "kafka-test").future()

    return asyncio.run(run())


def test_a_namespace_of_somebody_else_s_has_to_be_there() -> None:
    assert existing({NAMESPACE: found()}) == "kafka-test"
    with pytest.raises(NamespaceUnusable, match="has no such namespace"):
        existing({})


def test_the_name_of_a_namespace_is_no_secret_though_the_kubeconfig_is() -> None:
    async def is_secret() -> bool:
        with serving({NAMESPACE: found()}) as server:
            secretly = replace(
                owner(server.url), kubeconfig=pulumi.Output.secret(kubeconfig(server.url, token="t"))
            )
            return await existing_namespace(secretly, "kafka-test").is_secret()

    assert asyncio.run(is_secret()) is False


def test_whoever_may_not_look_at_the_namespace_itself_may_use_it() -> None:
    assert existing({NAMESPACE: 403}) == "kafka-test"


def test_a_namespace_of_this_stack_is_not_left_by_calling_it_somebody_else_s() -> None:
    with pytest.raises(NamespaceUnusable, match="this stack has made itself"):
        existing({NAMESPACE: found("remembered")}, "remembered")
