from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harbour.notification.catalogue import message_types
from harbour.notification.clock import (
    TimeLimit,
    Told,
    Waiting,
    bank_holidays,
    deadline,
    forecast,
    in_force,
    limit_on,
    limits,
    next_working_day,
    on_time,
)
from harbour.runtime.london import LONDON

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)

TABLE = {
    "written_confirmation": (None, None),
    "support_referral": (2, 2),
    "not_investigated": (5, 1),
    "suspect_arrested": (5, 1),
    "suspect_interviewed": (5, 1),
    "released_without_charge": (5, 1),
    "bail_change": (5, 1),
    "charged": (5, 1),
    "hearing_details": (1, 1),
    "bail_hearing_result": (5, 1),
    "must_give_evidence": (1, 1),
    "verdict_sentence": (1, 1),
    "appeal": (1, 1),
    "contact_scheme_referral": (10, 10),
    "liaison_first_contact": (20, 20),
}
"""Working days, standard and enhanced, as they were read from the Victims' Code."""


def london(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=LONDON)  # type: ignore[arg-type,misc]


# -- by when ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("key", TABLE)
def test_the_limits_are_those_of_the_code_and_say_where_they_come_from(key: str) -> None:
    rule = limit_on(key, NOW.date())
    assert rule is not None
    assert (rule.standard, rule.enhanced) == TABLE[key]
    assert "Victims' Code" in rule.source
    assert rule.who


def test_there_are_no_other_limits_and_every_one_is_used() -> None:
    assert set(limits()) == set(TABLE)
    used = {one.limit for one in message_types().values() if one.limit}
    assert used <= set(limits())
    # The referral to support is a duty of the police, told by the type of that name; the others each have a type.
    assert set(limits()) - used <= {"written_confirmation", "support_referral"}


@pytest.mark.parametrize(
    ("happened", "enhanced", "last_day"),
    [
        (london(2026, 11, 24, 9), False, date(2026, 12, 1)),  # Tuesday: five working days are next Tuesday
        (london(2026, 11, 24, 9), True, date(2026, 11, 25)),
        (london(2026, 11, 27, 23, 59), True, date(2026, 11, 30)),  # Friday night: Monday
        (london(2026, 11, 28, 12), True, date(2026, 11, 30)),  # Saturday
        (london(2026, 11, 29, 12), True, date(2026, 11, 30)),  # Sunday
        (london(2026, 12, 24, 12), True, date(2026, 12, 29)),  # Boxing Day falls on a Saturday: Monday is free
        (london(2026, 4, 2, 12), True, date(2026, 4, 7)),  # Maundy Thursday: Good Friday and Easter Monday are free
        (london(2026, 4, 2, 12), False, date(2026, 4, 13)),
    ],
)
def test_working_days_skip_weekends_and_bank_holidays(happened: datetime, enhanced: bool, last_day: date) -> None:
    by = deadline("suspect_arrested", happened, enhanced=enhanced)
    assert by is not None
    end = datetime.combine(last_day + timedelta(days=1), datetime.min.time(), LONDON)
    assert by == end


def test_the_day_is_londons_not_utcs() -> None:
    # 23:30 UTC on Monday in July is Tuesday in London.
    by = deadline("suspect_arrested", datetime(2026, 7, 6, 23, 30, tzinfo=UTC), enhanced=True)
    assert by == london(2026, 7, 9)
    assert by == datetime(2026, 7, 8, 23, 0, tzinfo=UTC)


def test_the_clocks_go_back_and_the_day_is_an_hour_longer() -> None:
    before = deadline("suspect_arrested", london(2026, 10, 23, 12), enhanced=True)
    assert before == datetime(2026, 10, 27, 0, 0, tzinfo=UTC)  # Friday before the change: Monday's end, in winter time


def test_the_answer_is_in_the_zone_of_the_question() -> None:
    zone = timezone(timedelta(hours=5))
    by = deadline("suspect_arrested", NOW.astimezone(zone), enhanced=True)
    assert by is not None
    assert by.tzinfo is zone


def test_where_the_code_names_no_number_there_is_no_deadline() -> None:
    assert deadline("written_confirmation", NOW, enhanced=True) is None


