"""The page, which is one file but for what it has to know of this deployment."""

from html import escape
from pathlib import Path
from string import Template

from testapp.settings import ServeSettings

STATIC = Path(__file__).parent / "static"
_PAGE = Path(__file__).parent / "index.html"


def page(settings: ServeSettings) -> str:
    """The HTML, with the settings that the page says or needs."""
    return Template(_PAGE.read_text()).substitute(
        topic=escape(settings.topic),
        token="required" if settings.access_token else "none",
        reach="world" if settings.open_to_the_world else "private",
        max_bytes=settings.max_message_bytes,
    )
