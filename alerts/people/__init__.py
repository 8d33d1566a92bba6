"""Who is told: contacts, groups and routes, as a file and as a directory that answers."""

from alerts.people.changes import changes, shortened
from alerts.people.checks import Known, remarks
from alerts.people.directory import Directory
from alerts.people.files import PeopleMistakes, load, to_toml
from alerts.people.gaps import gaps
from alerts.people.matters import Form, GroupKind, Matter, Receiver, matter_of
from alerts.people.models import Address, Contact, Group, People, Route

__all__ = [
    "Address",
    "Contact",
    "Directory",
    "Form",
    "Group",
    "GroupKind",
    "Known",
    "Matter",
    "People",
    "PeopleMistakes",
    "Receiver",
    "Route",
    "changes",
    "gaps",
    "load",
    "matter_of",
    "remarks",
    "shortened",
    "to_toml",
]
