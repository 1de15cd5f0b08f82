"""A case (办件): what an authority's business system says of one application. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from core.crypto import Vault


class Status(StrEnum):
    """Where a case stands, in the order of its life."""

    RECEIVED = "received"
    REVIEWING = "reviewing"
    ANNOUNCED = "announced"
    APPROVED = "approved"
    REJECTED = "rejected"
    CLOSED = "closed"


LABELS = {
    Status.RECEIVED: "受理",
    Status.REVIEWING: "审核中",
    Status.ANNOUNCED: "公示",
    Status.APPROVED: "已通过",
    Status.REJECTED: "未通过",
    Status.CLOSED: "已办结",
}

DECIDED = (Status.APPROVED, Status.REJECTED, Status.CLOSED)
"""Nothing is promised of these any more."""

MODULES = (
    "优抚安置", "救灾救济", "社会福利", "民间组织管理", "社区建设", "基层政权建设", "社会事务",
    "区划地名", "老龄工作", "信访", "民政事业费管理",
)  # fmt: skip
"""The eleven modules of the civil-affairs business software (民政业务模块)."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a case's way: when it was taken, what it is called, and a word on it."""

    on: date
    name: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class CaseRecord:
    """One case as a source tells it.

    `digits` of the number are what a caller says or keys. `identity` is what `identity_key` makes
    of the applicant's identity number and birthday, empty where the source has none: such a case is
    told to nobody by phone. `updated_at` is when the source last changed it.
    """

    number: str
    module: str
    matter: str
    applicant: str
    area: str
    status: Status
    steps: tuple[Step, ...]
    next_step: str
    promised_on: date | None
    updated_at: datetime
    identity: str = field(default="", repr=False)

    @property
    def digits(self) -> str:
        """The number without what no telephone key has."""
        return digits_of(self.number)

    def digest(self, vault: Vault) -> str:
        """A keyed fingerprint of all that the source tells."""
        return vault.search_key(repr((self, self.identity)))


def digits_of(number: str) -> str:
    """Return the digits of a case number."""
    return re.sub(r"[^0-9]", "", number)


def identity_key(vault: Vault, digits: str, last_four: str, born: str) -> str:
    """Return the keyed hash of who may hear of a case: checked as a whole or not at all.

    `digits` of the case number, `last_four` characters of the identity number, `born` as YYYYMMDD.
    It holds the number, so that one applicant's cases do not look alike; it cannot be read back,
    and guessing needs the installation's key.
    """
    return vault.search_key(f"case {digits} {last_four.upper()} {born}")
