"""What is said where programs in TypeScript and YAML can't run, and what CI makes of it."""

import re
import shutil
from collections.abc import Collection
from pathlib import Path

import pytest

from tools import languages

CHECKOUT = Path(__file__).resolve().parents[2]


def on_a_machine_with(programs: Collection[str], folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(folder))
    monkeypatch.setattr(shutil, "which", lambda name: f"/usr/bin/{name}" if name in programs else None)


@pytest.mark.parametrize(
    ("programs", "said"),
    [
        ({"go", "node"}, ["node and npm"]),
        ({"node", "npm"}, ["Go 1.25 or later"]),
        (set[str](), ["node and npm", "Go 1.25 or later"]),
        ({"node", "npm", "go"}, []),
        ({"node", "npm", *languages.HOSTS}, []),
    ],
)
def test_what_is_lacking_is_named(
    programs: Collection[str],
    said: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    on_a_machine_with(programs, tmp_path, monkeypatch)
    assert languages.main(["--check"]) == (1 if said else 0)
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == len(said)
    assert all(words in line for words, line in zip(said, lines, strict=True))


def test_installed_hosts_are_used_and_none_is_built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    on_a_machine_with(languages.HOSTS, tmp_path, monkeypatch)
    monkeypatch.setenv("PATH", "/usr/bin")
    assert languages.search_path() == "/usr/bin"
    assert list(tmp_path.iterdir()) == []


def test_a_build_makes_both_hosts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    recipe = tmp_path / "recipe"
    recipe.mkdir()
    (recipe / "build.sh").write_text(f'cd "$1" && touch {" ".join(languages.HOSTS)}\n')
    on_a_machine_with((), tmp_path / "cache", monkeypatch)
    monkeypatch.setattr(languages, "RECIPE", recipe)
    monkeypatch.setenv("PATH", "/usr/bin")
    folder, rest = languages.search_path().split(":")
    assert {path.name for path in Path(folder).iterdir()} == set(languages.HOSTS)
    assert rest == "/usr/bin"


def test_the_recipe_builds_the_hosts_that_are_looked_for() -> None:
    script = (languages.RECIPE / "build.sh").read_text()
    assert all(f'-o "$target/{host}"' in script for host in languages.HOSTS)


def test_make_test_and_the_other_targets_do_not_need_them() -> None:
    makefile = (CHECKOUT / "Makefile").read_text()
    [target] = [part for part in makefile.split("\n\n") if part.startswith("test: ")]
    assert re.search(r"addprefix --ignore=,[^)]*\$\(MORE\)[^)]* tests/languages\b", target)
    assert "tools.languages --check; then make test-languages; fi" in (CHECKOUT / ".ci" / "run").read_text()
