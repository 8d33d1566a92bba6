"""draft → approved → published, and what may follow: each step says who decided, or is refused in a sentence. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from alerts.public.grounds import Grounds, check
from alerts.public.records import (
    AUTOMATIC,
    Action,
    Content,
    Decision,
    PublicMessage,
    Refused,
    State,
    Step,
)
from alerts.public.settings import PublicMessages, Standing, same_person

BY_RULE = "rule:"
"""How a rule that was approved in advance signs."""


def person(name: str) -> str:
    """A name as it is recorded; Refused where it is none, or that of a rule."""
    cleaned = " ".join(name.split())
    if not cleaned or len(cleaned) > 100:
        raise Refused("say who decides: a name or role of 1 to 100 characters", "no_person")
    if same_person(cleaned) == AUTOMATIC or same_person(cleaned).startswith(BY_RULE):
        raise Refused(f"{cleaned!r} is how rules sign: write the name or role of a person", "no_person")
    return cleaned


def as_seen(message: PublicMessage, mark: str) -> PublicMessage:
    """The message; Refused where it says something else than what somebody saw (``content_mark``, empty: any)."""
    if mark and mark != message.content_mark:
        raise Refused(f"message {message.id} was changed meanwhile: read it again", "changed")
    return message


def as_last(last: PublicMessage, seen: int | None) -> None:
    """Raise Refused where the newest published message of a chain is another than the one that somebody saw."""
    if seen is None or seen == last.id:
        return
    read = f"read that one (mizumori public show {last.id}), then say --last-seen {last.id}"
    if last.step is Step.CORRECTION:
        raise Refused(f"message {last.id} has put it right meanwhile: {read}", "corrected", number=last.id)
    raise Refused(f"message {last.id} went out meanwhile: {read}", "followed", number=last.id)


def may_correct(wrong: PublicMessage, last: PublicMessage) -> None:
    """Raise Refused where the danger is over: then only that word itself can be put right, for what was said before it
    would read as if the danger went on."""
    if last.step is Step.ALL_CLEAR and last.id != wrong.id:
        sentence = f"the all-clear {last.id} has been given: correct that one, cancel all of it, or write a new message"
        raise Refused(sentence, "over", number=last.id)


def no_graver(wrong: PublicMessage, last: PublicMessage, right: Content, settings: PublicMessages) -> None:
    """Raise Refused where a correction, which one person sends, would say more than what needed the approval of
    several: a higher gravity or issued level than the wrong message, or than the newest of its chain, which is what
    holds now; or a level issued for another place than either."""
    persons = _needed_for(right, settings)
    if persons < 2:
        return
    if _graver(right, wrong.content):
        sentence = f"a correction makes nothing graver: write an update, which {persons} persons approve"
        raise Refused(sentence, "graver", needed=persons)
    if _graver(right, last.content):
        sentence = (
            f"message {last.id} says less by now, and a correction makes nothing graver than what holds: say --gravity "
            f"{last.content.gravity} and no issued level that it does not name, or write an update, which {persons} "
            "persons approve"
        )
        raise Refused(sentence, "graver_than_now", needed=persons, number=last.id)


def needed(message: PublicMessage, chain: Iterable[PublicMessage], settings: PublicMessages) -> int:
    """How many persons must approve a message: as many as the gravest that it says, or that was published in its chain
    before, for the end of a grave danger is as grave as the danger. ``chain`` are those published messages."""
    return max(_needed_for(each.content, settings) for each in (message, *chain))


def drafted(step: Step, content: Content, author: str, at: datetime, **more: object) -> PublicMessage:
    """A new draft; ``author`` is a person or AUTOMATIC."""
    made = PublicMessage(step, content, author, at, (Decision(author, Action.DRAFTED, at),))
    return replace(made, **more)  # type: ignore[arg-type]


def edited(message: PublicMessage, content: Content, by: str, at: datetime) -> PublicMessage:
    """Another content; approvals given before are void."""
    _must_be_open(message)
    return _decided(replace(message, content=content, state=State.DRAFT), person(by), Action.EDITED, at)


def approved(
    message: PublicMessage,
    by: str,
    at: datetime,
    settings: PublicMessages,
    grounds: Grounds,
    chain: Sequence[PublicMessage],
    despite: str = "",
) -> PublicMessage:
    """One more approval; the message is approved once there are enough of different persons. ``chain`` as in
    ``needed``."""
    _must_be_open(message)
    check(message.step, message.content, grounds, settings.draft_from, despite)
    if same_person(by) in {same_person(each.actor) for each in message.approvals}:
        raise Refused(f"{by} has approved it already: another person must", "approved_already", by=by)
    if not settings.author_may_approve and same_person(by) in _authors(message):
        raise Refused(f"{by} wrote it: by the settings another person must approve it", "author", by=by)
    after = _decided(message, person(by), Action.APPROVED, at, despite)
    enough = len(after.approvals) >= needed(message, chain, settings)
    return replace(after, state=State.APPROVED) if enough else after


def published(
    message: PublicMessage,
    by: str,
    at: datetime,
    settings: PublicMessages,
    grounds: Grounds,
    chain: Sequence[PublicMessage],
    despite: str = "",
) -> PublicMessage:
    """The message as it goes out. ``chain`` as in ``needed``."""
    _must_be_open(message)
    enough, given = needed(message, chain, settings), len(message.approvals)
    if given < enough:
        sentence = f"it has {given} of {enough} approvals: mizumori public approve {message.id} --by NAME"
        raise Refused(sentence, "approvals", given=given, needed=enough)
    check(message.step, message.content, grounds, settings.draft_from, despite or _despite(message))
    return _out(_decided(message, person(by), Action.PUBLISHED, at, despite), at, settings.lasts)


def published_by(
    rule: Standing, message: PublicMessage, at: datetime, settings: PublicMessages, grounds: Grounds
) -> PublicMessage:
    """The message as a rule that was approved in advance publishes it: a confirmed rise, never anything else."""
    _must_be_open(message)
    content = message.content
    if message.step not in (Step.FIRST, Step.UPDATE) or content.hazard is None or message.written_by_hand:
        raise Refused(f"the rule {rule.id} publishes confirmed rises of gauges and nothing else")
    if content.hazard < rule.min_level or at >= rule.valid_until:
        raise Refused(f"the rule {rule.id} does not cover this, or no longer")
    if grounds.stale:
        raise Refused(f"the rule {rule.id} leaves it to people: {grounds.stale}")
    check(message.step, content, grounds, settings.draft_from)
    names = ", ".join(rule.approved_by)
    signed = _decided(message, f"{BY_RULE}{rule.id}", Action.PUBLISHED, at, f"approved in advance by {names}")
    return _out(replace(signed, rule_id=rule.id), at, settings.lasts)


def put_right(message: PublicMessage, by: str, at: datetime, settings: PublicMessages) -> PublicMessage:
    """A correction or cancellation as it goes out: one person's decision is enough to take back what is wrong."""
    _must_be_open(message)
    if message.step not in (Step.CORRECTION, Step.CANCEL):
        raise Refused("only what corrects or cancels goes out without approvals")
    if not message.content.note.strip():
        raise Refused("say what was wrong and why", "no_why")
    return _out(_decided(message, person(by), Action.PUBLISHED, at, message.content.note), at, settings.lasts)


