"""Merging folder trees by binds."""

import os
from pathlib import Path

from emulator.network.layout import Bound, NewFolder, NewLink, Step, merge


def steps(*sources: Path, hidden: str = "") -> list[Step]:
    return list(merge("/new", [str(source) for source in sources], lambda _source, name: name != hidden))


def tree(folder: Path, *files: str) -> Path:
    for file in files:
        path = folder / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("")
    return folder


def test_what_only_one_tree_has_is_bound_whole(tmp_path: Path) -> None:
    top = tree(tmp_path / "top", "app/main.py")
    machine = tree(tmp_path / "machine", "usr/bin/sh")

    assert steps(top, machine) == [
        Bound("/new/app", str(top / "app"), is_folder=True),
        Bound("/new/usr", str(machine / "usr"), is_folder=True),
    ]


def test_shared_folders_are_made_anew_with_the_upper_mode_and_their_entries_merged(tmp_path: Path) -> None:
    top = tree(tmp_path / "top", "usr/hdp/marker")
    machine = tree(tmp_path / "machine", "usr/bin/sh")
    (top / "usr").chmod(0o751)

    assert steps(top, machine) == [
        NewFolder("/new/usr", 0o751),
        Bound("/new/usr/hdp", str(top / "usr/hdp"), is_folder=True),
        Bound("/new/usr/bin", str(machine / "usr/bin"), is_folder=True),
    ]


def test_the_uppermost_file_wins(tmp_path: Path) -> None:
    top = tree(tmp_path / "top", "etc/hosts")
    middle = tree(tmp_path / "middle", "etc/hosts", "etc/passwd")
    machine = tree(tmp_path / "machine", "etc/hosts", "etc/passwd", "etc/group")

    assert steps(top, middle, machine)[1:] == [
        Bound("/new/etc/hosts", str(top / "etc/hosts"), is_folder=False),
        Bound("/new/etc/passwd", str(middle / "etc/passwd"), is_folder=False),
        Bound("/new/etc/group", str(machine / "etc/group"), is_folder=False),
    ]


def test_links_stay_links_even_broken_ones(tmp_path: Path) -> None:
    machine = tree(tmp_path / "machine", "usr/bin/sh")
    os.symlink("usr/bin", machine / "bin")
    os.symlink("/nowhere", machine / "broken")

    assert NewLink("/new/bin", "usr/bin") in steps(machine)
    assert NewLink("/new/broken", "/nowhere") in steps(machine)


def test_a_file_hides_folders_below_it_and_what_they_hide(tmp_path: Path) -> None:
    top = tree(tmp_path / "top", "opt/one")
    middle = tree(tmp_path / "middle", "opt")
    machine = tree(tmp_path / "machine", "opt/two")

    assert steps(top, middle, machine) == [Bound("/new/opt", str(top / "opt"), is_folder=True)]
    assert steps(middle, machine) == [Bound("/new/opt", str(middle / "opt"), is_folder=False)]


def test_entries_can_be_left_out_at_the_uppermost_level_only(tmp_path: Path) -> None:
    top = tree(tmp_path / "top", "etc/home")
    machine = tree(tmp_path / "machine", "home/me", "etc/passwd")

    targets = [step.target for step in steps(top, machine, hidden="home")]

    assert targets == ["/new/etc", "/new/etc/home", "/new/etc/passwd"]
