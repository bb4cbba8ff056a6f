"""The blocks in kafka-env that earlier versions of this program wrote, each verbatim.

A cluster that has one keeps it until its configuration has to be saved for another reason: a new version of
this program restarts nobody. Each advertises PLAINTEXT on 9092 and nothing else, whatever `listeners` says.
"""

EARLIER_BLOCKS = (
    r"""# >>> This broker advertises its IP address: managed by Pulumi, edits are undone >>>
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
      { grep -v '^[[:space:]]*advertised[.]listeners' "$properties"; echo "$listeners"; } > "$changed" &&
      mv -f "$changed" "$properties" || rm -f "$changed"
  done
) || true
# <<< This broker advertises its IP address <<<""",
)
