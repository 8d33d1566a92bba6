"""The address of the public site is said once; where it is said otherwise elsewhere, the doctor says so."""

from __future__ import annotations

from pathlib import Path

import pytest

from deploy.settings import Settings, read_settings
from deploy.wiring.public import address_shortcomings

SITE = "https://levels.city.example/"


def settings(site: str, **messages: str) -> Settings:
    return Settings.model_validate({"public": {"address": site}, "alerts": {"public": messages}})


def test_messages_lead_to_the_site_unless_another_address_is_written(tmp_path: Path) -> None:
    file = tmp_path / "city.toml"
    file.write_text(f'[public]\naddress = "{SITE}"\n[alerts.public]\nsender = "city.example"\n')
    assert read_settings(file, {}).alerts.public.link == SITE
    assert read_settings(file, {"MIZUMORI_ALERTS__PUBLIC__LINK": "https://short.example/"}).alerts.public.link == (
        "https://short.example/"
    )
    assert read_settings(None, {"MIZUMORI_PUBLIC__ADDRESS": SITE}).alerts.public.link == SITE
    assert read_settings(None, {}).alerts.public.link == ""


@pytest.mark.parametrize(
    "agreeing",
    [
        settings(""),
        settings(SITE),
        settings(SITE, feed_url=f"{SITE}feeds"),
        settings(SITE, link=f"{SITE}en/", feed_url=f"{SITE}feeds/"),
        settings(SITE, link=SITE.rstrip("/")),
    ],
)
def test_addresses_that_agree_need_no_word(agreeing: Settings) -> None:
    assert list(address_shortcomings(agreeing)) == []


@pytest.mark.parametrize(
    ("differing", "said"),
    [
        (settings(SITE, link="https://old.example/levels"), "leave alerts.public.link empty"),
        (settings(SITE, feed_url="https://old.example/feeds/"), f"lie at {SITE}feeds/: leave alerts.public.feed_url"),
        (settings("", link=SITE), "public.address is empty: write the address"),
        (settings("", feed_url=f"{SITE}feeds/"), "public.address is empty: write the address"),
    ],
)
def test_addresses_that_differ_are_named_with_what_to_write(differing: Settings, said: str) -> None:
    [sentence] = address_shortcomings(differing)
    assert said in sentence
