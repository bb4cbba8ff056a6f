"""Builds are made once for all checkouts of a user, and anew when what they are built of changes."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tools.build_cache import build_once, cache_folder, place_of

CHECKOUT = Path(__file__).resolve().parents[2]


@pytest.fixture
def recipe(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """One that notes each build in the file `builds` beside it."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    folder = tmp_path / "recipe"
    folder.mkdir()
    (folder / "build.sh").write_text('echo >> "$(dirname "$0")/../builds"; echo built > "$1/program"\n')
    return folder


def builds(recipe: Path) -> int:
    return len((recipe.parent / "builds").read_text().splitlines())


def test_the_second_to_ask_gets_the_first_one_s_build(recipe: Path) -> None:
    place = build_once("thing", recipe)
    assert (place / "program").read_text() == "built\n"
    assert build_once("thing", recipe) == place == place_of("thing", recipe)
    assert builds(recipe) == 1


def test_a_copy_of_the_recipe_has_the_same_build(recipe: Path, tmp_path: Path) -> None:
    copy = tmp_path / "another checkout" / "recipe"
    copy.mkdir(parents=True)
    (copy / "build.sh").write_bytes((recipe / "build.sh").read_bytes())
    assert place_of("thing", copy) == place_of("thing", recipe)


def test_another_content_or_another_name_of_a_file_is_another_recipe(recipe: Path) -> None:
    places = [place_of("thing", recipe)]
    (recipe / "go.mod").write_text("module one\n")
    places.append(place_of("thing", recipe))
    (recipe / "go.mod").write_text("module two\n")
    places.append(place_of("thing", recipe))
    (recipe / "go.mod").rename(recipe / "go.sum")
    places.append(place_of("thing", recipe))
    assert len(set(places)) == 4


def test_a_build_that_fails_leaves_nothing_that_is_taken_for_one(recipe: Path) -> None:
    (recipe / "build.sh").write_text('echo half > "$1/program"; exit 1\n')
    place = place_of("thing", recipe)
    with pytest.raises(subprocess.CalledProcessError):
        build_once("thing", recipe)
    assert not place.exists()
    assert [path.suffix for path in place.parent.iterdir()] == [".lock"]


def test_what_a_killed_build_left_is_neither_taken_nor_kept(recipe: Path) -> None:
    (recipe / "build.sh").write_text(
        'test -e "$1/half" && exit 1\n'
        'touch "$1/half"\n'
        'test -e "$(dirname "$0")/../undisturbed" || kill -9 $PPID\n'
    )
    builder = f"from tools.build_cache import *; build_once('thing', Path({str(recipe)!r}))"
    killed = subprocess.run([sys.executable, "-c", builder], cwd=CHECKOUT, check=False)
    assert killed.returncode == -signal.SIGKILL
    assert not place_of("thing", recipe).exists()
    (recipe.parent / "undisturbed").touch()
    place = build_once("thing", recipe)
    assert {path.name for path in place.parent.iterdir()} == {place.name, f"{place.name}.lock"}


def test_the_cache_is_the_user_s(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/somebody")
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    assert cache_folder() == Path("/home/somebody/.cache/aks-kafka")
    monkeypatch.setenv("XDG_CACHE_HOME", "relative")
    assert cache_folder() == Path("/home/somebody/.cache/aks-kafka")
    monkeypatch.setenv("XDG_CACHE_HOME", "/fast/cache")
    assert cache_folder() == Path("/fast/cache/aks-kafka")
