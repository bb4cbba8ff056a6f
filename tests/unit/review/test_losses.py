"""What is lost: data, the way to brokers, protection."""

from review.text import text
from tests.unit.review.previews import AKS, KAFKA, STORAGE, TAGS, dangers, printed, reviewed, step

PEERING = "azure-native:network:VirtualNetworkPeering"


def test_a_peering_that_is_mended_is_no_loss() -> None:
    said = dangers(
        step("replace", PEERING, "hdinsight-to-aks", {}, {}),
        step("create", PEERING, "aks-to-hdinsight", None, {}),
    )
    assert said == [
        "No pod reaches a broker now, since a half of the peering is gone: aks-to-hdinsight. Both are made "
        "anew."
    ]
    [lost] = dangers(step("replace", PEERING, "hdinsight-to-aks", {}, {}))
    assert lost == "hdinsight-to-aks is replaced: pods reach no broker without both its halves."


def test_an_aks_cluster_that_is_replaced_leaves_no_page_for_a_time() -> None:
    [_, away] = [one for one in dangers(step("replace", AKS, "aks", TAGS, TAGS)) if "lets in" not in one]
    assert away.startswith("There is no page until there is a new AKS cluster")


def test_a_resource_that_is_protected_no_more_is_told() -> None:
    for op in ("same", "update"):
        bared = step(op, STORAGE, "kafka-storage", TAGS, TAGS)
        bared["oldState"]["protect"] = True
        assert dangers(bared) == [
            "kafka-storage is no longer protected: the next change may delete or replace it."
        ]
    bared["op"] = "delete"
    assert dangers(bared) == ["kafka-storage is deleted: what is stored in it is lost."]


def test_what_an_earlier_replacement_left_behind_is_told_apart_from_what_stays() -> None:
    old = step("refresh", KAFKA, "kafka-cluster", TAGS, TAGS)
    old["oldState"]["delete"] = True
    stays = step("refresh", KAFKA, "kafka-cluster", TAGS, TAGS)
    assert dangers(stays, old) == [
        "kafka-cluster was replaced earlier; the old one, if it still exists, is deleted: every topic "
        "with its messages and its consumers' offsets is lost."
    ]
    told = text(reviewed(printed(stays, old)))
    assert told.startswith("Preview of local: 1 deleted.\n")
    assert "  Deleted after an earlier replacement: kafka-cluster\n" in told
