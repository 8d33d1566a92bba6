"""The registry as files: read, compared, and written again. The registry itself lives in the database."""

from ingest.registry_files.changes import Change, diff, merge_past
from ingest.registry_files.export import to_csv, to_toml
from ingest.registry_files.mistakes import Mistake, RegistryConflict, RegistryMistakes
from ingest.registry_files.reading import load
from ingest.registry_files.remarks import contents, remarks

__all__ = [
    "Change",
    "Mistake",
    "RegistryConflict",
    "RegistryMistakes",
    "contents",
    "diff",
    "load",
    "merge_past",
    "remarks",
    "to_csv",
    "to_toml",
]
