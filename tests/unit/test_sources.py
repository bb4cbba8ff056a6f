"""The digest of an image's sources: the same for the same sources, whatever else differs."""

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.sources import build_context, digest


def write(folder: Path, files: dict[str, str]) -> Path:
    for name, text in {"Dockerfile": "FROM scratch\n", **files}.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return folder


def test_same_sources_in_another_folder_at_another_time_are_the_same(tmp_path: Path) -> None:
    files = {"a.py": "1", "package/b.py": "2"}
    one, two = write(tmp_path / "one", files), write(tmp_path / "two", dict(reversed(files.items())))
    os.utime(two / "a.py", (0, 0))
    (two / "a.py").chmod(0o600)
    assert digest(one) == digest(two)


def test_content_path_and_program_bit_each_make_a_difference(tmp_path: Path) -> None:
    folder = write(tmp_path, {"a.py": "1"})
    seen = {digest(folder)}
    (folder / "a.py").chmod(0o755)
    seen.add(digest(folder))
    (folder / "a.py").write_text("2")
    seen.add(digest(folder))
    (folder / "a.py").rename(folder / "b.py")
    seen.add(digest(folder))
    (folder / "link").symlink_to("b.py")
    seen.add(digest(folder))
    (folder / "Dockerfile").write_text("FROM scratch\nUSER 1\n")
    seen.add(digest(folder))
    assert len(seen) == 6


def test_what_docker_ignores_makes_none(tmp_path: Path) -> None:
    folder = write(tmp_path, {"a.py": "1", ".dockerignore": "tests\n**/__pycache__\n"})
    before = digest(folder)
    write(folder, {"tests/test_a.py": "x", "__pycache__/a.pyc": "y", "deep/er/__pycache__/b.pyc": "z"})
    assert digest(folder) == before


@pytest.mark.parametrize(
    ("ignore", "left"),
    [
        ("", ["Dockerfile", "README.md", "a.py", "docs/README.md", "docs/deep/c.txt", "tests/test_a.py"]),
        ("# a.py\n\n  tests/  \n/docs", ["Dockerfile", "README.md", "a.py"]),
        ("*.md", ["Dockerfile", "a.py", "docs/README.md", "docs/deep/c.txt", "tests/test_a.py"]),
        ("**/*.md", ["Dockerfile", "a.py", "docs/deep/c.txt", "tests/test_a.py"]),
        ("docs/**/c.txt", ["Dockerfile", "README.md", "a.py", "docs/README.md", "tests/test_a.py"]),
        ("*\n!docs/*.md", ["Dockerfile", "docs/README.md"]),
        ("docs\n!docs/deep\n", ["Dockerfile", "README.md", "a.py", "docs/deep/c.txt", "tests/test_a.py"]),
        ("?.py\n[A-R]EADME.md", ["Dockerfile", "docs/README.md", "docs/deep/c.txt", "tests/test_a.py"]),
        ("Dockerfile\n*", ["Dockerfile"]),
        ("./a.py", ["Dockerfile", "README.md", "docs/README.md", "docs/deep/c.txt", "tests/test_a.py"]),
    ],
)
def test_dockerignore_means_what_it_means_to_docker(tmp_path: Path, ignore: str, left: list[str]) -> None:
    files = ["a.py", "README.md", "docs/README.md", "docs/deep/c.txt", "tests/test_a.py"]
    write(tmp_path, {**dict.fromkeys(files, ""), ".dockerignore": ignore})
    assert [path for path in build_context(tmp_path) if path != ".dockerignore"] == left


@given(st.text(alphabet="abc*?[]!\\/.\n #-", max_size=40))
def test_no_dockerignore_hides_the_dockerfile_or_itself(
    tmp_path_factory: pytest.TempPathFactory, text: str
) -> None:
    folder = write(tmp_path_factory.mktemp("context"), {"a/b.c": "", ".dockerignore": text})
    try:
        left = build_context(folder)
    except ValueError:
        return  # Docker refuses it as well.
    assert {"Dockerfile", ".dockerignore"} <= set(left)


def test_pattern_that_docker_refuses_is_refused_by_name(tmp_path: Path) -> None:
    folder = write(tmp_path, {".dockerignore": "a\n[z-a].py\n"})
    with pytest.raises(ValueError, match=r"'\[z-a\]\.py', which is no pattern"):
        digest(folder)


def test_folder_without_a_dockerfile_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="has no Dockerfile"):
        digest(tmp_path)
