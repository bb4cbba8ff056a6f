"""Reading a preview: what becomes of each resource, whatever steps say so."""

import pytest

from policy.preview import NoPreview
from review.differences import differences
from review.preview import Operation, read
from tests.unit.review.previews import ADVERTISING, JOB, preview, printed, step

DEPLOYMENT = "kubernetes:apps/v1:Deployment"
PASSWORD = "command:local:Command"


def test_lines_before_the_json_are_passed_over_and_the_stack_is_that_of_the_resources() -> None:
    assert preview(step("same", JOB, "check", {}, {})).stack == "local"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "error: no stack selected\n",
        "Previewing update (local):\n{",
        "null",
        "[]",
        "{}",
        '{"level": "info"}',
        '{"steps": 7}',
        '{"steps": [{"op": "create"}]}',
        '{"steps": [7]}',
    ],
)
def test_what_is_no_preview_is_said(text: str) -> None:
    with pytest.raises(NoPreview):
        read(text)


def test_lines_that_look_like_a_preview_are_passed_over() -> None:
    text = '{not JSON}\n{"level": "info"}\n' + printed(step("create", JOB, "check", None, {}))
    assert [change.name for change in read(text).changes] == ["check"]


def test_a_refresh_alone_changes_nothing() -> None:
    seen = preview(
        step("refresh", JOB, "check", {"a": 1}, {"a": 1}), step("same", JOB, "check", {"a": 1}, {"a": 1})
    )
    assert seen.changes == []
    assert len(seen.resources) == 1


def test_what_the_refresh_found_is_where_the_change_starts() -> None:
    [change] = preview(
        step("refresh", ADVERTISING, "ip", {"listeners": "old"}, {"listeners": "drifted"}),
        step("update", ADVERTISING, "ip", {"listeners": "drifted"}, {"listeners": "wanted"}),
    ).changes
    assert (change.operation, change.before["listeners"], change.after["listeners"]) == (
        Operation.UPDATE,
        "drifted",
        "wanted",
    )


def test_a_refresh_that_calls_its_step_an_update_is_none() -> None:
    seen = preview(
        step("update", DEPLOYMENT, "app", {"replicas": 2}, {"replicas": 3}),
        step("same", DEPLOYMENT, "app", {"replicas": 3}, {"replicas": 3}),
    )
    assert seen.changes == []


def test_what_is_gone_is_created_again() -> None:
    [change] = preview(
        step("delete", JOB, "check", {"a": 1}), step("create", JOB, "check", None, {"a": 1})
    ).changes
    assert change.operation is Operation.CREATE


@pytest.mark.parametrize(
    "order", [("create-replacement", "replace", "delete-replaced"), ("delete-replaced", "replace")]
)
def test_the_steps_of_a_replacement_are_one_change(order: tuple[str, ...]) -> None:
    steps = [
        step(op, JOB, "check", {"a": 1}, None if op == "delete-replaced" else {"a": 2})
        for op in ("refresh", *order)
    ]
    [change] = preview(*steps).changes
    assert (change.operation, change.before, change.after) == (Operation.REPLACE, {"a": 1}, {"a": 2})


def test_what_is_deleted_has_no_inputs_afterwards() -> None:
    [change] = preview(
        step("refresh", JOB, "check", {"a": 1}, {"a": 1}), step("delete", JOB, "check", {"a": 1})
    ).changes
    assert (change.operation, change.after) == (Operation.DELETE, {})


def test_what_an_earlier_replacement_left_behind_is_apart_from_what_is_there() -> None:
    left = step("refresh", JOB, "check", {"a": 1}, {"a": 1})
    left["oldState"]["delete"] = True
    seen = preview(left, step("refresh", JOB, "check", {"a": 2}, {"a": 2}), left)
    assert [(change.operation, change.before) for change in seen.leftovers] == [
        (Operation.DELETE, {"a": 1})
    ] * 2
    assert [(change.operation, change.before) for change in seen.resources] == [(Operation.NOTHING, {"a": 2})]


@pytest.mark.parametrize("op", ["same", "read", "read-replacement", "refresh", "diff", "extend-parameterize"])
def test_steps_that_do_nothing_are_no_change(op: str) -> None:
    assert preview(step(op, JOB, "check", {"a": 1}, {"a": 1})).changes == []


