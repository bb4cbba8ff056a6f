"""The provider server under the real engine, with a toy provider."""

import json
import threading

import pytest

from emulator.providers.comparison import changed_paths
from emulator.providers.provider import UNKNOWN, Difference, Failure, Provider, ProviderError, Unknown
from emulator.providers.server import ProviderServer
from emulator.tests.stack import Stack

PREAMBLE = """
import pulumi
from pulumi import CustomResource, ProviderResource, ResourceOptions, InvokeOptions

class Thing(CustomResource):
    def __init__(self, resource_name, opts=None, **properties):
        outputs = dict.fromkeys(["greeting", "token", "size"])
        super().__init__("toy:index:Thing", resource_name, {**outputs, **properties}, opts)

class Toy(ProviderResource):
    def __init__(self, name, **properties):
        super().__init__("toy", name, properties)
"""


class Toy(Provider):
    """Things that greet in their provider's language."""

    name = "toy"
    version = "1.2.3"

    def __init__(self) -> None:
        self.calls: list[tuple] = []
        self.things: dict[str, dict] = {}
        self.fail_creating = ""
        self.both_running = threading.Barrier(2, timeout=30)

    def configure(self, config):
        return config.get("language", "en")

    def check(self, session, urn, resource_type, olds, news):
        if resource_type != "toy:index:Thing":
            raise ProviderError(f"{resource_type} is not modelled.")
        size = news.get("size", 1)
        failures = [Failure("size", "must be positive")] if not isinstance(size, Unknown) and size < 1 else []
        return {**news, "size": size}, failures

    def diff(self, session, urn, resource_type, resource_id, old_inputs, old_outputs, new_inputs):
        changed = changed_paths(old_inputs, new_inputs)
        return Difference(changed, [path for path in changed if path == "shape.kind"])

    def _outputs(self, session, inputs):
        return {**inputs, "greeting": f"{session}:{inputs.get('name')}", "token": "t0ken"}

    def create(self, session, urn, resource_type, inputs, preview, timeout):
        if preview:
            return "", {**inputs, "greeting": UNKNOWN, "token": UNKNOWN}
        self.calls.append(("create", urn.rsplit("::")[-1], session, timeout))
        if inputs.get("slow"):
            self.both_running.wait()
        resource_id = f"id-{len(self.calls)}"
        outputs = self._outputs(session, inputs)
        self.things[resource_id] = outputs
        if self.fail_creating == "half":
            raise ProviderError("made, but never ready", partial=(resource_id, outputs))
        if self.fail_creating:
            raise ProviderError(self.fail_creating)
        return resource_id, outputs

    def read(self, session, urn, resource_type, resource_id, inputs, state):
        if resource_id not in self.things:
            return None
        thing = self.things[resource_id]
        return resource_id, {name: thing.get(name, value) for name, value in inputs.items()}, thing

    def update(self, session, urn, resource_type, resource_id, old_outputs, new_inputs, preview, timeout):
        outputs = self._outputs(session, new_inputs)
        if not preview:
            self.calls.append(("update", urn.rsplit("::")[-1], session, timeout))
            self.things[resource_id] = outputs
        return outputs

    def delete(self, session, urn, resource_type, resource_id, state, timeout):
        self.calls.append(("delete", urn.rsplit("::")[-1], session, timeout))
        self.things.pop(resource_id, None)

    def invoke(self, session, token, arguments):
        if token != "toy:index:getLanguage":
            return super().invoke(session, token, arguments)
        return {"language": session, "asked": arguments, "key": "k3y"}

    def secret_outputs(self, resource_type):
        return frozenset({"token", "key"})


@pytest.fixture
def toy() -> Toy:
    return Toy()


@pytest.fixture
def engine(toy, tmp_path):
    server = ProviderServer(toy)
    server.start()
    yield Stack(tmp_path, {"toy": server.port}, PREAMBLE)
    server.stop()


