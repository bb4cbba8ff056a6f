"""Which changes of inputs replace an object, and which the API server refuses."""

import copy

import pytest

from emulator.kubernetes.provider.differences import difference
from emulator.kubernetes.server.immutability import immutable_changes
from emulator.kubernetes.server.objects import (
    CONFIG_MAP,
    SECRET,
)
from emulator.providers.provider import UNKNOWN
from emulator.tests.kubernetes_inputs import (
    CONTAINER,
    changed,
    failure_policy,
)
from emulator.tests.kubernetes_world import deployment, job


@pytest.mark.parametrize("path", ["metadata", "metadata.name", "metadata.annotations"])
def test_an_object_of_a_name_unknown_yet_does_not_stand_in_the_way_of_the_old_one(path):
    old = {**deployment(), "metadata": {"name": "web", "annotations": {"pulumi.com/autonamed": "true"}}}
    found = difference(old, changed(old, path, UNKNOWN))
    assert found.changed != []
    assert found.delete_before_replace is False


def test_what_pulumi_replaces():
    web, work = deployment(), job("x")
    rolled = difference(web, changed(web, f"{CONTAINER}.image", "other"))
    assert (rolled.replace, rolled.changed) == ([], ["spec.template.spec.containers[0].image"])
    assert difference(work, changed(work, f"{CONTAINER}.image", "other")).replace
    assert not difference(work, changed(work, "spec.ttlSecondsAfterFinished", 5)).replace
    moved = difference(web, changed(web, "metadata.namespace", "elsewhere"))
    assert (moved.replace, moved.delete_before_replace) == (["metadata.namespace"], False)
    selected = difference(web, changed(web, "spec.selector.matchLabels.app", "other"))
    assert selected.delete_before_replace
    assert difference(web, copy.deepcopy(web)).changed == []


def test_content_is_replaced_unless_the_provider_may_change_it():
    settings = {"kind": CONFIG_MAP.name, "metadata": {"name": "x"}, "data": {"a": "1"}}
    other = changed(settings, "data.a", "2")
    assert difference(settings, other).replace == ["data.a"]
    assert difference(settings, other, [CONFIG_MAP.name]).replace == []
    fixed = changed(other, "immutable", True)
    assert difference(settings, fixed, [CONFIG_MAP.name]).replace == ["data.a"]
    keys = {"kind": SECRET.name, "metadata": {"name": "x"}, "type": "Opaque"}
    assert difference(keys, changed(keys, "type", "other"), [SECRET.name]).replace == ["type"]


def test_the_api_server_refuses_to_change_a_job_s_template():
    work = job("x")
    assert immutable_changes(work, changed(work, f"{CONTAINER}.image", "y")) != []
    assert immutable_changes(work, changed(work, "spec.parallelism", 2)) == []
    with_policy = changed(work, "spec.podFailurePolicy", failure_policy())
    assert immutable_changes(work, with_policy) == ["spec.podFailurePolicy"]
    # Pulumi's own table lacks it: it tries an update, which is refused.
    assert difference(work, with_policy).replace == []
