"""The pages of messages in three languages: what they say of active, lapsed, ended and corrected messages, and where
the headlines on other pages lead."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest

from alerts.cap.flood import Issued, IssuedFor
from alerts.public.records import Given
from dashboard.public.messages import Messages, Notice
from dashboard.public.pages.frame import template_of
from dashboard.public.words import Words
from dashboard.public.words.languages import BY_CODE
from tests.alerts.night import at
from tests.alerts.public_house import TOWN, WHY
from tests.public.press import Press

FOLDERS = ("", "easy/", "en/")
SECRET = "<職員だけのメモ>"


class Facts(HTMLParser):
    """The ids, links and texts of a page; whether every element that was opened was closed in its order."""

    VOID = frozenset({"meta", "link", "br", "img", "use", "path", "circle", "input", "wbr"})

    def __init__(self, html: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.links: list[str] = []
        self.headings: list[int] = []
        self.open: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.ids += [value for name, value in attrs if name == "id" and value]
        self.links += [value for name, value in attrs if tag == "a" and name == "href" and value]
        self.headings += [int(tag[1])] if re.fullmatch(r"h[1-6]", tag) else []
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in self.VOID:
            assert self.open.pop() == tag


def section(html: str, heading: str) -> str:
    """What stands under a heading of a page."""
    [found] = re.findall(rf'<section[^>]*aria-labelledby="{heading}".*?</section>', html, re.DOTALL)
    return str(found)


def articles(html: str) -> list[str]:
    return re.findall(r"<article.*?</article>", html, re.DOTALL)


@pytest.mark.parametrize("folder", FOLDERS)
def test_without_a_message_the_page_says_so_and_that_this_is_no_safety(press: Press, folder: str) -> None:
    press.press()
    told = {"": "安全とはかぎりません", "easy/": "だと", "en/": "That does not mean it is safe"}
    assert told[folder] in section(press.page(f"{folder}messages.html"), "active")
    assert articles(press.page(f"{folder}messages.html")) == []
    assert articles(press.page(f"{folder}history.html")) == []


@pytest.mark.parametrize("folder", FOLDERS)
def test_the_pages_are_whole_and_every_link_to_a_message_leads_to_one(press: Press, folder: str) -> None:
    press.out(4)
    press.desk.cancel(press.send(press.by_hand(station_ids=("under",))).id, "当番", WHY)
    press.press()
    pages = {name: Facts(press.page(folder + name)) for name in ("messages.html", "history.html")}
    for name, found in pages.items():
        assert found.open == []
        assert len(set(found.ids)) == len(found.ids)
        assert all(after - before <= 1 for before, after in zip(found.headings, found.headings[1:], strict=False))
        assert found.headings.count(1) == 1
        for link in found.links:
            page, _, anchor = link.partition("#")
            if anchor.startswith("m-"):
                assert anchor in Facts((press.folder / folder / (page or name)).read_text(encoding="utf-8")).ids
            if page.endswith(".xml"):
                assert (press.folder / folder / page).resolve().is_file()
    assert {"m-1", "m-2"} <= set(pages["messages.html"].ids)


def test_an_active_message_says_where_since_when_until_when_what_to_do_and_its_issued_level_by_itself(
    press: Press,
) -> None:
    issued = Issued(4, "市長", press.clock.now(), IssuedFor(area="美ノ郷"))
    texts = {"ja": {"headline": "川から離れて", "description": "一行目\n二行目", "instruction": "高い所へ"}}
    first = press.send(press.by_hand(gravity=4, issued=issued, texts=texts))
    press.later(30)
    press.update(first, texts={"ja": {"headline": "まだ離れて"}})
    press.press()
    [shown] = articles(press.page("messages.html"))
    for each in (
        "まだ離れて",
        "<p>一行目</p>",
        "<p>二行目</p>",
        "高い所へ",
        "藤井川",
        "警戒レベル4（避難指示）",
        "市長",
    ):
        assert each in shown
    assert re.search(r"最初の発信</dt><dd><time [^>]*>19:00", shown)
    assert re.search(r"最後の更新</dt><dd><time [^>]*>19:30", shown)
    assert re.search(r"有効期限</dt><dd><time [^>]*>7月2日 01:30", shown)
    assert "川から離れて" in shown[shown.index("これまでの経過") :]
    assert shown.count("発令されて") == 1
    assert "発信の承認: 当番" in shown


def test_the_gravest_stands_first_and_each_says_how_grave_it_is_in_words(press: Press) -> None:
    for gravity in (2, 5, 3):
        press.send(press.by_hand(gravity=gravity))
    press.press()
    found = [
        re.search(r'class="gravity">.*?<span>([^<]+)', each, re.DOTALL)
        for each in articles(press.page("messages.html"))
    ]
    assert [each and each[1] for each in found] == [
        "命の危険があります",
        "早めに備えてください",
        "注意してください",
    ]


@pytest.mark.parametrize(
    ("folder", "said"),
    [
        ("", "解除はまだ誰も出していません"),
        ("easy/", "だれもまだ「<ruby>終<rt>お</rt></ruby>わった」"),
        ("en/", "Nobody has given the all-clear"),
    ],
)
def test_what_ran_out_says_within_a_minute_that_nobody_gave_the_all_clear(press: Press, folder: str, said: str) -> None:
    press.out(4)
    press.press()
    press.press(minutes=6 * 60 - 1)
    assert said not in press.page(f"{folder}messages.html")
    press.press(minutes=1)
    page = press.page(f"{folder}messages.html")
    assert articles(section(page, "active")) == []
    [shown] = articles(section(page, "lapsed"))
    assert said in shown.replace("<rp>（</rp>", "").replace("<rp>）</rp>", "")


def test_a_correction_shows_what_was_wrong_beside_what_is_right_and_stays_in_the_history(press: Press) -> None:
    wrong = press.out(4)
    given = {"ja": {"headline": "栗原川です"}, "en": {"headline": "It is the Kurihara"}}
    press.desk.correct(wrong.id, "当番", WHY, Given(given))
    press.press()
    for page, old, new in (
        ("messages.html", wrong.content.texts["ja"].headline, "訂正: 栗原川です"),
        ("history.html", wrong.content.texts["ja"].headline, "訂正: 栗原川です"),
        ("en/history.html", wrong.content.texts["en"].headline, "Corrected: It is the Kurihara"),
    ):
        [shown] = [each for each in articles(press.page(page)) if "put-right" in each]
        assert re.search(rf"<s>.*{re.escape(old)}.*</s>.*{re.escape(new)}", shown, re.DOTALL)
        assert WHY["en" if "en/" in page else "ja"] in shown


@pytest.mark.parametrize(("folder", "said"), [("", "19:00 解除"), ("en/", "All-clear 19:00")])
def test_an_all_clear_is_in_the_history_with_all_that_came_before_it(press: Press, folder: str, said: str) -> None:
    press.all_clear(press.out(4))
    press.press()
    [shown] = articles(press.page(f"{folder}history.html"))
    assert said in shown
    assert shown.count("<li class=") == 2
    assert articles(section(press.page(f"{folder}messages.html"), "active")) == []
    assert said in section(press.page(f"{folder}messages.html"), "ended")


def test_easy_japanese_says_that_the_messages_are_in_plain_japanese_and_english_leads_to_the_japanese_text(
    press: Press,
) -> None:
    press.send(press.by_hand(texts={"ja": {"headline": "川から離れて"}}))
    press.press()
    easy, english = press.page("easy/messages.html"), press.page("en/messages.html")
    assert "川から離れて" in easy
    assert "ふつうの" in easy
    assert "ふつうの" not in press.page("messages.html")
    assert "川から離れて" not in english
    assert '<a href="../messages.html#m-1" hreflang="ja">' in english


def test_what_people_wrote_is_text_and_never_markup_and_nothing_of_drafts_is_shown(press: Press) -> None:
    texts = {each: {"headline": "<b>太い</b>", "description": "<script>x</script>"} for each in ("ja", "en")}
    first = press.send(press.by_hand(texts=texts))
    press.desk.update(first.id, "当番", Given({"ja": {"instruction": SECRET}}))
    press.by_hand(texts={"en": {"headline": SECRET}})
    press.press()
    for each in press.folder.rglob("*.html"):
        page = each.read_text(encoding="utf-8")
        assert "<b>太い" not in page
        assert "<script>" not in page
        assert "職員だけのメモ" not in page
    assert "&lt;b&gt;太い" in press.page("messages.html")


def test_a_drill_is_marked_in_every_headline(press: Press) -> None:
    press.drill = True
    press.all_clear(press.out(4))
    press.send(press.by_hand(station_ids=("under",)))
    press.press()
    for page in ("messages.html", "en/messages.html", "history.html"):
        headlines = re.findall(r"<h3 id=\"h-[^>]*>(.*?)</h3>", press.page(page))
        assert headlines
        assert all("【訓練】" in each for each in headlines)


def notices(told: tuple[Notice, ...], code: str = "ja", home: str = "") -> str:
    """What a page shows of them that includes the macro."""
    source = '{% from "_messages.html" import notices with context %}{{ notices(found) }}'
    template = template_of("frame.html").environment.from_string(source)
    language = BY_CODE[code]
    words = Words(language, TOWN, at(60))
    return template.render(found=told, language=language, words=words, home=home, iso=str)


def test_headlines_lead_to_their_message_and_an_all_clear_says_when(press: Press) -> None:
    press.all_clear(press.out(4))
    press.send(press.by_hand(station_ids=("under",), texts={"ja": {"headline": "地下道は通れません"}}))
    told = told_by(press).in_city(press.clock.now())
    shown = notices(told, home="../")
    assert f'<a href="../messages.html#m-{told[0].chain_id}"><span>地下道は通れません</span></a>' in shown
    assert "19:00 解除" in shown
    assert shown.index("地下道は通れません") < shown.index("19:00 解除")
    assert notices(()) == ""


def test_a_headline_that_does_not_say_its_place_has_it_beside_it(press: Press) -> None:
    press.send(press.by_hand(station_ids=("under",), texts={"ja": {"headline": "近づかないでください"}}))
    place = told_by(press).chains[0].newest.said["ja"].place
    assert place
    found = told_by(press).in_city(press.clock.now())
    assert f"<small>{place}</small>" in notices(found)
    assert f'<small lang="ja">{place}</small>' not in notices(found, "en")
    press.send(press.by_hand(station_ids=("under",), texts={"ja": {"headline": f"{place}は通れません"}}))
    assert notices(told_by(press).in_city(press.clock.now())).count("<small>") == 1


def test_of_many_headlines_the_rest_is_counted(press: Press) -> None:
    for _ in range(7):
        press.send(press.by_hand())
    shown = notices(told_by(press).in_city(press.clock.now()))
    assert shown.count("<li") == 5
    assert "ほかのお知らせ: 2件" in shown


def test_a_language_without_messages_of_its_own_shows_both_that_there_are_and_says_which_is_which(
    press: Press,
) -> None:
    press.send(press.by_hand(texts={"ja": {"headline": "川から離れて"}, "en": {"headline": "Keep away"}}))
    told = told_by(press).in_city(press.clock.now())
    assert '<span lang="en">Keep away</span><br><span lang="ja">川から離れて</span>' in notices(told, "zh")


def told_by(press: Press) -> Messages:
    return press.bulletin.messages(press.bulletin.names(press.clock.now()), press.registry, press.clock.now())
