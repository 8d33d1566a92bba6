"""Words of what only an authority issues, by language of the residents: no sensor's hazard is called by one.

``警報`` and ``注意報`` are issued by the Meteorological Agency, ``警戒レベル`` and evacuation orders by the mayor.
"""

from __future__ import annotations

from collections.abc import Mapping

_JAPANESE = ("警報", "注意報", "警戒", "発令", "避難指示", "高齢者等避難", "緊急安全確保", "避難勧告", "特別警報")
WORDS: Mapping[str, tuple[str, ...]] = {
    "ja": _JAPANESE,
    "easy": (*_JAPANESE, "けいほう", "けいかい", "はつれい"),
    "en": ("warning", "alert level", "evacuation order", "evacuation instruction", "emergency"),
    "zh": ("警报", "警報", "预警", "警戒", "注意报", "避难指示", "避难命令", "紧急"),
    "ko": ("경보", "주의보", "경계레벨", "경계 레벨", "대피 지시", "대피 명령", "긴급"),
    "vi": ("cảnh báo", "báo động", "lệnh sơ tán", "chỉ thị sơ tán", "khẩn cấp"),
    "pt": ("alerta", "aviso", "alarme", "ordem de evacuação", "instrução de evacuação", "emergência"),
}


def issued_words(text: str, language: str) -> list[str]:
    """The words of an authority in a text of a language."""
    return [word for word in WORDS[language] if word in text.lower()]
