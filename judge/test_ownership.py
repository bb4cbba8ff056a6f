"""Ownership of a namespace and its objects: no other stack takes them over or deletes them."""

from dataclasses import replace

from judge.cluster_pair import ClusterPair
from judge.stack import Stack


def test_a_second_stack_is_refused_and_its_end_takes_nothing_away(clusters: ClusterPair) -> None:
    def scenario(first: Stack) -> str:
        first.settle()
        before = first.get("Deployment", "kafka-test-app")["metadata"]["uid"]
        second = replace(first, folder=first.folder.with_name(f"{first.folder.name}-second"), name="second")
        second.create()
        previewed = second.run("preview")
        assert previewed.status != 0
        assert second.up().status != 0
        second.destroy()
        assert first.get("Deployment", "kafka-test-app")["metadata"]["uid"] == before
        first.expect_no_changes()
        return "\n".join(previewed.errors)

    both = clusters.judge(scenario)
    assert "exists already, and this stack has not made it" in both.real
    assert both.real == both.emulated


def test_two_stacks_in_a_namespace_of_neither_leave_each_other_alone(clusters: ClusterPair) -> None:
    def scenario(first: Stack) -> str:
        first.cluster.create(_namespace(first.namespace))
        first.settings = replace(first.settings, namespace_exists=True)
        first.settle()
        second = replace(first, folder=first.folder.with_name(f"{first.folder.name}-second"), name="second")
        second.create()
        refused = second.up()
        assert refused.status != 0
        second.destroy()
        first.expect_no_changes()
        first.destroy()
        assert first.cluster.get("Namespace", "", first.namespace) is not None
        return "\n".join(refused.errors)

    both = clusters.judge(scenario)
    assert "exists already, and this stack has not made it" in both.real


def test_a_namespace_stays_while_somebody_else_s_object_is_in_it(clusters: ClusterPair) -> None:
    def scenario(stack: Stack) -> list[str]:
        stack.settle()
        notes = {
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "metadata": {"name": "notes", "namespace": stack.namespace},
        }
        stack.cluster.create(notes)
        kept = stack.run("destroy", "--yes", "--skip-preview")
        assert kept.status != 0
        assert stack.cluster.get("ConfigMap", stack.namespace, "notes") is not None
        stack.cluster.delete(notes)
        stack.destroy()
        assert stack.cluster.get("Namespace", "", stack.namespace) is None
        return kept.errors

    both = clusters.judge(scenario)
    assert "ConfigMap notes" in "\n".join(both.real)
    assert both.real == both.emulated


def _namespace(name: str) -> dict[str, object]:
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}
