"""The field managers by which the emulated pulumi-kubernetes applies, also after a killed run."""

from pathlib import Path
from typing import Any, cast

import pytest

from emulator.kubernetes.server.ownership import owners_of
from emulator.providers.provider import UNKNOWN, ProviderError
from emulator.tests.kubernetes_provider import FIXED, LATER, Cluster, service, settings
from emulator.tests.kubernetes_world import deployment, job


@pytest.fixture
def cluster(tmp_path: Path) -> Cluster:
    return Cluster(tmp_path)


def test_every_resource_has_a_random_manager_that_the_state_keeps(cluster: Cluster) -> None:
    state = cluster.create(settings(a="1"))
    assert state["__fieldManager"].startswith("pulumi-kubernetes-")
    assert owners_of(cluster.get(settings())).keys() == {state["__fieldManager"]}
    other = cluster.create(service(80))
    assert other["__fieldManager"] != state["__fieldManager"]
    updated = cluster.update(state, settings(a="2"))
    assert updated["__fieldManager"] == state["__fieldManager"]
    assert owners_of(updated).keys() == {state["__fieldManager"]}


def test_a_killed_creation_leaves_its_manager_on_every_field(cluster: Cluster) -> None:
    cluster.create(settings(a="1", b="2"))
    state = cluster.create(settings(a="1", b="2"))
    updated = cluster.update(state, settings(a="1"))
    assert updated["data"] == {"a": "1", "b": "2"}
    # Nor does a refresh show it: the live object is looked at as far as the program declares it.
    assert cluster.read(updated, settings(a="1"))[0] == settings(a="1")


def test_a_killed_creation_makes_a_later_port_fail(cluster: Cluster) -> None:
    cluster.create(service(80))
    state = cluster.create(service(80))
    with pytest.raises(ProviderError, match=r'Service "web" is invalid: spec\.ports\[1\]\.name: Duplicate'):
        cluster.update(state, service(81))


def test_a_preview_of_an_update_tells_what_the_api_would_refuse_and_changes_nothing(cluster: Cluster) -> None:
    cluster.create(service(80))
    state = cluster.create(service(80))
    before = cluster.get(service())
    with pytest.raises(ProviderError, match="Duplicate value"):
        cluster.update(state, service(81), preview=True)
    cluster.update(state, service(80, annotations=LATER | {"a": "b"}), preview=True)
    unknown = {**service(81), "spec": UNKNOWN}
    assert cluster.update(state, unknown, preview=True)["spec"] is UNKNOWN
    assert cluster.get(service()) == before


def test_a_fixed_manager_forgets_nothing_of_a_killed_creation(cluster: Cluster) -> None:
    cluster.create(service(80, annotations=LATER | FIXED))
    state = cluster.create(service(80, annotations=LATER | FIXED))
    updated = cluster.update(state, service(81, annotations=LATER | FIXED))
    assert [port["port"] for port in updated["spec"]["ports"]] == [81]
    assert owners_of(updated).keys() == {"stack"}


def test_a_stack_that_gets_a_fixed_manager_gives_up_its_random_one(cluster: Cluster) -> None:
    state = cluster.create(settings(a="1", b="2"))
    updated = cluster.update(state, settings(FIXED, a="1"))
    assert owners_of(updated).keys() == {"stack"}
    assert updated["data"] == {"a": "1"}
    assert updated["__fieldManager"] == "stack"


def test_a_wait_in_vain_leaves_the_former_manager(cluster: Cluster) -> None:
    state = cluster.create({**deployment(), "metadata": deployment()["metadata"] | {"annotations": LATER}})
    fixed = {**deployment(), "metadata": deployment()["metadata"] | {"annotations": FIXED}}
    with pytest.raises(ProviderError, match="timed out waiting to be Ready") as refused:
        cluster.update(state, fixed)
    assert refused.value.partial is not None
    _, kept = refused.value.partial
    assert kept["__fieldManager"] == "stack"
    assert owners_of(cluster.get(fixed)).keys() == {state["__fieldManager"], "stack"}
    # The state knows the fixed one alone by now, so nobody gives the other up.
    skipping = {**fixed, "metadata": fixed["metadata"] | {"annotations": FIXED | LATER}}
    assert owners_of(cluster.update(kept, skipping)).keys() == {state["__fieldManager"], "stack"}


def test_a_conflict_is_told_and_leaves_the_object_alone(cluster: Cluster) -> None:
    first = cluster.create(settings(a="1"))
    with pytest.raises(ProviderError) as refused:
        cluster.create(settings(a="2"))
    assert "Server-Side Apply field conflict detected." in str(refused.value)
    name = first["__fieldManager"]
    assert f'Apply failed with 1 conflict: conflict with "{name}": .data.a' in str(refused.value)
    assert cluster.get(settings())["data"] == {"a": "1"}


@pytest.mark.parametrize(("setting", "annotation"), [(True, None), (False, "true")])
def test_a_conflict_may_be_forced(cluster: Cluster, setting: bool, annotation: str | None) -> None:
    cluster.create(settings(a="1"))
    cluster.force = setting
    annotations = {"pulumi.com/patchForce": annotation} if annotation else None
    assert cluster.create(settings(annotations, a="2"))["data"] == {"a": "2"}


def test_the_annotation_goes_before_the_provider_s_setting(cluster: Cluster) -> None:
    cluster.create(settings(a="1"))
    cluster.force = True
    with pytest.raises(ProviderError, match="field conflict"):
        cluster.create(settings({"pulumi.com/patchForce": "false"}, a="2"))


def test_a_job_of_the_same_name_with_another_template_is_refused(cluster: Cluster) -> None:
    annotated = {"annotations": LATER}
    first, second = job("succeed"), job("fail")
    cluster.create({**first, "metadata": first["metadata"] | annotated})
    cluster.force = True
    with pytest.raises(ProviderError, match=r'Job\.batch "work" is invalid: spec\.template: .*immutable'):
        cluster.create({**second, "metadata": second["metadata"] | annotated})


def test_the_same_job_again_is_taken_over(cluster: Cluster) -> None:
    inputs = {**job("succeed"), "metadata": job("succeed")["metadata"] | {"annotations": LATER}}
    uid = cluster.create(inputs)["metadata"]["uid"]
    assert cluster.create(inputs)["metadata"]["uid"] == uid


def test_what_exists_is_refused_where_the_provider_does_not_upsert(cluster: Cluster) -> None:
    cluster.create(settings(a="1"))
    cluster.upsert = False
    with pytest.raises(ProviderError, match='configmaps "settings" already exists'):
        cluster.create(settings(a="1"))


def test_a_refused_update_leaves_the_state_with_the_live_object(cluster: Cluster) -> None:
    cluster.create(settings(a="1"))
    mine = cluster.create(settings(b="1"))
    with pytest.raises(ProviderError) as refused:
        cluster.update(mine, settings(a="2", b="1"))
    assert refused.value.partial is not None
    identifier, kept = cast(tuple[str, Any], refused.value.partial)
    assert (identifier, kept["data"]) == ("default/settings", {"a": "1", "b": "1"})
