"""``data/catalog.jsonld``: the open data as an entry for data catalogues, in DCAT 3 with the terms of DCAT-AP.

It needs no other document to be read: its context is in it. Addresses are relative to it unless the city said where
its site is.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from functools import cache, partial
from importlib.resources import files
from typing import Any

from dashboard.public.data.licences import attribution, licence_of
from dashboard.public.data.written import as_json
from dashboard.public.edition import Edition
from dashboard.public.sheets import Sheet
from ingest.stations import Registry

PATH = "data/catalog.jsonld"
CONTEXT = {
    "dcat": "http://www.w3.org/ns/dcat#",
    "dct": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "vcard": "http://www.w3.org/2006/vcard/ns#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
AUTHORITY = "http://publications.europa.eu/resource/authority"
IANA = "https://www.iana.org/assignments/media-types"
WKT = "http://www.opengis.net/ont/geosparql#wktLiteral"
GEOJSON = "https://www.rfc-editor.org/info/rfc7946"
ALWAYS, DAILY = "UPDATE_CONT", "DAILY"
SAID_IN = ("ja", "en")

Node = dict[str, Any]


def sheets(edition: Edition) -> Iterator[Sheet]:
    """The entry; it changes with the registry, the settings and the first day."""
    yield Sheet(PATH, edition.since, partial(rendered, edition))


def rendered(edition: Edition) -> bytes:
    """The file."""
    return as_json(_Entry(edition).catalog())


class _Entry:
    def __init__(self, edition: Edition) -> None:
        self._edition = edition
        self._registry = edition.board.registry
        self._settings = edition.settings.data
        self._root = edition.settings.address or "../"

    def catalog(self) -> Node:
        city = self._registry.city
        archive = [self._daily(), self._history()] if self._settings.archive else []
        return {
            "@context": CONTEXT,
            "@id": self._at(f"{PATH}#catalog"),
            "@type": "dcat:Catalog",
            "dct:title": self._said("title", city=city.name),
            "dct:description": self._said("description", city=city.name),
            "dct:publisher": self._publisher(),
            "dct:license": {"@id": licence_of(self._settings).url},
            "dct:language": [_id(AUTHORITY, "language", each) for each in ("JPN", "ENG")],
            "dct:spatial": _spatial(self._registry),
            "foaf:homepage": {"@id": self._at("data.html")},
            "dcat:dataset": [self._latest(), *archive, self._messages()],
        }

    def _latest(self) -> Node:
        schema = {"dct:conformsTo": {"@id": self._at("data/latest.schema.json")}}
        forms = [
            self._file("data/latest.json", "application/json", "JSON", **schema),
            self._file("data/latest.csv", "text/csv", "CSV"),
            self._file(
                "data/latest.geojson", "application/geo+json", "GEOJSON", **{"dct:conformsTo": {"@id": GEOJSON}}
            ),
        ]
        return self._dataset("latest", ALWAYS, forms)

    def _daily(self) -> Node:
        return self._dataset("daily", DAILY, [self._list_of_files()]) | self._temporal()

    def _history(self) -> Node:
        reporting = {each.station_id for each in self._registry.gauges.values()}
        histories = [
            self._file(
                f"data/stations/{each.id}/history.csv.gz",
                "text/csv",
                "CSV",
                **{"dct:title": _texts(each.name), "dcat:compressFormat": _id(IANA, "application", "gzip")},
            )
            for each in self._registry.stations.values()
            if each.id in reporting
        ]
        return self._dataset("history", DAILY, [*histories, self._list_of_files()]) | self._temporal()

    def _messages(self) -> Node:
        feeds = [self._file(f"feeds/{name}", "application/atom+xml", "ATOM") for name in ("atom.xml", "atom.en.xml")]
        return self._dataset("messages", ALWAYS, feeds)

    def _dataset(self, name: str, frequency: str, distributions: Sequence[Node]) -> Node:
        city = self._registry.city
        contact = self._settings.contact
        return {
            "@id": self._at(f"{PATH}#{name}"),
            "@type": "dcat:Dataset",
            "dct:identifier": f"{city.municipal_code or city.id}-mizumori-{name}",
            "dct:title": self._said(f"{name}_title", city=city.name),
            "dct:description": self._said(f"{name}_description", city=city.name),
            "dct:publisher": {"@id": self._at(f"{PATH}#publisher")},
            "dct:accrualPeriodicity": _id(AUTHORITY, "frequency", frequency),
            "dct:spatial": {"@id": "_:city"},
            "dcat:theme": _id(AUTHORITY, "data-theme", "ENVI"),
            "dcat:keyword": self._keywords(),
            "dcat:landingPage": {"@id": self._at("data.html")},
            **({"dcat:contactPoint": {"@type": "vcard:Kind", "vcard:hasURL": {"@id": contact}}} if contact else {}),
            "dcat:distribution": list(distributions),
        }

    def _list_of_files(self) -> Node:
        return self._file("data/files.json", "application/json", "JSON", **{"dct:title": self._said("files_title")})

    def _file(self, path: str, media_type: str, form: str, **more: Any) -> Node:
        address = self._at(path)
        return {
            "@id": f"{address}#distribution",
            "@type": "dcat:Distribution",
            "dcat:accessURL": {"@id": address},
            "dcat:downloadURL": {"@id": address},
            "dcat:mediaType": _id(IANA, media_type),
            "dct:format": _id(AUTHORITY, "file-type", form),
            "dct:license": {"@id": licence_of(self._settings).url},
            "dct:rights": {"@id": "_:rights"},
            **more,
        }

    def _publisher(self) -> Node:
        rights = {
            "@id": "_:rights",
            "@type": "dct:RightsStatement",
            "rdfs:label": [*_texts(attribution(self._settings, self._registry.city)), *self._said("provisional")],
        }
        return {
            "@id": self._at(f"{PATH}#publisher"),
            "@type": "foaf:Agent",
            "foaf:name": _texts(self._registry.city.name),
            "dct:rights": rights,
        }

    def _temporal(self) -> Node:
        since = self._edition.since
        if since is None:
            return {}
        begin = {"@type": "xsd:date", "@value": since.isoformat()}
        return {"dct:temporal": {"@type": "dct:PeriodOfTime", "dcat:startDate": begin}}

    def _keywords(self) -> list[Node]:
        return [
            {"@value": word, "@language": each} for each in SAID_IN for word in _texts_of(each)["keywords"].split(", ")
        ]

    def _said(self, key: str, **names: Mapping[str, str]) -> list[Node]:
        """A text of the catalogue of words in each language, with names in the same language."""
        return [
            {
                "@value": _texts_of(each)[key].format(
                    **{name: value.get(each) or value["ja"] for name, value in names.items()}
                ),
                "@language": each,
            }
            for each in SAID_IN
        ]

    def _at(self, path: str) -> str:
        return self._root + path


@cache
def _texts_of(language: str) -> Mapping[str, str]:
    found: Mapping[str, str] = tomllib.loads(files(__package__).joinpath("catalog.toml").read_text("utf-8"))[language]
    return found


def _texts(names: Mapping[str, str]) -> list[Node]:
    return [{"@value": text, "@language": language} for language, text in names.items()]


def _id(*parts: str) -> Node:
    return {"@id": "/".join(parts)}


def _spatial(registry: Registry) -> Node:
    """The city, and the box around its stations."""
    city = registry.city
    place: Node = {"@id": "_:city", "@type": "dct:Location", "skos:prefLabel": _texts(city.name)}
    if city.municipal_code:
        place["dct:identifier"] = city.municipal_code
    if stations := registry.stations.values():
        west, east = min(each.lon for each in stations), max(each.lon for each in stations)
        south, north = min(each.lat for each in stations), max(each.lat for each in stations)
        corners = ((west, south), (east, south), (east, north), (west, north), (west, south))
        ring = ",".join(f"{lon} {lat}" for lon, lat in corners)
        place["dcat:bbox"] = {"@type": WKT, "@value": f"POLYGON(({ring}))"}
    return place
