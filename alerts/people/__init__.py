"""Who is told: contacts, groups and routes."""

from alerts.people.directory import Directory
from alerts.people.matters import Form, GroupKind, Matter, Receiver, matter_of
from alerts.people.models import Address, Contact, Group, People, Route

__all__ = [
    "Address",
    "Contact",
    "Directory",
    "Form",
    "Group",
    "GroupKind",
    "Matter",
    "People",
    "Receiver",
    "Route",
    "matter_of",
]
