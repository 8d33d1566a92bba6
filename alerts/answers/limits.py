"""How often a link may be used: a bucket a link, and one for all. Pure but for its memory."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field


@dataclass
class Bucket:
    """``burst`` uses at once, ``per_s`` more each second."""

    burst: float
    per_s: float
    left: float = field(default=-1.0)
    at_s: float = 0.0

    def take(self, now_s: float) -> bool:
        """Use it once; False where it is empty. ``now_s`` is of a clock that never goes back."""
        before = self.burst if self.left < 0 else self.left
        self.left = min(self.burst, before + max(0.0, now_s - self.at_s) * self.per_s)
        self.at_s = now_s
        if self.left < 1:
            return False
        self.left -= 1
        return True


@dataclass
class Limits:
    """What strangers ask with tokens of their own making is counted apart: it must not shut the crews out."""

    each_burst: float = 20.0
    each_per_s: float = 0.5
    most_links: int = 10_000
    all_links: Bucket = field(default_factory=lambda: Bucket(200.0, 50.0))
    strangers: Bucket = field(default_factory=lambda: Bucket(50.0, 5.0))
    _each: OrderedDict[str, Bucket] = field(default_factory=OrderedDict)

    def allows(self, token_id: str, now_s: float) -> bool:
        """Whether a link may be used now."""
        bucket = self._each.setdefault(token_id, Bucket(self.each_burst, self.each_per_s))
        self._each.move_to_end(token_id)
        if len(self._each) > self.most_links:
            self._each.popitem(last=False)
        return bucket.take(now_s) and self.all_links.take(now_s)

    def allows_stranger(self, now_s: float) -> bool:
        """Whether one more without a good link is answered."""
        return self.strangers.take(now_s)
