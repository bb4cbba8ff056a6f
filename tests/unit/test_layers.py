"""Who may know of whom."""

import re
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]
PROGRAM = [CHECKOUT / "__main__.py", *(CHECKOUT / "components").rglob("*.py")]
APP = [path for path in (CHECKOUT / "app").rglob("*") if path.suffix in {".py", ".js", ".html", ".txt"}]


def test_neither_program_nor_app_knows_that_azure_can_be_emulated() -> None:
    files = [*PROGRAM, *APP, CHECKOUT / "app" / "Dockerfile"]
    knowing = [path for path in files if re.search("emulat|stand-in", path.read_text(), re.IGNORECASE)]
    assert [str(path.relative_to(CHECKOUT)) for path in knowing] == []
