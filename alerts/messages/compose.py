"""The way in: what a message says.

``compose`` tells one run as an alert and several as a digest; ``compose_escalation`` asks again where nobody has
acknowledged; ``compose_reminder`` says that something goes on.

Everything comes from the transitions, the registry and the context. What a transition's ``detail`` may hold (all of it
optional: a line that lacks its figure is left out, and so is what is of another type than is said here):

* of every rule: ``since`` (when the alert left level 0), ``maintenance`` (true while somebody works on the device) and
  ``maintenance_until``, ``last_m`` and ``last_at`` (the newest believed stage and its time; what an ``unverified`` or
  ``closed`` one is told by), ``by`` and ``reason`` (a person's name and words, where the cause is ``closed``);
* where it ended because its subject is watched there no longer, ``unwatched`` (why: a name of
  ``alerts.rules.watched.Why``) and ``moved_to`` (the station where it is by now);
* where a message comes again (``alerts.engine.present``), of a rule of readings ``now_m``, ``now_at`` and
  ``now_m_per_h`` (the newest believed stage, and how fast it goes); of a rule of the clock what it finds by now and
  ``present_at``, or ``left_at`` (since when it is not found any more);
* of the rules in ``alerts.pictures.rules`` the still that is tied to it comes with the context, not with the detail;
* ``stage``: ``doubt`` (why picture and stage do not agree: a name of ``ingest.sight.doubt.DoubtReason``; for staff),
  ``threshold_m`` and ``release_m`` (of the level told about, for a fall of the one that was left; release is
  threshold minus hysteresis), ``hold_s``, ``next_level`` and ``next_m``, ``rise_m_per_h`` of ``window_s``,
  ``previous_m``, ``previous_at``, ``reasons`` (list of names of ``ingest.readings.Reason``). A fall with ``hold_s``
  and without ``threshold_m`` is told as that of a threshold taken out of use;
* ``rise``: ``rise_m_per_h`` of ``window_s``, ``limit_m_per_h`` of ``limit_window_s``, ``rise_10min_m_per_h``,
  ``rise_30min_m_per_h``, ``station_level``, and those of the stage from ``next_level`` on;
* ``outlook``: those of a rise, ``next_level``, ``next_m``, ``reaches_at``, ``reaches_in_s``;
* ``silence``: ``last_at`` (the newest observation), ``heard_at``, ``expected_s``, ``mode`` (``dry``, ``flood``,
  ``steady``), ``problem`` (a name of ``ingest.health.problems.Problem``), ``station_level`` (the last known hazard),
  ``gateway_id``;
* ``camera``: ``heard_at``, ``still_at``, ``state``, ``reason`` (``no_heartbeat``, ``never_heard``, or its own words),
  ``asked`` (why requests for its stills are in vain: a name of ``ingest.pull.vain.Cause``);
* ``picture``: ``picture`` (what is wrong: a name of ``ingest.sight.look.PictureFault``, ``no_still``, ``own_word``),
  ``picture_also`` (list of others), ``reason`` (the camera's own words), ``asked`` (as of a camera), ``still_at``,
  ``heard_at``, ``station_level``;
* ``battery``: ``since``, ``problem``, ``battery_pct``, ``battery_v``, ``battery_days``;
* ``gateway``: ``heard_at``, ``gauges`` (how many it leaves unheard) and ``silenced`` (their ids);
* ``sign``: ``commanded`` and ``commanded_at`` (what it was told, in the device's word), ``confirmed`` and
  ``confirmed_at`` (its last report, where there is any), ``since`` (from when on it is not known to obey), ``problem``
  (``sign_silent``, ``sign_differs``);
* ``pump_idle``, ``pump_vain``, ``pump_fault``, ``pump_silence``: ``problem``, ``pump_ids`` or ``device_ids``,
  ``inner_m``, ``inner_at``, ``outer_m``, ``outer_at``, ``rise_m_per_h`` (of the inner stage), ``station_level`` (its
  hazard), ``raised_level`` (one higher), ``begins_m``, ``flooded_at``, ``stopped_at``, ``running_at``, ``heard_at``,
  ``fault`` and ``fault_at``.

Times are ISO 8601 with an offset. The end of a key's name is its unit and decides how it is written (``figures.py``),
so a later rule needs no code here: a section in each catalogue can ask for any of its keys.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from alerts.messages.catalogue import lines, texts
from alerts.messages.digest import Digest
from alerts.messages.document import document, url_of
from alerts.messages.figures import clock_time, duration
from alerts.messages.layout import long_body, short_body, subject_of
from alerts.messages.picture import picture_document
from alerts.messages.runs import Run
from alerts.messages.told import Context, Form, Text
from alerts.messages.wording import Parts, parts_of, section_of
from alerts.records import Incident, MessageKind


def compose(told: Sequence[Run], context: Context, language: str, form: Form = Form.LONG) -> Text:
    """One run as an alert, several as a digest. At least one."""
    if len(told) == 1:
        return _text(parts_of(told[0], context, language), context, form, MessageKind.ALERT)
    digest = Digest.of(told, context, language)
    return _with_dashboard(
        subject=digest.subject,
        data=document(MessageKind.DIGEST, digest.told, context),
        url=url_of(told, context),
        lay_out=digest.long_body if form is Form.LONG else digest.short_body,
    )


def compose_escalation(incident: Incident, run: Run, step: int, context: Context, language: str, form: Form) -> Text:
    """Nobody has acknowledged the incident: the ``step``-th time that others are asked. ``run`` is its newest one."""
    waited = duration((context.now - incident.opened_at).total_seconds(), texts(language))
    words = {"step": str(step), "opened_at": clock_time(incident.opened_at, texts(language)), "waited": waited}
    parts = _led(parts_of(run, context, language), "escalation", words)
    return _text(parts, context, form, MessageKind.ESCALATION)


def compose_reminder(incident: Incident, run: Run, context: Context, language: str, form: Form) -> Text:
    """The incident goes on as its newest run told it."""
    lasted = duration((context.now - incident.opened_at).total_seconds(), texts(language))
    words = {"opened_at": clock_time(incident.opened_at, texts(language)), "lasted": lasted}
    return _text(_led(parts_of(run, context, language), "reminder", words), context, form, MessageKind.REMINDER)


def _led(parts: Parts, section: str, words: dict[str, str]) -> Parts:
    """The same message with a lead of its own, which says how it is by now, and a sign that says why it comes again."""
    own, of_rule = parts.catalogue[section], section_of(parts.scene)

    def now(name: str) -> tuple[str, ...]:
        return tuple(lines(of_rule.get(name, ()), parts.words))

    return replace(
        parts,
        sign=own["sign"].format(sign=parts.sign),
        lead=(*lines(own["lead"], words), *now("now"), *lines(parts.catalogue["again"]["left"], parts.words)),
        glance=now("now_glance") or parts.glance,
        brief=(own["brief"].format_map(words), *now("now_brief"), *parts.brief),
    )


def _text(parts: Parts, context: Context, form: Form, kind: MessageKind) -> Text:
    told = (parts.scene.run,)
    picture = picture_document(parts.scene)
    return _with_dashboard(
        subject=subject_of(parts, context),
        data=document(kind, told, context) | ({"picture": picture} if picture else {}),
        url=url_of(told, context),
        lay_out=partial(long_body if form is Form.LONG else short_body, parts, context),
    )


def _with_dashboard(subject: str, data: dict[str, Any], url: str, lay_out: Callable[..., str]) -> Text:
    return Text(subject, lay_out(url, personal=False), data, partial(lay_out, personal=True))
