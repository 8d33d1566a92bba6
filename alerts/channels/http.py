"""The one small file that speaks HTTP for the channels."""

from __future__ import annotations

from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from typing import Any

import httpx

from alerts.channels.channel import ChannelError

TRY_AGAIN = {401, 403, 404, 407, 408, 423, 425, 429}
"""Of the 4xx answers those that somebody can put right, or that time does."""


def post_json(url: str, document: Mapping[str, Any], headers: Mapping[str, str], timeout_s: float) -> None:
    """POST a JSON document; 2xx is success, other 4xx are permanent, the rest may be tried again."""
    try:
        with (
            httpx.Client(timeout=timeout_s, follow_redirects=False, trust_env=False) as client,
            client.stream("POST", url, json=dict(document), headers=dict(headers)) as answer,
        ):
            # Only the head of the answer matters: a body that never ends must not hold the worker.
            _raise_for(answer)
    except (httpx.InvalidURL, httpx.UnsupportedProtocol, UnicodeError) as error:
        raise ChannelError(f"not an address that can be posted to: {error}", permanent=True) from error
    except httpx.HTTPError as error:
        raise ChannelError(f"no answer: {error!r}") from error


def _raise_for(answer: httpx.Response) -> None:
    if answer.is_success:
        return
    permanent = 400 <= answer.status_code < 500 and answer.status_code not in TRY_AGAIN
    raise ChannelError(
        f"the other side answered {answer.status_code}", permanent=permanent, retry_after_s=_retry_after_s(answer)
    )


def _retry_after_s(answer: httpx.Response) -> float | None:
    """Retry-After in seconds or as a date (RFC 9110 10.2.3); None where it is absent or unreadable."""
    text = answer.headers.get("Retry-After", "")
    if text.isdecimal():
        return float(text)
    try:
        sent = parsedate_to_datetime(answer.headers.get("Date", ""))
        return max(0.0, (parsedate_to_datetime(text) - sent).total_seconds())
    except (ValueError, TypeError):
        return None
