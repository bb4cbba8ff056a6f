"""What the image installs is what the app asks for, each file by its hash."""

import re
from typing import Any

from tools import lock
from tools.pythons import PYTHONS


def report(**digests: str) -> dict[str, Any]:
    return {
        "install": [
            {
                "metadata": {"name": name, "version": "1.0"},
                "download_info": {"archive_info": {"hashes": {"sha256": digest}}},
            }
            for name, digest in digests.items()
        ]
    }


def test_each_requirement_holds_the_hashes_of_every_processor_s_file_once() -> None:
    text = lock.locked([report(B_b="b1", a="a1"), report(B_b="b2", a="a1")])
    assert text == lock.HEADER + (
        "a==1.0 \\\n    --hash=sha256:a1\nb-b==1.0 \\\n    --hash=sha256:b1 \\\n    --hash=sha256:b2\n"
    )
    assert lock.missing("b_b==1.0\na==1.0", text) == []
    assert lock.missing("b_b==1.1\nc==1.0", text) == ["b-b==1.1", "c==1.0"]


def test_the_app_s_requirements_are_locked_in_the_versions_that_tests_run_with() -> None:
    text = lock.LOCKED.read_text()
    assert lock.missing(lock.WANTED.read_text(), text) == []
    assert lock.missing(" ".join(re.findall(r"^(\S+==\S+)", text, re.MULTILINE)), _normal_constraints()) == []
    assert re.findall(r"==\S+ *$", text, re.MULTILINE) == [], "a requirement without a hash"


def test_wheels_are_locked_for_every_python_that_a_machine_may_have() -> None:
    hashes = re.findall(r"^(\S+)==\S+((?: \\\n +--hash=sha256:\w+)+)$", lock.LOCKED.read_text(), re.MULTILINE)
    counts = {name: found.count("--hash") for name, found in hashes}
    # One wheel in pure Python, or one of each Python for each processor.
    assert set(counts.values()) == {1, len(PYTHONS) * len(lock.PROCESSORS)}, counts


def _normal_constraints() -> str:
    lines = lock.CONSTRAINTS.read_text().splitlines()
    return "\n".join(re.sub(r"[-_]+", "-", line).lower() for line in lines)
