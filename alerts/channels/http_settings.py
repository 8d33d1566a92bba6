"""What every channel over HTTP can be told, and how an address is checked."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, field_validator

LOOPBACK = ("127.0.0.1", "::1", "localhost")


def web_address(text: str) -> str:
    """The text, where one can post to it; else ValueError, which repeats nothing: an address can be a password."""
    if not _is_web_address(text):
        raise ValueError("this is no address to post to: write https://host/path")
    return text


def safe_address(text: str) -> str:
    """The same for addresses that are passwords: https, or http to this machine."""
    if urlsplit(web_address(text)).scheme != "https" and urlsplit(text).hostname not in LOOPBACK:
        raise ValueError(
            "this address is as good as a password and must not travel in the clear: write https://host/path"
        )
    return text


def _is_web_address(text: str) -> bool:
    if not text.isprintable() or " " in text:
        return False
    try:
        parts = urlsplit(text)
        parts.port  # noqa: B018  (it is read to be checked)
        (parts.hostname or "").encode("idna")
    except (ValueError, UnicodeError):
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname)


class HttpSettings(BaseModel):
    """How long, through what and trusting whom."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    timeout_s: float = Field(default=10.0, gt=0, le=120, description="seconds that one message may take in all")
    proxy: str = Field(
        default="", repr=False, description="proxy, as http://host:port; empty for none (the environment's is not used)"
    )
    ca_file: str = Field(default="", description="certificate authority of the other side; empty for the usual ones")

    @field_validator("proxy")
    @classmethod
    def _is_a_proxy(cls, proxy: str) -> str:
        if proxy and not _is_web_address(proxy):
            raise ValueError("this is no address of a proxy: write http://host:port")
        return proxy

    @field_validator("ca_file")
    @classmethod
    def _is_there(cls, file: str) -> str:
        if file and not Path(file).is_file():
            raise ValueError("there is no such file: name the certificate of the other side's authority")
        return file
