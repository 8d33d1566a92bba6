"""What LINE, webhooks, SMS, Teams and Slack are sent, and what their own answers mean."""

from __future__ import annotations

import hashlib
import hmac
import json
import logging
import re
import threading
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl

import pytest

from alerts.channels.channel import Channel
from alerts.channels.line import QUOTA_RETRY_S, Line, LineSettings
from alerts.channels.slack import Slack, SlackSettings
from alerts.channels.sms import Sms, SmsSettings
from alerts.channels.teams import Teams, TeamsSettings
from alerts.channels.webhook import Webhook, WebhookSettings
from tests.alerts.parcels import BODY, KEY, NOW, SUBJECT, failure, now, parcel
from tests.alerts.servers import Answer, Request, WebServer
from tests.parts import PROJECT

SECRET = "0123456789abcdef0123456789abcdef"
USER = "U" + "0" * 32
TOKEN = "line-token"
OK = Answer(200, body="ok")


def line(server: WebServer) -> Line:
    return Line(LineSettings(url=server.base, token=TOKEN))


def webhook(server: WebServer, **settings: Any) -> Webhook:
    del server
    return Webhook(WebhookSettings(**settings), now)


# LINE


def test_line_gets_a_push_with_the_key_and_says_the_messages_id() -> None:
    answer = Answer(200, body='{"sentMessages":[{"id":"461230966842064897","quoteToken":"x"}]}')
    with WebServer((answer,)) as server:
        assert line(server).send(parcel(USER)) == "461230966842064897"
    (request,) = server.requests
    assert request.head.startswith("POST /v2/bot/message/push ")
    assert request.header("X-Line-Retry-Key") == KEY
    assert request.header("Authorization") == f"Bearer {TOKEN}"
    assert request.document() == {"to": USER, "messages": [{"type": "text", "text": f"{SUBJECT}\n\n{BODY}".strip()}]}


def test_a_broadcast_names_nobody_and_says_the_requests_id() -> None:
    with WebServer((Answer(200, ("X-Line-Request-Id: r-1",), "{}"),)) as server:
        assert line(server).send(parcel("broadcast")) == "r-1"
    (request,) = server.requests
    assert request.head.startswith("POST /v2/bot/message/broadcast ")
    assert "to" not in request.document()


def test_a_repeat_that_line_knows_is_accepted_with_the_first_requests_id() -> None:
    repeat = Answer(409, ("X-Line-Accepted-Request-Id: r-1",), '{"message":"The retry key is already accepted"}')
    with WebServer((Answer(500), repeat)) as server:
        channel = line(server)
        failure(channel, parcel(USER))
        assert channel.send(parcel(USER)) == "r-1"
    assert len({each.header("X-Line-Retry-Key") for each in server.requests}) == 1


@pytest.mark.parametrize(
    ("said", "retry_after_s", "sentence"),
    [
        ("You have reached your monthly limit.", QUOTA_RETRY_S, "LINE Official Account Manager"),
        ("The API rate limit has been exceeded. Try again later.", None, "answered 429"),
    ],
)
def test_the_months_end_of_line_messages_is_told_from_too_many_at_once(
    said: str, retry_after_s: float | None, sentence: str
) -> None:
    with WebServer((Answer(429, body=json.dumps({"message": said})),)) as server:
        error = failure(line(server), parcel(USER))
    assert (error.permanent, error.retry_after_s) == (False, retry_after_s)
    assert sentence in str(error)


