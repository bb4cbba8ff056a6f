"""The page, which is one file but for what it has to know of this deployment, and the files beside it."""

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from pathlib import Path
from string import Template

from testapp.configuration.settings import ServeSettings

_FOLDER = Path(__file__).parent
# Listed, since what Python says of a name depends on its version and on the machine's own lists.
_TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}


@dataclass(frozen=True)
class StaticFile:
    """What is served under /static."""

    content: bytes
    content_type: str


def page(settings: ServeSettings) -> str:
    """The HTML, with the settings that the page says or needs."""
    return Template((_FOLDER / "index.html").read_text()).substitute(
        topic=escape(settings.topic),
        token="required" if settings.access_token else "none",
        reach="world" if settings.open_to_the_world else "private",
        max_bytes=settings.max_message_bytes,
    )


def static_files() -> Mapping[str, StaticFile]:
    """By name. They are small and few: a name that a client makes up never reaches the file system."""
    files = (_FOLDER / "static").iterdir()
    return {file.name: StaticFile(file.read_bytes(), _TYPES[file.suffix]) for file in files}
