"""Users of the console, their sessions, and the tokens of programs."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, BigInteger, ForeignKey, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base, Moment, Secret

Number = BigInteger().with_variant(Integer, "sqlite")


class User(Base):
    """Somebody who may log in. `role` is one of agent_ui.roles.Role.

    `area` is a GB/T 2260 code: the user sees calls and tickets there and below.
    `skills` are the languages they speak with callers beside Mandarin (agent_ui.roles.SKILLS).
    """

    __tablename__ = "users"

    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    display: Mapped[str] = mapped_column(String(64), default="")
    role: Mapped[str] = mapped_column(String(16))
    area: Mapped[str] = mapped_column(String(12))
    skills: Mapped[list[str]] = mapped_column(JSON, default=list)
    password: Mapped[str] = mapped_column(String(255))
    must_change: Mapped[bool] = mapped_column(default=True)
    failures: Mapped[int] = mapped_column(Integer, default=0)
    locked_until: Mapped[datetime | None] = mapped_column(Moment)
    created_at: Mapped[datetime] = mapped_column(Moment)


class LoginSession(Base):
    """A logged-in browser. Only the SHA-256 of its cookie is kept.

    `proved`: the second factor was shown.
    """

    __tablename__ = "login_sessions"

    token: Mapped[str] = mapped_column(String(64), primary_key=True)
    user: Mapped[str] = mapped_column(ForeignKey("users.name"), index=True)
    csrf: Mapped[str] = mapped_column(String(64))
    expires: Mapped[datetime] = mapped_column(Moment, index=True)
    proved: Mapped[bool] = mapped_column(default=False)


class SecondFactor(Base):
    """What a user proves beside the password: a TOTP secret (base32), encrypted.

    It counts from `confirmed_at`, when the first code was right. `last_step` is the newest time
    step whose code was used; `recovery` the SHA-256 of the recovery codes that are left, as JSON.
    """

    __tablename__ = "second_factors"

    user: Mapped[str] = mapped_column(ForeignKey("users.name"), primary_key=True)
    secret: Mapped[str] = mapped_column(Secret)
    confirmed_at: Mapped[datetime | None] = mapped_column(Moment)
    last_step: Mapped[int] = mapped_column(BigInteger, default=0)
    recovery: Mapped[str] = mapped_column(Secret, default="")


class ApiToken(Base):
    """A program's way in, with the rights of its user. Only the SHA-256 of the token is kept."""

    __tablename__ = "api_tokens"

    id: Mapped[int] = mapped_column(Number, primary_key=True, autoincrement=True)
    token: Mapped[str] = mapped_column(String(64), unique=True)
    name: Mapped[str] = mapped_column(String(64))
    user: Mapped[str] = mapped_column(ForeignKey("users.name"), index=True)
    expires: Mapped[datetime | None] = mapped_column(Moment)
    last_used: Mapped[datetime | None] = mapped_column(Moment)