def test_a_long_message_to_line_is_divided_and_in_the_end_cut() -> None:
    body = "".join(f"地点{number:04d} 水位 1.00 m 😀\n" for number in range(2000)) + "https://mizumori.example.jp/\n"
    with WebServer((Answer(200, body="{}"),)) as server:
        line(server).send(parcel(USER, body=body))
    texts = [each["text"] for each in server.requests[0].document()["messages"]]
    assert len(texts) == 5
    assert all(len(each.encode("utf-16-le")) // 2 <= 5000 for each in texts)
    assert texts[0].startswith(SUBJECT)
    assert texts[-1].endswith("…\nhttps://mizumori.example.jp/")


# Webhooks


def verified(request: Request, secret: str, now_s: float) -> bool:
    """What a receiver does, as docs/channels.md shows it."""
    sample: dict[str, Callable[[str, dict[str, str], bytes, float], bool]] = {}
    exec(documented("verified"), {"hmac": hmac, "hashlib": hashlib}, sample)
    names = ("Mizumori-Timestamp", "Mizumori-Signature")
    return sample["verified"](secret, {name: request.header(name) for name in names}, request.body, now_s)


def documented(function: str) -> str:
    """The sample in docs/channels.md that defines a function."""
    text = (PROJECT / "docs" / "channels.md").read_text(encoding="utf-8")
    samples: list[str] = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    return next(each for each in samples if f"def {function}(" in each)


def test_a_receiver_verifies_a_webhook_as_the_documentation_says() -> None:
    with WebServer((Answer(204),)) as server:
        webhook(server, secret=SECRET).send(parcel(server.url))
    (request,) = server.requests
    at_s = NOW.timestamp()
    assert verified(request, SECRET, at_s + 200)
    assert not verified(request, SECRET.replace("0", "1"), at_s)
    assert not verified(request, SECRET, at_s + 301)
    assert not verified(request, SECRET, at_s - 301)
    request.body = request.body.replace(b"3.10", b"0.10")
    assert not verified(request, SECRET, at_s)


def test_a_recipients_own_secret_comes_before_the_general_one() -> None:
    with WebServer((Answer(204),)) as server:
        webhook(server, secret=SECRET, secrets={"duty": "f" * 32}).send(parcel(server.url))
    assert verified(server.requests[0], "f" * 32, NOW.timestamp())


def test_without_a_secret_a_webhook_is_not_signed() -> None:
    with WebServer((Answer(204),)) as server:
        webhook(server).send(parcel(server.url))
    assert "Signature" not in server.requests[0].head


def test_a_webhook_carries_the_message_for_people_and_for_machines_and_a_key_that_stays() -> None:
    with WebServer((Answer(200, body='{"id": 42}'),)) as server:
        channel = webhook(server)
        sent = parcel(server.url, data={"schema": "mizumori.alerts/1", "level": 3}, drill=True)
        assert [channel.send(sent) for _ in range(2)] == ["42", "42"]
    first, second = server.requests
    assert first.document() == {
        "key": KEY,
        "message_id": 7,
        "recipient": "duty",
        "level": 3,
        "drill": True,
        "language": "ja",
        "created_at": "2026-07-01T09:00:00+00:00",
        "subject": SUBJECT,
        "body": BODY,
        "data": {"schema": "mizumori.alerts/1", "level": 3},
    }
    assert first.header("Idempotency-Key") == second.header("Idempotency-Key") == KEY
    assert first.body == second.body


@pytest.mark.parametrize("secret", ["short", "x" * 31])
def test_a_secret_that_could_be_guessed_is_refused(secret: str) -> None:
    with pytest.raises(ValueError, match="write 32 characters or more"):
        WebhookSettings(secret=secret)


# SMS

SMS = {"token": "Bearer sms-token", "id_path": "messages.0.id"}


def test_a_text_message_has_the_fields_that_the_provider_wants_as_json() -> None:
    settings = {**SMS, "to_field": "message.to", "text_field": "message.text", "key_header": "Idempotency-Key"}
    with WebServer((Answer(201, body='{"messages":[{"id":"m-9"}]}'),)) as server:
        channel = Sms(SmsSettings(url=server.url, fields={"from": "Mizumori"}, **settings))
        assert channel.idempotent
        assert channel.send(parcel("090-1234-5678", body="【危険度3】藤井川 3.10m")) == "m-9"
    (request,) = server.requests
    assert request.document() == {
        "from": "Mizumori",
        "message": {"to": "+819012345678", "text": "【危険度3】藤井川 3.10m"},
    }
    assert request.header("Authorization") == "Bearer sms-token"
    assert request.header("Idempotency-Key") == KEY


def test_a_text_message_as_a_form_to_a_domestic_number_without_a_key() -> None:
    settings = {"format": "form", "numbers": "domestic", "auth_header": "X-Api-Key", "token": "k", "key_field": ""}
    with WebServer((Answer(200),)) as server:
        channel = Sms(SmsSettings(url=server.url, **settings))
        assert not channel.idempotent
        channel.send(parcel("+81 90 1234 5678", body="水位 3.10m"))
    (request,) = server.requests
    assert dict(parse_qsl(request.body.decode())) == {"to": "09012345678", "text": "水位 3.10m"}
    assert request.header("X-Api-Key") == "k"


def test_a_long_text_message_keeps_its_link() -> None:
    body = f"藤井川 {'水位が上がっています ' * 50}\nhttps://mizumori.example.jp/a/Zk3x"
    with WebServer((Answer(200),)) as server:
        Sms(SmsSettings(url=server.url, longest_text=140)).send(parcel("090-1234-5678", body=body))
    text = server.requests[0].document()["text"]
    assert len(text) <= 140
    assert text.endswith("…\nhttps://mizumori.example.jp/a/Zk3x")


@pytest.mark.parametrize(
    ("answer", "permanent"),
    [('{"status":"invalid number"}', True), ('{"status":"throttled"}', False), ("<html>", False)],
)
def test_a_provider_that_says_200_and_no_is_not_believed(answer: str, permanent: bool) -> None:
    with WebServer((Answer(200, body=answer),)) as server:
        channel = Sms(SmsSettings(url=server.url, status_path="status", status_ok=("queued", "sent")))
        error = failure(channel, parcel("090-1234-5678"))
    assert error.permanent is permanent
    assert "the provider did not take it" in str(error)


def test_a_foreign_number_is_refused_where_the_provider_takes_japanese_ones() -> None:
    channel = Sms(SmsSettings(url="https://127.0.0.1:1/", numbers="domestic"))
    assert failure(channel, parcel("+1 202 555 0100")).permanent


# Teams and Slack


def test_teams_gets_a_card_with_a_line_each_and_a_button_for_the_link() -> None:
    with WebServer((Answer(202, ("x-ms-workflow-run-id: 0858",)),)) as server:
        assert Teams(TeamsSettings()).send(parcel(server.url, body=f"【訓練】*水位*\n\n{BODY}【訓練】\n")) == "0858"
    (attachment,) = server.requests[0].document()["attachments"]
    card = attachment["content"]
    assert attachment["contentType"] == "application/vnd.microsoft.card.adaptive"
    assert card["type"] == "AdaptiveCard"
    assert [each["text"] for each in card["body"]][:3] == [SUBJECT, "【訓練】\\*水位\\*", "水位: 3.10 m"]
    assert [each["url"] for each in card["actions"]] == ["https://mizumori.example.jp/station/fujii"]


def test_a_digest_of_any_length_fits_into_a_card() -> None:
    body = "".join(f"地点{number:05d} 水位 1.00 m\n" for number in range(5000))
    with WebServer((Answer(202),)) as server:
        Teams(TeamsSettings()).send(parcel(server.url, body=body))
    assert len(server.requests[0].body) < 28_000


@pytest.mark.parametrize(
    ("status", "text", "permanent"),
    [
        (
            200,
            "Webhook message delivery failed with error: Microsoft Teams endpoint returned HTTP error 429 with",
            False,
        ),
        (
            200,
            "Webhook message delivery failed with error: Microsoft Teams endpoint returned HTTP error 413 with",
            True,
        ),
        (200, "Webhook message delivery failed with error", False),
        (400, '{"error":{"code":"WorkflowTriggerIsNotEnabled"}}', False),
        (400, '{"error":{"code":"TriggerInputSchemaMismatch"}}', True),
    ],
)
def test_the_text_of_teams_counts_more_than_its_200(status: int, text: str, permanent: bool) -> None:
    with WebServer((Answer(status, body=text),)) as server:
        assert failure(Teams(TeamsSettings()), parcel(server.url)).permanent is permanent


def test_slack_gets_plain_text_in_which_nothing_calls_everybody() -> None:
    with WebServer((OK,)) as server:
        Slack(SlackSettings()).send(parcel(server.url, subject="<!channel> A & B", body=BODY))
    document = server.requests[0].document()
    assert document["text"] == f"&lt;!channel&gt; A &amp; B\n{BODY}".strip()
    assert document["mrkdwn"] is False


@pytest.mark.parametrize(
    ("status", "text", "permanent"),
    [
        (404, "no_service", True),
        (404, "channel_not_found", True),
        (403, "action_prohibited", False),
        (410, "channel_is_archived", True),
        (400, "invalid_payload", True),
        (500, "rollup_error", False),
        (200, "<html>please sign in</html>", False),
    ],
)
def test_what_slack_says_tells_whether_it_helps_to_try_again(status: int, text: str, permanent: bool) -> None:
    with WebServer((Answer(status, body=text),)) as server:
        error = failure(Slack(SlackSettings()), parcel(server.url))
    assert error.permanent is permanent
    assert text in str(error)


# All of them


def test_no_address_and_no_token_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with WebServer((OK,)) as server:
        Slack(SlackSettings()).send(parcel(f"{server.base}/services/the-password"))
        line(server).send(parcel(USER))
    assert "the-password" not in caplog.text
    assert TOKEN not in caplog.text


def test_an_answer_that_repeats_the_secret_is_quoted_without_it() -> None:
    with WebServer((Answer(400, body=f"unknown token {TOKEN}, sorry\n\x07"),)) as server:
        assert str(failure(line(server), parcel(USER))) == "the other side answered 400: unknown token …, sorry"


def test_the_environments_proxy_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    monkeypatch.delenv("NO_PROXY", raising=False)
    with WebServer((OK,)) as server:
        Slack(SlackSettings()).send(parcel(server.url))
    assert len(server.requests) == 1


def test_a_proxy_of_the_settings_is_used() -> None:
    with WebServer((OK,)) as proxy:
        Slack(SlackSettings(proxy=proxy.base)).send(parcel("http://127.0.0.1:1/services/1"))
    assert proxy.requests[0].head.startswith("POST http://127.0.0.1:1/services/1 ")


def test_many_threads_share_one_channel() -> None:
    with WebServer((OK,)) as server:
        channel: Channel = Slack(SlackSettings())

        def work(worker: int) -> None:
            for number in range(20):
                channel.send(parcel(server.url, subject=f"{worker}-{number}"))

        workers = [threading.Thread(target=work, args=(each,)) for each in range(8)]
        for each in workers:
            each.start()
        for each in workers:
            each.join()
        channel.close()
    assert len({each.document()["text"].splitlines()[0] for each in server.requests}) == 160
