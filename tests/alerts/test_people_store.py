"""The directory in the database."""

from __future__ import annotations

import logging
from datetime import timedelta

import pytest
from sqlalchemy import Engine, insert, select

from alerts.people import People
from alerts.store.people import DirectoryUnreadable, SqlDirectory
from alerts.store.tables import chronology, directory
from tests.alerts.town import NOON, contact, group, matter, people, route, who

FIRST = people([contact("a")], [group("a")], [route("a")])
SECOND = people([contact("a"), contact("b")], [group("a", members=["a", "b"])], [route("a")])


def test_before_the_first_import_nobody_is_there(database: Engine) -> None:
    kept = SqlDirectory(database)
    assert kept.directory().revision == 0
    assert who(kept.directory(), matter(level=5)) == {}


def test_the_newest_revision_is_in_service_and_the_older_ones_are_kept(database: Engine) -> None:
    kept, other = SqlDirectory(database), SqlDirectory(database)
    assert kept.apply(FIRST, "chief", NOON) == ["contact a added", "group a added", "route a added"]
    assert set(who(other.directory(), matter())) == {"a"}
    assert kept.apply(SECOND, "deputy", NOON + timedelta(days=1)) == ["contact b added", "group a: members +b"]
    assert set(who(other.directory(), matter())) == {"a", "b"}
    assert [(each.revision, each.by) for each in kept.revisions()] == [(2, "deputy"), (1, "chief")]
    with database.connect() as connection:
        documents = connection.scalars(select(directory.c.document).order_by(directory.c.revision)).all()
    assert [People.model_validate(each) for each in documents] == [FIRST, SECOND]


def test_the_same_directory_is_given_while_nothing_was_imported(database: Engine) -> None:
    kept = SqlDirectory(database)
    kept.apply(FIRST, "chief", NOON)
    assert kept.directory() is kept.directory()


def test_an_import_stands_in_the_chronology_with_what_it_changed_and_without_addresses(database: Engine) -> None:
    SqlDirectory(database).apply(FIRST, "chief", NOON)
    SqlDirectory(database).apply(SECOND, "deputy", NOON)
    with database.connect() as connection:
        first, second = connection.execute(select(chronology).order_by(chronology.c.seq)).all()
    assert (first.kind, first.actor, first.ref_id) == ("people", "chief", 1)
    assert second.detail["changes"] == ["contact b added", "group a: members +b"]
    assert "contact b added" in second.text
    assert "@town.example" not in str(first.detail)


def test_an_import_that_changes_nothing_makes_no_revision(database: Engine) -> None:
    kept = SqlDirectory(database)
    kept.apply(FIRST, "chief", NOON)
    assert kept.apply(FIRST, "chief", NOON) == [] == kept.preview(FIRST)
    assert len(kept.revisions()) == 1


def test_people_that_this_version_cannot_read_leave_the_last_good_ones_in_service(
    database: Engine, caplog: pytest.LogCaptureFixture
) -> None:
    kept = SqlDirectory(database)
    kept.apply(FIRST, "chief", NOON)
    assert kept.directory().people == FIRST
    newer = {**People().model_dump(mode="json"), "from_tomorrow": 1}
    with database.begin() as connection:
        connection.execute(insert(directory).values(at=NOON, by="newer", document=newer))
    with caplog.at_level(logging.ERROR):
        assert kept.directory().people == FIRST
    assert "cannot be read by this version" in caplog.text
    with pytest.raises(DirectoryUnreadable, match="from_tomorrow"):
        SqlDirectory(database).directory()