def withdrawn(message: PublicMessage, by: str, at: datetime, why: str) -> PublicMessage:
    """A draft that is not wanted, by a person (or AUTOMATIC, where the water fell before anybody decided)."""
    _must_be_open(message)
    actor = by if by == AUTOMATIC else person(by)
    return _decided(replace(message, state=State.WITHDRAWN), actor, Action.WITHDRAWN, at, why)


def expired(message: PublicMessage, at: datetime) -> PublicMessage:
    """A draft that nobody decided about in time."""
    _must_be_open(message)
    return _decided(replace(message, state=State.EXPIRED), AUTOMATIC, Action.EXPIRED, at)


def may_follow(last: PublicMessage, step: Step) -> None:
    """Raise Refused where nothing of this kind may follow the newest published message of a chain."""
    if last.state is not State.PUBLISHED:
        raise Refused(f"message {last.id} is not published: edit it, or withdraw it", "not_published")
    if last.step is Step.CANCEL:
        raise Refused(f"message {last.id} was cancelled: write a new one with mizumori public draft", "cancelled")
    if last.step is Step.ALL_CLEAR and step is Step.ALL_CLEAR:
        raise Refused("the all-clear has been given already", "cleared")


def _needed_for(content: Content, settings: PublicMessages) -> int:
    """An issued level is approved by as many as a danger of that level: an order to leave is no smaller matter than the
    water."""
    return max(settings.needed(each) for each in (content.gravity, _level(content)) if each)


def _graver(right: Content, before: Content) -> bool:
    """Whether a content says more; a level that was issued for another place is another level."""
    now, then = right.issued, before.issued
    moved = now is not None and then is not None and now.where != then.where
    return right.gravity > before.gravity or _level(right) > _level(before) or moved


def _level(content: Content) -> int:
    return 0 if content.issued is None else content.issued.level


def _must_be_open(message: PublicMessage) -> None:
    if not message.is_open:
        sentence = f"message {message.id} is {message.state}: what is decided stays; write an update or a new one"
        raise Refused(sentence, "decided")


def _authors(message: PublicMessage) -> set[str]:
    wrote = {each.actor for each in message.decisions if each.action in (Action.DRAFTED, Action.EDITED)}
    return {same_person(each) for each in wrote}


def _despite(message: PublicMessage) -> str:
    return "; ".join(each.detail for each in message.approvals if each.detail)


def _decided(message: PublicMessage, by: str, action: Action, at: datetime, detail: str = "") -> PublicMessage:
    return replace(message, decisions=(*message.decisions, Decision(by, action, at, detail.strip())))


def _out(message: PublicMessage, at: datetime, lasts: timedelta) -> PublicMessage:
    return replace(message, state=State.PUBLISHED, sent_at=at, expires_at=at + lasts)
