"""Users of every role: who may do what, and that nobody begins what Ambari will not let them finish."""

import pytest

from components.ambari.api.errors import NotPermitted
from components.ambari.api.rights import MAY_CHANGE
from emulator.ambari.cluster.users import ADMINISTRATOR, CLUSTER_ROLES
from tests.simulated.ambari.bench import bench

LOG4J = ("kafka-log4j", "content", "log4j.rootLogger=DEBUG, stdout\n")
NEEDED = r"CLUSTER\.ADMINISTRATOR, CLUSTER\.OPERATOR or SERVICE\.ADMINISTRATOR in the cluster"
TOO_LITTLE = [role for role in CLUSTER_ROLES if role not in MAY_CHANGE]


@pytest.mark.parametrize("role", [ADMINISTRATOR, *MAY_CHANGE])
def test_four_roles_can_do_all_that_the_change_needs(role: str):
    with bench() as cluster:
        cluster.add_user("someone", role)
        cluster.run(user="someone").change.advertise()
        assert cluster.problems() == []


@pytest.mark.parametrize("role", TOO_LITTLE)
def test_who_may_not_save_is_told_before_anything_is_written_and_which_role_it_takes(role: str):
    with bench() as cluster:
        cluster.add_user("someone", role)
        run = cluster.run(user="someone")
        with pytest.raises(NotPermitted, match=rf"someone may not save .* role {role}\. .*{NEEDED}.*Nothing"):
            run.change.advertise()
        assert run.writes == []


@pytest.mark.parametrize("role", TOO_LITTLE)
def test_only_a_restart_takes_less(role: str):
    with bench() as cluster:
        cluster.run().change.advertise()
        cluster.edit(*LOG4J)
        cluster.add_user("someone", role)
        run = cluster.run(user="someone")
        if role == "SERVICE.OPERATOR":
            run.change.advertise()
            assert cluster.problems() == []
        else:
            with pytest.raises(NotPermitted, match=r"someone may not restart brokers"):
                run.change.advertise()
            assert run.writes == []


@pytest.mark.parametrize("role", CLUSTER_ROLES)
def test_where_nothing_is_to_be_done_any_role_will_do(role: str):
    with bench() as cluster:
        cluster.run().change.advertise()
        cluster.add_user("someone", role)
        run = cluster.run(user="someone")
        run.change.advertise()
        assert run.writes == []


def test_who_has_no_role_at_all_is_told_at_the_first_question():
    with bench() as cluster:
        cluster.add_user("someone")
        run = cluster.run(user="someone")
        with pytest.raises(NotPermitted, match=rf"does not let the user someone do GET .*{NEEDED}"):
            run.change.advertise()
        assert len(run.calls) == 1


def test_several_roles_count_together_and_one_that_nobody_knows_is_left_to_ambari():
    with bench() as cluster:
        cluster.add_user("someone", "CLUSTER.USER", "CLUSTER.OPERATOR")
        cluster.run(user="someone").change.advertise()
        assert cluster.problems() == []
    with bench() as cluster:
        cluster.add_user("someone", "CLUSTER.USER", "A.ROLE.OF.TOMORROW")
        run = cluster.run(user="someone")
        with pytest.raises(NotPermitted, match="appropriate authorizations"):
            run.change.advertise()
        assert cluster.ambari().artifacts() == {}
