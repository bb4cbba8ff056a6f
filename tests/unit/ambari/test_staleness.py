"""When Ambari's flag says nothing: pure, and what is asked for it."""

from dataclasses import dataclass, field, replace

from components.ambari.api.model import Broker, CurrentConfiguration, GroupOverride, Request, ServiceVersion
from components.ambari.rolling_restart.staleness import moved, out_of_date, placement
from tests.unit.ambari.test_restart import broker, request, task

BROKERS = [broker(0), broker(1), broker(2)]
GROUP = GroupOverride("more", [BROKERS[1].host], {}, 50.0)


@dataclass
class Configurations:
    """What Ambari answers, and how often it was asked."""

    now: CurrentConfiguration
    zookeeper: float = 0.0
    asked: list[str] = field(default_factory=list)

    def current(self) -> CurrentConfiguration:
        self.asked.append("KAFKA")
        return self.now

    def newest_save(self, service: str) -> float:
        self.asked.append(service)
        return self.zookeeper


def configuration(saved: float, *overrides: GroupOverride) -> CurrentConfiguration:
    return CurrentConfiguration(ServiceVersion(1, "", saved, {}), overrides)


def restarted(number: int, began: float, brokers: list[Broker], *overrides: GroupOverride) -> Request:
    """A restart of this program's, when the brokers were these."""
    one = task(number, started=began, ended=began + 1)
    context = f"Restart Kafka on wn{number} for pulumi 1-1{placement([brokers[number]], brokers, overrides)}"
    return replace(request(one, context=context), id=int(began))


def stale_hosts(
    ambari: Configurations, requests: list[Request], brokers: list[Broker] = BROKERS
) -> list[str]:
    found = out_of_date(ambari, brokers, requests, ambari.now)
    return [item.short_name[:3] for item in found]


def test_a_broker_that_started_after_the_newest_change_is_not_stale():
    ambari = Configurations(configuration(100))
    assert stale_hosts(ambari, [request(task(1, started=101, ended=110))]) == ["wn0", "wn2"]
    assert ambari.asked == ["KAFKA", "ZOOKEEPER"]


def test_where_no_broker_started_since_the_save_nothing_more_is_asked():
    ambari = Configurations(configuration(100))
    assert stale_hosts(ambari, [request(task(1, started=99, ended=99))]) == ["wn0", "wn1", "wn2"]
    assert stale_hosts(ambari, [], [broker(0, stale=False)]) == []
    assert ambari.asked == []


def test_a_save_of_zookeeper_or_of_a_config_group_counts_as_well():
    since = [request(task(number, started=120, ended=130)) for number in range(3)]
    assert stale_hosts(Configurations(configuration(100), zookeeper=119), since) == []
    assert stale_hosts(Configurations(configuration(100), zookeeper=121), since) == ["wn0", "wn1", "wn2"]
    later = replace(GROUP, created=121)
    assert stale_hosts(Configurations(configuration(100, later)), since) == ["wn0", "wn1", "wn2"]


def test_a_save_after_the_brokers_were_asked_counts():
    ambari = Configurations(configuration(125))
    since = [request(task(0, started=120, ended=121))]
    assert [item.host for item in out_of_date(ambari, BROKERS[:1], since, configuration(100))] == [
        BROKERS[0].host
    ]


def test_a_restart_that_missed_a_save_is_stale_whatever_the_flag_says():
    ambari = Configurations(configuration(100))
    requests = [request(task(0, started=90, ended=110)), request(task(1, started=120, ended=130))]
    assert stale_hosts(ambari, requests, [broker(0, stale=False), broker(1)]) == ["wn0"]


def test_nobody_has_moved_where_all_is_as_it_was():
    requests = [restarted(number, 10 + number, BROKERS) for number in range(3)]
    assert moved(BROKERS, requests, []) == set()
    assert moved(BROKERS[:2], requests, []) == set()
    assert moved([*BROKERS, broker(3)], requests, []) == set()
    assert moved([*BROKERS, broker(3, rack="/new")], requests, []) == set()
    assert moved(BROKERS, [request(task(0))], []) == set()


def test_one_rack_that_changed_moves_everybody_until_they_were_restarted():
    requests = [restarted(number, 10 + number, BROKERS) for number in range(3)]
    now = [broker(0), broker(1, rack="/other"), broker(2)]
    assert len(moved(now, requests, [])) == 3
    requests.append(restarted(0, 20, now))
    assert moved(now, requests, []) == {BROKERS[1].host, BROKERS[2].host}


def test_racks_that_were_swapped_move_both():
    before = [broker(0, rack="/a"), broker(1, rack="/b"), broker(2, rack="/a")]
    requests = [restarted(number, 10 + number, before) for number in range(3)]
    now = [broker(0, rack="/b"), broker(1, rack="/a"), broker(2, rack="/a")]
    assert moved(now, requests, []) == {now[0].host, now[1].host}


def test_a_config_group_moves_those_that_are_in_it_or_were():
    requests = [restarted(number, 10 + number, BROKERS, GROUP) for number in range(3)]
    assert moved(BROKERS, requests, [GROUP]) == set()
    assert moved(BROKERS, requests, []) == {BROKERS[1].host}
    other = replace(GROUP, hosts=[BROKERS[2].host])
    assert moved(BROKERS, requests, [other]) == {BROKERS[1].host, BROKERS[2].host}


def test_brokers_that_were_restarted_together_are_compared_together():
    together = request(task(0), task(1), context=f"by pulumi{placement(BROKERS[:2], BROKERS, [])}")
    assert moved(BROKERS, [together], []) == set()
    assert moved(BROKERS[1:], [together], []) == set()
    now = [broker(0), broker(1, rack="/other"), broker(2)]
    assert moved(now, [together], []) == {BROKERS[0].host, BROKERS[1].host}