def test_a_whole_life(engine, toy):
    program = """
    thing = Thing("a", name="x", nested={"list": [1, 2.5, None, True]})
    pulumi.export("greeting", thing.greeting)
    """
    engine.write(program)
    assert "+ 2 to create" in engine.run("preview")
    assert toy.calls == []
    engine.up()
    assert engine.outputs() == {"greeting": "en:x"}
    assert engine.resources()["a"]["inputs"]["nested"] == {"list": [1, 2.5, None, True]}
    engine.run("preview", "--expect-no-changes")
    engine.run("refresh", "--yes", "--expect-no-changes")
    state = engine.run("stack", "export")
    (engine.program / "state.json").write_text(state)
    engine.run("stack", "import", "--file", "state.json")
    engine.run("preview", "--expect-no-changes")
    engine.run("destroy", "--yes")
    assert toy.things == {}
    assert [call[:2] for call in toy.calls] == [("create", "a"), ("delete", "a")]


def test_an_update_names_what_changes(engine, toy):
    engine.up('Thing("a", name="x", shape={"colour": "red", "kind": "k"})')
    engine.write('Thing("a", name="x", shape={"colour": "blue", "kind": "k"}, extra=1)')
    steps = json.loads(engine.run("preview", "--json"))["steps"]
    detail = {path: diff["kind"] for path, diff in steps[-1]["detailedDiff"].items()}
    assert detail == {"shape.colour": "update", "extra": "add"}
    engine.up()
    assert [call[0] for call in toy.calls] == ["create", "update"]


def test_a_replacement_makes_the_new_one_first(engine, toy):
    engine.up('Thing("a", shape={"kind": "one"})')
    assert "replaced" in engine.up('Thing("a", shape={"kind": "two"})')
    assert [call[0] for call in toy.calls] == ["create", "create", "delete"]


def test_refresh_finds_drift_and_what_is_gone(engine, toy):
    engine.up('Thing("a", name="x"); Thing("b", name="y")')
    first, second = toy.things
    toy.things[first]["greeting"] = "changed by hand"
    del toy.things[second]
    engine.run("refresh", "--yes")
    resources = engine.resources()
    (left,) = [resource for name, resource in resources.items() if name in "ab"]
    assert left["id"] == first
    assert left["outputs"]["greeting"] == "changed by hand"


def test_what_the_program_ignores_is_no_drift(engine, toy):
    program = 'Thing("a", name="x", opts=ResourceOptions(ignore_changes=[{ignored}]))'
    engine.up(program.format(ignored='"name"'))
    (only,) = toy.things
    toy.things[only]["name"] = "changed by hand"
    engine.run("refresh", "--yes", "--expect-no-changes")
    engine.run("preview", "--expect-no-changes")
    engine.up(program.format(ignored=""))
    toy.things[only]["name"] = "changed by hand"
    engine.run("refresh", "--yes", "--expect-no-changes", fails=True)


def test_refused_inputs_stop_the_preview(engine):
    engine.write('Thing("a", size=0)')
    assert "must be positive" in engine.run("preview", fails=True)
    engine.write('CustomResource("toy:index:Other", "a", {})')
    assert "toy:index:Other is not modelled." in engine.run("preview", fails=True)


def test_unknown_values_reach_a_preview(engine):
    engine.write("""
    first = Thing("a", name="x")
    Thing("b", name=first.greeting, size=first.size)
    """)
    steps = json.loads(engine.run("preview", "--json"))["steps"]
    assert steps[-1]["newState"]["inputs"]["name"] == "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
    assert steps[-1]["newState"]["inputs"]["size"] == 1


def test_secrets_stay_secret(engine):
    engine.up("""
    thing = Thing("a", name=pulumi.Output.secret("hidden"), nested={"deep": pulumi.Output.secret("deep")})
    pulumi.export("token", thing.token)
    """)
    assert "t0ken" not in engine.run("stack", "output")
    assert engine.outputs()["token"] == "[secret]"
    outputs = engine.resources()["a"]["outputs"]
    assert [name for name in outputs if "ciphertext" in str(outputs[name])] == ["name", "nested", "token"]
    assert "hidden" not in json.dumps(outputs["name"])
    assert "ciphertext" in outputs["nested"]["deep"]


