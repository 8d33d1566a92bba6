"""The registry as files: read, compared, and written again. The registry itself lives in the database."""

from ingest.registry_files.changes import Change, diff, merge_thresholds
from ingest.registry_files.export import to_csv, to_toml
from ingest.registry_files.mistakes import Mistake, RegistryMistakes
from ingest.registry_files.reading import load

__all__ = [
    "Change",
    "Mistake",
    "RegistryMistakes",
    "diff",
    "load",
    "merge_thresholds",
    "to_csv",
    "to_toml",
]
