"""Surgery on the text of kafka-env: our block goes in, is recognised, comes out; all other bytes stay.

The text is a Jinja template that Ambari's agent renders and that a shell sources as user kafka at every
start, stop and service check of a broker (Ambari's kafka_broker.py). So the block holds nothing that Jinja
reads, works in a subshell of its own, prints nothing unless something is wrong, and leaves a file alone that
is right already.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import accumulate
from typing import Literal

from .errors import ConfigurationConflict
from .pasted_snippet import find_pasted, without_pasted

START = "# >>> This broker advertises its IP address: managed by Pulumi, edits are undone >>>"
END = "# <<< This broker advertises its IP address <<<"

# `hostname -i` may print several addresses: 127.0.1.1 where /etc/hosts says so, IPv6, link-local ones. The
# first routable IPv4 address of those is what the node's name stands for inside its network; `hostname -I`
# (all interfaces, in no promised order) is only asked when there is none.
BLOCK = rf"""{START}
# Name resolution does not cross a network peering: clients there need an address instead of a name.
(
  set +eu
  unset IFS
  address=
  for candidate in $(hostname -i 2>/dev/null) $(hostname -I 2>/dev/null); do
    case $candidate in
      *[!0-9.]* | 0.* | 127.* | 169.254.*) ;;
      *.*.*.*) address=$candidate; break ;;
    esac
  done
  if [ -z "$address" ]; then
    echo "kafka-env: hostname -i knows no IPv4 address to advertise; server.properties stays as it is" >&2
    exit 0
  fi
  listeners="advertised.listeners=PLAINTEXT://$address:9092"
  for folder in /usr/hdp/current/kafka-broker/conf /usr/hdp/current/kafka-broker/config; do
    properties=$(readlink -f "$folder/server.properties") || continue
    [ -w "$properties" ] || continue
    [ "$(grep '^[[:space:]]*advertised[.]listeners' "$properties")" = "$listeners" ] && continue
    changed=$properties.advertised.$$
    cp -p "$properties" "$changed" &&
      {{ grep -v '^[[:space:]]*advertised[.]listeners' "$properties"; echo "$listeners"; }} > "$changed" &&
      mv -f "$changed" "$properties" || rm -f "$changed"
  done
) || true
{END}"""

_BODY = [line.strip() for line in BLOCK.split("\n")][1:-1]
AdvertisedBy = Literal["block", "pasted", "nothing"]


def advertised_by(text: str) -> AdvertisedBy:
    """Who makes the broker advertise its address: our block unedited, a snippet pasted by hand, nobody.

    Both together count as nobody: they would have to agree.
    """
    blocks, torn = _blocks(text)
    pasted = has_pasted(text)
    if len(blocks) == 1 and _same(text[slice(*blocks[0])], BLOCK) and not pasted and not torn:
        return "block"
    return "pasted" if pasted and not blocks else "nothing"


def has_pasted(text: str) -> bool:
    """Does a snippet pasted by hand advertise the address, be it beside our block?"""
    blocks, torn = _blocks(text)
    # What is left of a torn block does part of what a snippet does.
    return not torn and bool(find_pasted(_outside(text, blocks)))


def block_in(text: str) -> str:
    """Our block as it stands in the text, whatever became of it; empty when it is not there."""
    blocks, torn = _blocks(text)
    whole = [text[start:end].replace("\r\n", "\n") for start, end in blocks]
    return "\n".join(whole + [f"{marker}\n# and its other marker is gone" for marker in torn])


def with_block(text: str) -> str:
    """The text with our block once, and without snippets that do the same.

    Raises ConfigurationConflict when nothing tells where the block ends: one marker is gone, and lines too.
    """
    if advertised_by(text) == "block":
        return text
    blocks = _extents(text)
    if len(blocks) == 1 and not has_pasted(text):
        start, end = blocks[0]
        return text[:start] + BLOCK + text[end:]
    return f"{without_block(text)}\n{BLOCK}\n"


def without_block(text: str) -> str:
    """The text as it was before `with_block`: without our block, and without snippets that do the same."""
    return without_pasted(_outside(text, _extents(text)))


def _outside(text: str, blocks: list[tuple[int, int]]) -> str:
    for start, end in reversed(blocks):
        before, after = text[:start].removesuffix("\n"), text[end:].removeprefix("\r").removeprefix("\n")
        # Somebody else's line after the block must not be glued to the line before it.
        joint = "\n" if before and after and not before.endswith("\n") else ""
        text = before + joint + after
    return text


def _extents(text: str) -> list[tuple[int, int]]:
    blocks, torn = _blocks(text)
    if torn:
        raise ConfigurationConflict(
            "kafka-env holds one of the two markers of the block that advertises IP addresses, and not all "
            "of the block's lines, so its extent is unknown. Remove what is left of it by hand in Ambari. "
            f"The markers are '{START}' and '{END}'."
        )
    return blocks


def _blocks(text: str) -> tuple[list[tuple[int, int]], list[str]]:
    """Where blocks start and end, and the markers of torn ones, whose extent nothing tells.

    A block reaches from one marker's first character to the other's last, or over all of its lines but
    a marker: whoever deletes that one alone leaves no doubt about the rest.
    """
    lines = text.split("\n")
    stripped = [line.strip() for line in lines]
    found: list[tuple[int, int]] = []
    torn: list[str] = []
    for first, last in _pairs(stripped):
        if first is not None and last is not None:
            found.append((first, last))
        elif first is not None and stripped[first + 1 : first + 1 + len(_BODY)] == _BODY:
            found.append((first, first + len(_BODY)))
        elif last is not None and stripped[max(0, last - len(_BODY)) : last] == _BODY:
            found.append((last - len(_BODY), last))
        else:
            torn.append(START if last is None else END)
    offsets = accumulate((len(line) + 1 for line in lines), initial=0)
    extents = [
        (offset + len(line) - len(line.lstrip()), offset + len(line.rstrip()))
        for offset, line in zip(offsets, lines, strict=False)
    ]
    return [(extents[first][0], extents[last][1]) for first, last in found], torn


def _pairs(lines: list[str]) -> Iterator[tuple[int | None, int | None]]:
    """The lines of each START and of the END after it; None for the one that is missing."""
    start: int | None = None
    for number, line in enumerate(lines):
        if line == START:
            if start is not None:
                yield start, None
            start = number
        elif line == END:
            yield start, number
            start = None
    if start is not None:
        yield start, None


def _same(left: str, right: str) -> bool:
    return left.replace("\r\n", "\n") == right
