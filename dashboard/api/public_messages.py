"""``/public-messages``: what the public is told, and what people decide about it."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, TypeAlias

from fastapi import APIRouter, Depends, Path, Query, Request

from alerts.cap.flood import Issued
from alerts.public.announced import as_named
from alerts.public.records import PublicMessage, State, Step
from dashboard.accounts.actor import Actor, Role
from dashboard.api import public_asked as wanted
from dashboard.api import public_said as answers
from dashboard.api.actor import Approver, Operator, Viewer
from dashboard.api.problems import Problem, Refused, Responses, language_of
from dashboard.api.public_services import Public, need_for, need_places
from dashboard.api.services import Services
from dashboard.public_desk import PublicServices

router = APIRouter(tags=["public messages"], prefix="/public-messages")

MOST_LISTED = 200
LARGEST = 2**63 - 1
NOT_NOW: Responses = {
    404: {"model": Problem, "description": "there is no such message"},
    409: {"model": Problem, "description": "it cannot be done as things stand; the sentence says why"},
}
Number = Annotated[int, Path(ge=1, le=LARGEST)]
Which = Annotated[list[State] | None, Query(alias="state", description="repeatable; left out: all")]


@router.get("")
def messages(
    _: Viewer, public: Public, state: Which = None, limit: Annotated[int, Query(ge=1, le=MOST_LISTED)] = 50
) -> answers.Messages:
    """Messages, the newest first."""
    found = public.looks.newest(limit, tuple(state or State))
    return answers.Messages(messages=[answers.said(each) for each in found])


@router.get("/{message_id}", responses=NOT_NOW)
def message(request: Request, message_id: Number, actor: Viewer, public: Public) -> answers.MessageWhole:
    """A message with what whoever asks may do with it now."""
    return answers.whole(public.looks.look(message_id, actor.name), language_of(request))


@router.get("/{message_id}/reach", responses=NOT_NOW)
def reach(
    request: Request, message_id: Number, _: Operator, public: Public, step: Step = Step.FIRST
) -> answers.ReachSaid:
    """Whom it would go to if it went out now as this step: the message itself, or what corrects or cancels it."""
    return answers.reach_said(public.looks.reach(message_id, step), step, language_of(request))


@router.post("/preview", responses=NOT_NOW)
def preview(request: Request, _: Operator, public: Public, asked: wanted.Previewing) -> answers.PreviewSaid:
    """What would go out in each language and form, and what is wrong with it. Nothing is kept."""
    given = replace(
        asked.given(issued(public, asked.issued_id)), station_ids=tuple(asked.stations), where=asked.where()
    )
    return answers.preview_said(public.looks.preview(asked.step, given, asked.id, asked.why), language_of(request))


@router.post("", status_code=201, responses=NOT_NOW)
def draft(actor: Operator, services: Services, public: Public, asked: wanted.Drafting) -> answers.MessageSaid:
    """Begin a message. Nothing goes out before it is approved and published."""
    stations = tuple(dict.fromkeys(asked.stations))
    need_places(actor, Role.OPERATOR, stations, services)
    given = replace(asked.given(issued(public, asked.issued_id)), station_ids=stations, where=asked.where())
    return answers.said(public.desk.draft(actor.name, given))


def operator_here(message_id: Number, actor: Operator, services: Services, public: Public) -> Actor:
    """The operator, where they may act at every place of the message."""
    need_for(actor, Role.OPERATOR, _one(public, message_id), services)
    return actor


def approver_here(message_id: Number, actor: Approver, services: Services, public: Public) -> Actor:
    """The approver, where they may act at every place of the message."""
    need_for(actor, Role.APPROVER, _one(public, message_id), services)
    return actor


Drafter: TypeAlias = Annotated[Actor, Depends(operator_here)]
Decider: TypeAlias = Annotated[Actor, Depends(approver_here)]


@router.patch("/{message_id}", responses=NOT_NOW)
def edit(message_id: Number, actor: Drafter, public: Public, asked: wanted.Editing) -> answers.MessageSaid:
    """Change a draft; approvals given before are void."""
    given = asked.given(issued(public, asked.issued_id))
    return answers.said(public.desk.edit(message_id, actor.name, given, asked.seen))


@router.post("/{message_id}/approval", responses=NOT_NOW)
def approve(message_id: Number, actor: Decider, public: Public, asked: wanted.Deciding) -> answers.MessageSaid:
    """Approve what was read. The same person counts once."""
    return answers.said(public.desk.approve(message_id, actor.name, asked.despite, asked.seen))


@router.post("/{message_id}/publication", responses=NOT_NOW)
def publish(message_id: Number, actor: Decider, public: Public, asked: wanted.Deciding) -> answers.OutSaid:
    """Let an approved message out."""
    return answers.out_said(public.desk.publish(message_id, actor.name, asked.despite, asked.seen))


@router.post("/{message_id}/withdrawal", responses=NOT_NOW)
def withdraw(message_id: Number, actor: Drafter, public: Public, asked: wanted.Withdrawing) -> answers.MessageSaid:
    """Take a draft back."""
    return answers.said(public.desk.withdraw(message_id, actor.name, asked.why))


@router.post("/{message_id}/update", status_code=201, responses=NOT_NOW)
def update(message_id: Number, actor: Drafter, public: Public, asked: wanted.Changing) -> answers.MessageSaid:
    """Draft what holds now, after a published message."""
    return answers.said(public.desk.update(message_id, actor.name, asked.given(issued(public, asked.issued_id))))


@router.post("/{message_id}/all-clear", status_code=201, responses=NOT_NOW)
def all_clear(message_id: Number, actor: Decider, public: Public, asked: wanted.Changing) -> answers.MessageSaid:
    """Draft the end of a danger; it is approved and published as any message."""
    return answers.said(public.desk.all_clear(message_id, actor.name, asked.given(None)))


@router.post("/{message_id}/cancellation", responses=NOT_NOW)
def cancel(message_id: Number, actor: Decider, public: Public, asked: wanted.Cancelling) -> answers.OutSaid:
    """Take a whole chain back, at once, from exactly those who may have got it."""
    return answers.out_said(public.desk.cancel(message_id, actor.name, asked.why))


@router.post("/{message_id}/correction", responses=NOT_NOW)
def correct(message_id: Number, actor: Decider, public: Public, asked: wanted.Correcting) -> answers.OutSaid:
    """Put a published message right, at once, for exactly those who may have got it."""
    given = asked.given(issued(public, asked.issued_id))
    before = _one(public, message_id)
    if not _differs(before, asked):
        raise Refused(422, "corrects_nothing")
    return answers.out_said(public.desk.correct(message_id, actor.name, asked.why, given, asked.last_seen))


def issued(public: PublicServices, issued_id: int | None) -> Issued | None:
    """The issued level that a message names: one that a person entered and that stands."""
    if not issued_id:
        return None
    for each in public.issued.in_force():
        if each.id == issued_id:
            return as_named(each)
    raise Refused(409, "no_issued", number=issued_id)


def _differs(before: PublicMessage, asked: wanted.Correcting) -> bool:
    """Whether what is right is anything else than what was said: a correction that says the same helps nobody."""
    given = asked.given(None)
    told = before.content.texts
    texts = any(
        getattr(told[language], part) != words
        for language, parts in given.texts.items()
        for part, words in parts.items()
    )
    gravity = given.gravity not in (None, before.content.gravity)
    out = given.no_issued and before.content.issued is not None
    # That it is not over is the correction of an all-clear.
    return before.step is Step.ALL_CLEAR or texts or gravity or out or bool(asked.issued_id)


def _one(public: PublicServices, message_id: int) -> PublicMessage:
    return public.looks.look(message_id, "").message
