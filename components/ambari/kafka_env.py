"""Surgery on the text of kafka-env: our block goes in, is recognised, comes out; all other bytes stay.

The text is a Jinja template that Ambari's agent renders and that a shell sources as user kafka at every
start, stop and service check of a broker (Ambari's kafka_broker.py). So the block holds nothing that Jinja
reads, works in a subshell of its own, prints nothing unless something is wrong, and leaves a file alone that
is right already.
"""

from __future__ import annotations

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

AdvertisedBy = Literal["block", "pasted", "nothing"]


def advertised_by(text: str) -> AdvertisedBy:
    """Who makes the broker advertise its address: our block unedited, a snippet pasted by hand, nobody.

    Both together count as nobody: they would have to agree.
    """
    blocks, pasted = _blocks(text), has_pasted(text)
    if len(blocks) == 1 and _same(text[slice(*blocks[0])], BLOCK) and not pasted:
        return "block"
    return "pasted" if pasted and not blocks else "nothing"


def has_pasted(text: str) -> bool:
    """Does a snippet pasted by hand advertise the address, be it beside our block?"""
    return bool(find_pasted(_outside(text)))


def block_in(text: str) -> str:
    """Our block as it stands in the text, whatever became of it; empty when it is not there."""
    return "\n".join(text[start:end].replace("\r\n", "\n") for start, end in _blocks(text))


def with_block(text: str) -> str:
    """The text with our block once, and without snippets that do the same.

    Raises ConfigurationConflict when only one of the block's two markers is left.
    """
    if advertised_by(text) == "block":
        return text
    blocks = _blocks(text)
    if len(blocks) == 1 and not has_pasted(text):
        start, end = blocks[0]
        return text[:start] + BLOCK + text[end:]
    return f"{without_block(text)}\n{BLOCK}\n"


def without_block(text: str) -> str:
    """The text as it was before `with_block`: without our block, and without snippets that do the same."""
    return without_pasted(_outside(text))


def _outside(text: str) -> str:
    for start, end in reversed(_blocks(text)):
        before, after = text[:start].removesuffix("\n"), text[end:].removeprefix("\r").removeprefix("\n")
        # Somebody else's line after the block must not be glued to the line before it.
        joint = "\n" if before and after and not before.endswith("\n") else ""
        text = before + joint + after
    return text


def _blocks(text: str) -> list[tuple[int, int]]:
    """Where blocks start and end, from the first marker's first character to the last marker's last."""
    found: list[tuple[int, int]] = []
    start: int | None = None
    offset = 0
    for line in text.split("\n"):
        if line.strip() == START:
            if start is not None:
                raise _torn()
            start = offset + line.index(START)
        elif line.strip() == END:
            if start is None:
                raise _torn()
            found.append((start, offset + line.index(END) + len(END)))
            start = None
        offset += len(line) + 1
    if start is not None:
        raise _torn()
    return found


def _torn() -> ConfigurationConflict:
    return ConfigurationConflict(
        "kafka-env holds one of the two markers of the block that advertises IP addresses, so its extent is "
        f"unknown. Remove what is left of it by hand in Ambari. The markers are '{START}' and '{END}'."
    )


def _same(left: str, right: str) -> bool:
    return left.replace("\r\n", "\n") == right