def test_an_output_made_of_all_inputs_is_secret_as_soon_as_one_is(engine, toy):
    toy.derived_outputs = lambda _token: frozenset({"greeting"})
    engine.up('Thing("a", name="x"); Thing("b", name="y", nested=[pulumi.Output.secret("deep")])')
    greetings = {name: engine.resources()[name]["outputs"]["greeting"] for name in "ab"}
    assert greetings["a"] == "en:x"
    assert "ciphertext" in greetings["b"]
    engine.run("refresh", "--yes", "--expect-no-changes")
    assert "deep" not in engine.files()


def test_secrets_of_what_is_half_made_stay_secret(engine, toy):
    toy.fail_creating = "half"
    toy.derived_outputs = lambda _token: frozenset({"greeting"})
    engine.up('Thing("a", name=pulumi.Output.secret("hidden"))', fails=True)
    assert engine.resources()["a"]["id"] == "id-1"
    assert "hidden" not in engine.files()
    assert "t0ken" not in engine.files()


def test_a_failed_create_leaves_nothing(engine, toy):
    toy.fail_creating = "no room"
    assert "no room" in engine.up('Thing("a")', fails=True)
    assert "a" not in engine.resources()


def test_a_half_made_resource_is_recorded_and_repaired(engine, toy):
    toy.fail_creating = "half"
    assert "made, but never ready" in engine.up('Thing("a", name="x")', fails=True)
    assert engine.resources()["a"]["id"] == "id-1"
    toy.fail_creating = ""
    engine.up()
    assert [call[0] for call in toy.calls] == ["create", "update"]


def test_a_bug_in_a_provider_is_reported_as_ours(engine, toy):
    toy.create = lambda *_: {}["missing"]
    assert "The emulator itself failed: KeyError: 'missing'" in engine.up('Thing("a")', fails=True)


def test_instances_of_one_provider_are_kept_apart(engine):
    engine.up("""
    german, french = Toy("de", language="de"), Toy("fr", language="fr")
    things = [Thing(f"{p._name}{n}", name="x", opts=ResourceOptions(provider=p))
              for n in range(3) for p in (german, french)] + [Thing("default", name="x")]
    pulumi.export("all", [thing.greeting for thing in things])
    pulumi.export("asked", pulumi.runtime.invoke_output(
        "toy:index:getLanguage", {"q": "?"}, InvokeOptions(provider=french)))
    """)
    outputs = engine.outputs()
    assert outputs["all"] == ["de:x", "fr:x"] * 3 + ["en:x"]


def test_a_provider_with_unknown_configuration_can_be_previewed(engine):
    program = """
    first = Thing("a", name="x")
    provider = Toy("p", language=first.greeting)
    thing = Thing("b", name="y", opts=ResourceOptions(provider=provider))
    pulumi.export("greeting", thing.greeting)
    """
    engine.write(program)
    assert "4 to create" in engine.run("preview")
    engine.up()
    assert engine.outputs() == {"greeting": "en:x:y"}
    engine.run("preview", "--expect-no-changes")


def test_functions_answer_and_hide_their_secrets(engine):
    engine.up("""
    result = pulumi.runtime.invoke("toy:index:getLanguage", {"n": 1})
    pulumi.export("result", result.value)
    """)
    assert engine.outputs()["result"]["language"] == "en"


def test_an_unknown_function_is_refused_by_name(engine):
    engine.write('pulumi.runtime.invoke("toy:index:getOther", {})')
    assert "toy:index:getOther is not modelled by the emulator." in engine.run("preview", fails=True)


def test_a_slow_create_does_not_hold_up_another(engine):
    engine.up('Thing("a", slow=True); Thing("b", slow=True)')


def test_timeouts_arrive_in_seconds(engine, toy):
    engine.up("""
    Thing("a", opts=ResourceOptions(custom_timeouts=pulumi.CustomTimeouts(create="90s")))
    """)
    assert toy.calls == [("create", "a", "en", 90.0)]
