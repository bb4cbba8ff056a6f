# >>> This broker advertises its IP address: managed by Pulumi, edits are undone >>>
# Name resolution does not cross a network peering: clients there need an address instead of a name.
# Brokers keep advertising names on a listener of their own (inter.broker.listener.name), and on one with TLS
# whose host in Ambari is still localhost: their certificates may hold nothing but names.
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
  advertise='
    function property(line,    key) {
      gsub(/\\/, "", line)
      key = line
      sub(/[=: \t\f].*/, "", key)
      line = substr(line, length(key) + 1)
      sub(/^[ \t\f]*[=:]?[ \t\f]*/, "", line)
      values[key] = line
      return key
    }
    function finish() {
      if (comment || property(joined) != "advertised.listeners") print lines
      lines = joined = ""
    }
    function entry(text,    at, label, host, port) {
      gsub(/[ \t\f\r]/, "", text)
      at = index(text, "://")
      label = toupper(substr(text, 1, at - 1))
      host = substr(text, at + 3)
      match(host, /:[0-9]*$/)
      port = substr(host, RSTART)
      host = substr(host, 1, RSTART - 1)
      if (label in internal) host = host ~ anywhere ? name : host
      else if (host ~ anywhere || tolower(host) == tolower(name)) host = address
      return text == "" ? "" : substr(text, 1, at + 2) host port
    }
    {
      part = $0
      sub(/\r$/, "", part)
      sub(/^[ \t\f]+/, "", part)
      comment = lines == "" && part ~ /^[#!]/
      lines = lines (lines == "" ? "" : "\n") $0
      if (!comment && match(part, /\\+$/) && RLENGTH % 2) joined = joined substr(part, 1, length(part) - 1)
      else { joined = joined part; finish() }
    }
    END {
      if (lines != "") { finish(); print "" }
      anywhere = "^(localhost|0[.]0[.]0[.]0|[[]?(::|0:0:0:0:0:0:0:0)[]]?)?$"
      if (name == "" || name ~ /^localhost/) name = address
      listening = values["listeners"] == "" ? "PLAINTEXT://:9092" : values["listeners"]
      advertised = values["advertised.listeners"] == "" ? listening : values["advertised.listeners"]
      control = toupper(values["control.plane.listener.name"])
      brokers = between = toupper(values["inter.broker.listener.name"])
      if (brokers ~ /^(SASL_)?(PLAINTEXT|SSL)$/) brokers = ""
      if (between == "") between = toupper(values["security.inter.broker.protocol"])
      protocol = between
      count = split(values["listener.security.protocol.map"], entries, ",")
      for (i = 1; i <= count; i++) {
        gsub(/[ \t\f\r]/, "", entries[i])
        split(entries[i], pair, ":")
        if (toupper(pair[1]) == between) protocol = pair[2]
      }
      count = split(listening, entries, ",")
      for (i = 1; i <= count; i++) {
        host = entries[i]
        gsub(/[ \t\f\r]/, "", host)
        label = toupper(substr(host, 1, index(host, "://") - 1))
        host = substr(host, index(host, "://") + 3)
        sub(/:[0-9]*$/, "", host)
        if (label == between && protocol ~ /SSL$/ && host !~ anywhere) internal[label]
        if (label != "" && label != brokers && label != control) internal[brokers]
      }
      internal[control]
      delete internal[""]
      count = split(advertised, entries, ",")
      for (i = 1; i <= count; i++)
        if (text = entry(entries[i])) told = told (told == "" ? "" : ",") text
      print "advertised.listeners=" told
    }'
  for folder in /usr/hdp/current/kafka-broker/conf /usr/hdp/current/kafka-broker/config; do
    properties=$(readlink -f "$folder/server.properties") || continue
    [ -w "$properties" ] || continue
    name=$(hostname -f 2>/dev/null)
    set -- LC_ALL=C awk -v "address=$address" -v "name=$name" "$advertise" "$properties"
    env "$@" | cmp -s - "$properties" && continue
    changed=$properties.advertised.$$
    cp -p "$properties" "$changed" && env "$@" > "$changed" &&
      mv -f "$changed" "$properties" || rm -f "$changed"
  done
) || true
# <<< This broker advertises its IP address <<<