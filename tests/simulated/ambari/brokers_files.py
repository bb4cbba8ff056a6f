"""Files server.properties as Ambari's agent may leave them on a node, for hypothesis."""

from dataclasses import dataclass

from hypothesis import strategies as st

NAME = "wn0-mykafk.example.internal"
ADDRESS = "10.10.0.6"
PROTOCOLS = ("PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL")
OWN_NAMES = ("CLIENTS", "BROKERS", "control_plane")
HOSTS = (
    "localhost",
    "0.0.0.0",
    "",
    "[::]",
    "127.0.0.1",
    "[::1]",
    "10.9.9.9",
    "kafka.example.org",
    "[fd00::7]",
)


@dataclass(frozen=True)
class BrokersFile:
    """`properties` are what somebody has set in Ambari, `text` what stands on the node."""

    properties: dict[str, str]
    text: str


@st.composite
def consistent_properties(draw: st.DrawFn) -> dict[str, str]:
    """Listeners with which a broker starts."""
    names = draw(st.lists(st.sampled_from([*PROTOCOLS, *OWN_NAMES]), min_size=1, max_size=6, unique=True))
    protocols = {name: name if name in PROTOCOLS else draw(st.sampled_from(PROTOCOLS)) for name in names}
    ports = draw(st.lists(st.integers(1, 65535), min_size=len(names), max_size=len(names), unique=True))
    listening = [
        f"{name}://{draw(st.sampled_from(HOSTS))}:{port}" for name, port in zip(names, ports, strict=True)
    ]
    comma = draw(st.sampled_from([",", ", "]))
    properties = {"listeners": comma.join(listening)}
    between = draw(st.sampled_from(names))
    if between in PROTOCOLS and draw(st.booleans()):
        properties["security.inter.broker.protocol"] = between
    else:
        properties["inter.broker.listener.name"] = draw(st.sampled_from([between, between.lower()]))
    if any(name in OWN_NAMES for name in names):
        properties["listener.security.protocol.map"] = comma.join(
            f"{name}:{protocol}" for name, protocol in protocols.items()
        )
    if "control_plane" in names and draw(st.booleans()):
        properties["control.plane.listener.name"] = "control_plane"
    if draw(st.booleans()):
        told = [name for name in names if name == between or draw(st.booleans())]
        properties["advertised.listeners"] = comma.join(
            f"{name}://{draw(st.sampled_from(['localhost', '10.9.9.9', 'kafka.example.org']))}:{port}"
            for name, port in zip(told, ports, strict=False)
        )
    return properties


plain = st.text(alphabet=st.characters(exclude_characters="\n\r\0", exclude_categories=["Cs"]), max_size=20)
surroundings = st.one_of(
    plain.map(lambda text: f"key={text}"),
    plain.map(lambda text: f"# listeners={text}"),
    plain.map(lambda text: f"  !advertised.listeners={text}"),
    st.sampled_from(
        [
            "",
            " \t",
            "listeners.of.others=PLAINTEXT://9.9.9.9:1",
            "advertised.listeners.before=PLAINTEXT://9.9.9.9:1",
            "listener.name.ssl.ssl.keystore.type=PEM",
            "advertised.host.name=9.9.9.9",
            "joined=first\\",
            "windows=C\\:\\\\kafka\\\\",
            "listeners=PLAINTEXT://9.9.9.9:1",
            "\tlisteners : PLAINTEXT://9.9.9.9:1",
            "advertised.listeners PLAINTEXT://9.9.9.9:1",
            "no.value",
        ]
    ),
)
separators = st.sampled_from(["=", " = ", ": ", " ", "\t=", "=\t"])


@st.composite
def brokers_files(draw: st.DrawFn) -> BrokersFile:
    """Whatever else may stand around the listeners, in whichever way they are written."""
    properties = draw(consistent_properties())
    lines = draw(st.lists(surroundings, max_size=5))
    # What Ambari renders comes last, so that it counts; a line before must not go on in it.
    lines.append("")
    for key, value in properties.items():
        rendered = value.replace("localhost", NAME)
        rendered = draw(
            st.sampled_from([rendered, rendered.replace(":", "\\:"), rendered.replace(",", ",\\\n  ")])
        )
        lines.append(draw(st.sampled_from(["", " ", "\t"])) + key + draw(separators) + rendered)
        lines += draw(st.lists(plain.map(lambda text: f"# {text}"), max_size=1))
    absent = {"advertised.listeners"} - set(properties)
    kept = [line for line in lines if not (absent and "advertised.listeners PLAIN" in line)]
    ends = draw(st.sampled_from(["\n", "", "\nlast=\\\n", "\nlast=\\"]))
    return BrokersFile(properties, "\n".join(kept) + ends)
