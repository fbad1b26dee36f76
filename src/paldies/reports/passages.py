"""Turns an enrolment, its messages and their attempts into what is told of them."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import RowMapping

from paldies.campaigns.definition import Campaign, Step
from paldies.campaigns.first_times import first_times
from paldies.campaigns.underway import Underway
from paldies.campaigns.words import EnrolmentState, MessageStatus
from paldies.channels import TRAITS
from paldies.reports.messages import REASONS, Opened, leg_story
from paldies.reports.records import Records, Rows
from paldies.reports.silences import Silence
from paldies.reports.story import Outcome, PassageStory, Shared, StepStory


def not_begun(campaign: RowMapping, plan: Campaign | None, why: Silence, *, occurrence: str) -> PassageStory:
    """A campaign without an enrolment."""
    return PassageStory(
        campaign=campaign["name"],
        title=plan.title if plan else campaign["name"],
        occurrence=occurrence,
        state=None,
        reason=why,
        paused_at=campaign["paused_at"],
        withdrawn_at=campaign["withdrawn_at"],
        steps=tuple(
            StepStory(step.key, step, Outcome.NOT_ENROLLED, why) for step in (plan.steps if plan else ())
        ),
    )


class Passages:
    """The enrolments among some records, each told with the plan version that it is pinned to."""

    def __init__(
        self,
        records: Records,
        campaigns: Mapping[int, Campaign],
        opened: Opened | None,
        *,
        home_zone: str,
    ) -> None:
        """`campaigns` are by the row id of their version."""
        self.campaigns = campaigns
        self._home_zone = home_zone
        self._records = records
        self._opened = opened
        self._by_id = {passage["id"]: passage for passage in records.enrolments}
        self._numbers = {
            version["id"]: version["version"]
            for versions in records.plan_versions.values()
            for version in versions
        }

    def told(self, passage: RowMapping, campaign: RowMapping, events: Rows) -> PassageStory:
        """`events` are those of the order that is asked about."""
        return PassageStory(
            campaign=campaign["name"],
            title=self.campaigns[passage["plan_version_id"]].title,
            occurrence=passage["key"].rpartition("/")[2],
            state=EnrolmentState(passage["state"]),
            reason=REASONS[passage["reason"]] if passage["reason"] else None,
            note=passage["note"],
            began_at=passage["created_at"],
            ended_at=passage["ended_at"],
            plan_version=self._numbers[passage["plan_version_id"]],
            paused_at=campaign["paused_at"],
            withdrawn_at=campaign["withdrawn_at"],
            steps=self._steps(passage, events),
            shared=self._shared(passage),
        )

    def _shared(self, passage: RowMapping) -> Shared | None:
        if passage["state"] != EnrolmentState.JOINED:
            return None
        host = self._by_id[passage["joined_to"]]
        steps = self._steps(host, events=())
        return Shared(host["shop"] or "", host["external_id"] or "", host["number"] or "", steps)

    def _steps(self, passage: RowMapping, events: Rows) -> tuple[StepStory, ...]:
        """In the order of the plan; what the plan has no longer comes last."""
        rows = self._records.messages.get(passage["id"], ())
        plan = {step.key: step for step in self.campaigns[passage["plan_version_id"]].steps}
        return tuple(
            self._step(
                key, plan.get(key), passage, legs=[row for row in rows if row["step"] == key], events=events
            )
            for key in dict.fromkeys([*plan, *(row["step"] for row in rows)])
        )

    def _step(
        self, key: str, plan: Step | None, passage: RowMapping, *, legs: Rows, events: Rows
    ) -> StepStory:
        if not legs:
            return _without_messages(key, plan, passage)
        told = tuple(
            leg_story(
                leg,
                self._records,
                passage=passage,
                events=events,
                opened=self._opened,
                goes_at=self._goes_at(leg, plan, passage),
            )
            for leg in legs
        )
        last = told[-1]
        return StepStory(key, plan, Outcome(last.status), last.reason, last.note, last.at, told)

    def _goes_at(self, leg: RowMapping, plan: Step | None, passage: RowMapping) -> datetime | None:
        """What nobody has looked at yet may still have to wait for its hours."""
        is_fresh = leg["status"] == MessageStatus.SCHEDULED and leg["expires_at"] is None and leg["leg"] == 1
        traits = TRAITS.get(leg["channel"])
        if plan is None or traits is None or not is_fresh:
            return None
        place = Underway(
            key=passage["key"],
            event_at=passage["event_at"],
            entries=(),
            home_zone=self._home_zone,
            zones=tuple(passage["zones"] or ()),
            country=passage["country"] or "",
            region=passage["region"] or "",
        )
        times = first_times(plan, traits, place, previous_at=None)
        return max(times.planned_at, leg["send_at"]) if times else None


def _without_messages(key: str, plan: Step | None, passage: RowMapping) -> StepStory:
    """Whoever stays out or shares another's passage has no messages, and neither who stopped sharing one."""
    match EnrolmentState(passage["state"]):
        case EnrolmentState.DECLINED | EnrolmentState.JOINED:
            reason, at = REASONS[passage["reason"]], passage["created_at"]
            return StepStory(key, plan, Outcome.NOT_ENROLLED, reason, passage["note"], at)
        case EnrolmentState.STOPPED if passage["joined_to"] is not None:
            return StepStory(key, plan, Outcome.CANCELLED, REASONS[passage["reason"]], at=passage["ended_at"])
        case _:
            return StepStory(key, plan, Outcome.NOT_ENROLLED, Silence.UNEXPLAINED)
