"""Settings of the map's background."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field, field_validator


class TileSettings(BaseModel):
    """A tile server under the map, where a city has one. Without it the map is the registry's own lines."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    url: str = Field(
        default="",
        description="address of raster tiles under the map, such as https://tiles.example.jp/{z}/{x}/{y}.png; "
        "empty for none",
    )
    attribution: str = Field(default="", description="whose tiles they are, as the map must say it")
    max_zoom: int = Field(default=18, ge=1, le=22, description="finest zoom of the tile server")

    @field_validator("url")
    @classmethod
    def _names_its_parts(cls, url: str) -> str:
        if url and not (url.startswith(("http://", "https://")) and all(each in url for each in ("{z}", "{x}", "{y}"))):
            raise ValueError("this is no address of tiles: write one with {z}, {x} and {y} in it, or leave it empty")
        return url