def test_before_there_was_a_code_there_is_no_deadline() -> None:
    assert deadline("suspect_arrested", london(2019, 1, 7), enhanced=True) is None


def test_a_limit_that_does_not_exist_is_an_error() -> None:
    with pytest.raises(LookupError):
        deadline("next_week", NOW, enhanced=False)


def test_a_new_code_counts_from_its_first_day() -> None:
    def rule(days: int, begins: date, ends: date | None) -> TimeLimit:
        return TimeLimit(
            key="k", standard=days, enhanced=1, who="police", source="", effective_from=begins, effective_to=ends
        )

    old, new = rule(5, date(2021, 4, 1), date(2027, 3, 31)), rule(3, date(2027, 4, 1), None)
    assert in_force((old, new), date(2027, 3, 31)) is old
    assert in_force((old, new), date(2027, 4, 1)) is new
    assert in_force((old, new), date(2020, 1, 1)) is None


@pytest.mark.parametrize("key", TABLE)
def test_two_rules_of_one_name_never_count_on_the_same_day(key: str) -> None:
    for before, after in pairwise(limits()[key]):
        assert before.effective_to is not None
        assert before.effective_to < after.effective_from


def test_the_bank_holidays_reach_beyond_next_year() -> None:
    assert max(bank_holidays()) >= date(NOW.year + 1, 12, 25)
    assert date(2026, 8, 31) in bank_holidays()
    assert date(2026, 8, 3) not in bank_holidays()  # Scotland's


@given(st.dates(date(2024, 1, 1), date(2028, 1, 1)))
def test_the_next_working_day_is_one_and_none_lies_between(day: date) -> None:
    found = next_working_day(day)
    assert found.isoweekday() <= 5
    assert found not in bank_holidays()
    between = (day + timedelta(days=n) for n in range(1, (found - day).days))
    assert all(one.isoweekday() > 5 or one in bank_holidays() for one in between)


@given(st.datetimes(datetime(2024, 1, 1), datetime(2028, 1, 1), timezones=st.just(UTC)), st.sampled_from(sorted(TABLE)))
def test_who_has_enhanced_rights_never_waits_longer(at: datetime, key: str) -> None:
    standard, enhanced = deadline(key, at, enhanced=False), deadline(key, at, enhanced=True)
    if standard is None or enhanced is None:
        assert standard is enhanced
    else:
        assert at < enhanced <= standard


# -- what will be late -----------------------------------------------------------------------------------------------


def test_what_is_late_or_cannot_go_in_time_is_certain_what_is_near_is_expected() -> None:
    def waiting(ident: str, deadline_in: timedelta, due_in: timedelta) -> Waiting:
        return Waiting(id=ident, deadline_at=NOW + deadline_in, due_at=NOW + due_in)

    found = forecast(
        [
            waiting("far", 50 * HOUR, HOUR),
            waiting("near", 20 * HOUR, HOUR),
            waiting("quiet hours", 30 * HOUR, 31 * HOUR),
            waiting("late", -HOUR, -2 * HOUR),
        ],
        NOW,
        within=24 * HOUR,
    )
    assert [(one.id, one.certain) for one in found] == [("late", True), ("near", False), ("quiet hours", True)]


def test_without_anything_waiting_nothing_will_be_late() -> None:
    assert forecast([], NOW) == ()


# -- what was in time ------------------------------------------------------------------------------------------------


def test_in_time_is_a_percentage_of_what_is_over() -> None:
    told = [
        Told(deadline_at=NOW, sent_at=NOW - HOUR),
        Told(deadline_at=NOW, sent_at=NOW - 2 * HOUR),
        Told(deadline_at=NOW, sent_at=NOW + HOUR),
        Told(deadline_at=NOW - HOUR, sent_at=None),
        Told(deadline_at=NOW + HOUR, sent_at=None),  # not over
        Told(deadline_at=NOW + HOUR, sent_at=NOW),  # early
    ]
    assert on_time(told, NOW) == 60.0


def test_the_end_of_the_day_is_too_late() -> None:
    assert on_time([Told(deadline_at=NOW, sent_at=NOW)], NOW) == 0.0


def test_of_nothing_there_is_no_percentage() -> None:
    assert on_time([], NOW) is None
    assert on_time([Told(deadline_at=NOW + HOUR, sent_at=None)], NOW) is None
