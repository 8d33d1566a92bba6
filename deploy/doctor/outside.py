"""Checks of what lies outside: the broker, the ports, the services that run."""

from __future__ import annotations

import errno
import json
import socket
import urllib.error
import urllib.request
from collections.abc import Iterable
from typing import Any

from deploy.monitor.signs import Check, State
from ingest.mqtt_settings import MqttSettings
from ingest.mqtt_trial import Trial, try_broker

ANSWER_WITHIN_S = 5.0


def check_broker(settings: MqttSettings, embedded: bool, services_run: bool) -> Check:
    """Whether ingest could receive from the broker now."""
    where = f"{settings.host}:{settings.port}"
    if embedded and not services_run:
        return Check("broker", State.OK, f"the embedded broker starts with ingest, on {where}")
    return broker_check(try_broker(settings), where, settings.username)


def broker_check(trial: Trial, where: str, username: str) -> Check:
    """What a trial means."""
    if trial.subscribed:
        return Check("broker", State.OK, f"{where} can be reached and gives us our topics")
    if not trial.reached:
        sentence = f"{where} cannot be reached ({trial.said}): start the broker, or set [mqtt] host and port"
    elif trial.admitted:
        sentence = f"{where} refuses the subscription ({trial.said}): give the user {username or '(none)'} read rights"
    else:
        sentence = f"{where} does not let us in ({trial.said}): look at username, password, tls and ca_file of [mqtt]"
    return Check("broker", State.FAILED, sentence)


def check_port(use: str, host: str, port: int) -> Check:
    """Whether a port is free for a service that does not run."""
    table, _, name = use.partition(".")
    of = "the public page" if table == "public" else f"the {table}"
    variable = f"MIZUMORI_{table}__{name or 'port'}".upper()
    try:
        with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as trial:
            trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            trial.bind((host, port))
    except OSError as error:
        why = "is taken by another program" if error.errno == errno.EADDRINUSE else f"cannot be used ({error.strerror})"
        sentence = f"port {port} of {host} for {of} {why}: end it, or set {variable}"
        return Check(f"port {port}", State.FAILED, sentence)
    return Check(f"port {port}", State.OK, f"is free for {of}")


def check_service(name: str, host: str, port: int) -> Iterable[Check]:
    """What a service that runs says of itself; nothing where none answers."""
    document = _health(f"http://{host}:{port}/health")
    if document is None:
        return
    for each in document["checks"]:
        state = State[str(each["status"]).upper()]
        if state is not State.OK:
            yield Check(f"{name}: {each['name']}", state, str(each["sentence"]))
    if document["status"] == "ok":
        yield Check(name, State.OK, f"runs and is well (version {document['version']})")


def _health(url: str) -> dict[str, Any] | None:
    try:
        with urllib.request.urlopen(url, timeout=ANSWER_WITHIN_S) as answer:
            document = json.load(answer)
    except urllib.error.HTTPError as error:
        with error:
            document = json.load(error) if error.code == 503 else None
    except (OSError, ValueError):
        return None
    return document if isinstance(document, dict) and "checks" in document else None