@pytest.mark.parametrize(
    ("op", "operation"),
    [
        ("import", Operation.IMPORT),
        ("import-replacement", Operation.REPLACE),
        ("remove-pending-replace", Operation.DELETE),
        ("discard", Operation.FORGET),
        ("of a later Pulumi", Operation.UNKNOWN),
    ],
)
def test_every_other_step_is_one(op: str, operation: Operation) -> None:
    [change] = preview(step(op, JOB, "check", {"a": 1}, {"a": 2})).changes
    assert (change.operation, change.steps) == (operation, [op])


def test_a_type_is_that_of_the_urn_where_no_state_tells() -> None:
    type_ = "aks-kafka:index:Kafka$azure-native:hdinsight/v20240801preview:Cluster"
    urn = f"urn:pulumi:local::aks-kafka::{type_}::kafka-cluster"
    [change] = preview({"op": "delete", "urn": urn}).changes
    assert change.type == "azure-native:hdinsight:Cluster"


def test_a_secret_differs_where_the_engine_says_so() -> None:
    secrets = {"stdin": "[secret]", "other": "[secret]"}
    [change] = preview(step("update", PASSWORD, "password", secrets, secrets, diffReasons=["stdin"])).changes
    assert [difference.path for difference in differences(change)] == ["stdin"]
    [nested] = preview(
        step("update", DEPLOYMENT, "app", {"data": {"a": "[secret]", "b": "[secret]"}},
             {"data": {"a": "[secret]", "b": "[secret]"}}, detailedDiff={"data.a": {"kind": "update"}},
             diffReasons=["data"]),
    ).changes  # fmt: skip
    assert [difference.path for difference in differences(nested)] == ["data.a"]
    whole = {"data": "[secret]", "other": "[secret]"}
    detailed = {"data.a": {"kind": "update"}, "data.b": {"kind": "update"}}
    [hidden] = preview(step("update", DEPLOYMENT, "app", whole, whole, detailedDiff=detailed)).changes
    assert [difference.path for difference in differences(hidden)] == ["data.a", "data.b"]


def test_a_secret_in_a_list_is_found_by_the_number_that_the_engine_gives_it() -> None:
    env = {"env": [{"name": name, "value": "[secret]"} for name in ("A", "B")], "args": ["x", "[secret]"]}
    detailed = {"env[1].value": {"kind": "update"}, "args[1]": {"kind": "update"}}
    [change] = preview(step("update", DEPLOYMENT, "app", env, env, detailedDiff=detailed)).changes
    assert [difference.path for difference in differences(change)] == ["args[1]", "env[B].value"]
    [other] = preview(step("update", DEPLOYMENT, "app", env, env, diffReasons=["other"])).changes
    assert differences(other) == []


def test_items_of_a_list_are_compared_by_their_names() -> None:
    [change] = preview(
        step(
            "update",
            DEPLOYMENT,
            "app",
            {"env": [{"name": "A", "value": "1"}, {"name": "B", "value": "2"}]},
            {"env": [{"name": "B", "value": "3"}, {"name": "A", "value": "1"}]},
        )
    ).changes
    [difference] = differences(change)
    assert (difference.path, difference.before, difference.after) == ("env[B].value", "2", "3")


def test_what_kubernetes_and_pulumi_write_for_themselves_is_no_difference() -> None:
    before = {
        "status": {"phase": "a"},
        "metadata": {"resourceVersion": "1", "labels": {"a": "b"}},
        "__inputs": 1,
    }
    after = {
        "status": {"phase": "b"},
        "metadata": {"resourceVersion": "2", "labels": {"a": "c"}},
        "__inputs": 2,
    }
    [change] = preview(step("update", DEPLOYMENT, "app", before, after)).changes
    assert [difference.path for difference in differences(change)] == ["metadata.labels.a"]


def test_messages_are_told_once_and_by_their_weight() -> None:
    said = [
        {"severity": "warning", "message": "warning: open\n"},
        {"severity": "warning", "message": "open"},
        {"severity": "info", "message": "hello"},
        {"severity": "error", "message": "wrong"},
    ]
    read_one = read(printed(diagnostics=said))
    assert (read_one.warnings, read_one.errors) == (["open"], ["wrong"])
    failed = {"severity": "error", "message": "error: preview failed\n"}
    assert read(printed(diagnostics=[*said, failed])).errors == ["wrong"]
    assert read(printed(diagnostics=[failed])).errors == ["preview failed"]
