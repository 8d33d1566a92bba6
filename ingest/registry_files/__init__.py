"""The registry as files: read, compared, and written again. The registry itself lives in the database."""

from ingest.registry_files.changes import Change, diff, merge_past
from ingest.registry_files.export import to_csv, to_toml
from ingest.registry_files.mistakes import Mistake, RegistryConflict, RegistryMistakes
from ingest.registry_files.reading import load

__all__ = [
    "Change",
    "Mistake",
    "RegistryConflict",
    "RegistryMistakes",
    "diff",
    "load",
    "merge_past",
    "to_csv",
    "to_toml",
]
