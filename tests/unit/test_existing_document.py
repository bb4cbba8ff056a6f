"""docs/existing.md lists what is adopted, what is asked and what is refused: as the program does."""

import re
from collections.abc import Mapping
from typing import Any

import pytest

from components.existing import read_existing
from components.settings import Settings, WrongSettings
from components.settings.validation.mistakes import Mistake
from tests.unit.configurations import ALL_EXISTS, encoded
from tests.unit.existing_site import Site, in_shop
from tests.unit.recording import deploy
from tests.unit.test_main import CHECKOUT, run
from tests.unit.wrong_surroundings import AKS, FOUND, NEW, NODES, THEIR_SUBNET

DOCUMENT = (CHECKOUT / "docs" / "existing.md").read_text()
OF_A_NEW_CLUSTER = ("kafkaClusterName", "storageAccountName", "ambariSourceRanges", "sshPublicKey")


def without(*names: str) -> dict[str, Any]:
    return {name: value for name, value in NEW.items() if name not in names}


ADOPTING: Mapping[str, Mapping[str, Any]] = {
    "group": {**NEW, "group": {"existing": {"name": "theirs"}}},
    "kafka": {
        **without(*OF_A_NEW_CLUSTER),
        "aksApiSourceRanges": ["203.0.113.7/32"],
        "kafka": in_shop("brokers"),
    },
    "aks": AKS,
    "registry": {**without("registryName"), "aks": in_shop("k8s"), "registry": in_shop("images")},
    "hdinsightNetwork": THEIR_SUBNET,
    "aksNetwork": {**NEW, "aksNetwork": NODES},
}
"""Settings that adopt this one resource; whether nodes may pull is asked where AKS exists too."""


def rows(heading: str) -> list[list[str]]:
    """The cells of the table that begins with this heading."""
    table = DOCUMENT[DOCUMENT.index(f"| {heading} |") :].partition("\n\n")[0].splitlines()[2:]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in table]


FIRST, SECOND = rows("setting | is used for, and gets"), rows("setting | refused where it")


def named(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)


def settings_of(values: Mapping[str, Any]) -> Settings:
    plain = {name.removeprefix("aks-kafka:"): value for name, value in encoded(values).items()}
    return Settings.parse(plain, {"ambariPassword"}, stack="test")


def asked(values: Mapping[str, Any]) -> set[str]:
    """The functions and commands by which a preview reads what exists."""
    site = Site()
    deploy(lambda: read_existing(settings_of(values)), answers=site.answers())
    calls = [(name, given) for name, given in site.calls if name != "getClientConfig"]
    return {given["command"].partition(" --")[0] if name == "run" else name for name, given in calls}


def mistakes() -> list[Mistake]:
    """Every mistake in what exists, or beside it."""
    found: list[Mistake] = []
    for change, values in (case for cases in FOUND.values() for case in cases):
        site = Site()
        change(site)
        with pytest.raises(WrongSettings) as raised:
            deploy(lambda: read_existing(settings_of(values)), answers=site.answers())  # noqa: B023
        found += raised.value.mistakes
    premium = Site()
    premium.kafka["tier"] = "Premium"
    with pytest.raises(WrongSettings) as raised:
        run(encoded(ALL_EXISTS), premium.answers())
    return [*found, *raised.value.mistakes]


def test_every_setting_that_adopts_has_a_row() -> None:
    adopting = [
        str(field.alias)
        for field in Settings.model_fields.values()
        if "NewOrExisting" in str(field.annotation)
    ]
    assert [name for row in FIRST for name in named(row[0])] == adopting
    assert set(ADOPTING) == set(adopting)


@pytest.mark.parametrize("row", FIRST, ids=lambda row: row[0])
def test_the_row_has_all_that_a_preview_asks(row: list[str]) -> None:
    [name] = named(row[0])
    also = asked(AKS) if name == "registry" else set()
    assert set(named(row[2])) == asked(ADOPTING[name]) - also


def test_the_tables_have_all_that_is_refused_and_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(CHECKOUT)
    cells = [(row[0], row[3]) for row in FIRST] + [(row[0], row[1]) for row in SECOND]
    listed = {(name, rule) for names, rules in cells for name in named(names) for rule in rules.split("<br>")}
    said = [(re.split(r"[.\[]", mistake.setting)[0], mistake.rule) for mistake in mistakes()]
    unlisted = [
        f"{name} {rule}"
        for name, rule in said
        if not any(name == of and rule.startswith(begins) for of, begins in listed)
    ]
    assert unlisted == []
    rules = [rule for _, rule in said]
    assert [begins for _, begins in listed if not any(rule.startswith(begins) for rule in rules)] == []
