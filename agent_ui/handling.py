"""What an agent does with a ticket beside a talk: for the page and for programs alike. Blocking."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from agent_ui import sight
from agent_ui.accounts.login import Who
from agent_ui.console import Console
from agent_ui.guard import Forbidden
from core.crypto import mask_number
from core.sms.numbers import mobile
from knowledge import store as articles
from tickets import dispositions, notes, store
from tickets.dispositions import Disposition
from tickets.notes import Note, Saved
from tickets.sms import outbox
from tickets.sms.office import KEPT, limits_of
from tickets.sms.outbox import Kept
from tickets.sms.status import CAPPED, Status
from tickets.tables import Ticket

OTHERS = "这个通话由其他话务员接听，请由本人或值班主管填写。"
NO_SMS = "短信没有开通，请运维人员设置短信网关。"
WITHHELD = "来电人要求号码保密，不能发短信。"
NOT_MOBILE = "来电号码不是手机，不能收短信。"


class CallerRefused(ValueError):
    """The caller is not texted or called; the message is one sentence in Chinese for the agent."""


@dataclass(frozen=True, slots=True)
class Doing:
    """Who acts on a ticket: `own` is the call they have now, `address` where they sit.

    `publish` sends on the bus.
    """

    console: Console
    who: Who
    own: str
    address: str
    publish: Callable[[str, dict[str, Any]], None]

    def save_note(self, number: str, field: str, text: str, base: int) -> Saved:
        """Keep a field of the form as it was typed. Raises NoteRefused, Forbidden, NoSuchTicket."""
        with self.console.sessions() as db:
            ticket = self._ticket(db, number)
            id, call = ticket.id, ticket.call_id
        console = self.console
        now = console.now()
        saved = notes.save(console.sessions, id, field, text, base, self.who.name, now)
        if saved.kept and saved.note.version:
            told = {"number": number, "call": call, "field": field, "by": self.who.name}
            self.publish("ticket.note", {**told, "version": saved.note.version})
        return saved

    def notes(self, number: str) -> dict[str, Note]:
        """The form as it stands. Raises Forbidden, NoSuchTicket."""
        with self.console.sessions() as db:
            return notes.notes_of(db, self._ticket(db, number))

    def dispose(self, number: str, code: str) -> Disposition:
        """Finish a ticket, and tell telephony. Raises DispositionRefused, Forbidden,
        NoSuchTicket.
        """
        now = self.console.now()
        with self.console.sessions() as db:
            ticket = self._ticket(db, number)
            chosen = dispositions.choose(db, ticket, code, self.who.name, now, self.address)
            call, summary = ticket.call_id, ticket.summary
        told = {"agent": self.who.name, "call": call, "disposition": chosen.outcome}
        self.publish("agent.wrapup", {**told, "summary": summary})
        self.publish("ticket.changed", {"number": number, "call": call})
        return chosen

    def take_back(self, number: str) -> str:
        """Take a disposition back; returns its code. Raises as `dispose`."""
        now = self.console.now()
        with self.console.sessions() as db:
            ticket = self._ticket(db, number)
            taken = dispositions.take_back(db, ticket, self.who.name, now, self.address)
            call = ticket.call_id
        self.publish("ticket.changed", {"number": number, "call": call})
        return taken

    def send_article(self, number: str, article: str, version: int) -> Kept:
        """Send an article to the caller as a text message, through the outbox.

        Raises CallerRefused, Forbidden, NoSuchTicket.
        """
        console = self.console
        if no_texts(console):
            raise CallerRefused(NO_SMS)
        with console.sessions() as db:
            ticket = self._ticket(db, number)
            fault = unreachable(ticket)
            if fault:
                raise CallerRefused(fault)
            call, caller = ticket.call_id, ticket.caller
        found = articles.get_article(console.sessions, article, console.today())
        content = next((e.content for e in found if e.content.version == version), None)
        if content is None:
            raise CallerRefused("这个条目已经不在了，请刷新后再试。")
        text = f"{content.title}：{content.spoken}（{content.spoken_source}）"
        limits = limits_of(console.settings)
        kept = outbox.keep(console.sessions, call, caller, text, limits, console.now())
        with console.sessions() as db:
            ticket = self._ticket(db, number)
            store.audit(db, console.now(), self.who.name, "text.sent", ticket, self.address)
        if kept.status is Status.REFUSED:
            capped = kept.reason == CAPPED
            raise CallerRefused("这个号码当天的短信已经够数。" if capped else NOT_MOBILE)
        self.publish(KEPT, {"id": kept.id})
        self.publish("ticket.changed", {"number": number, "call": call})
        return kept

    def number_to_dial(self, number: str) -> str:
        """The caller's number of a ticket, to be called back; audited.

        Raises CallerRefused, NoSuchTicket.
        """
        with self.console.sessions() as db:
            ticket = sight.ticket_by_number(db, number, self.who, self.own)
            if not sight.may_reveal(self.who, ticket):
                raise CallerRefused("来电人要求号码保密，或没有号码，不能回拨。")
            now = self.console.now()
            store.audit(db, now, self.who.name, "number.dialled", ticket, self.address)
            return ticket.caller

    def _ticket(self, db: Session, number: str) -> Ticket:
        ticket = sight.ticket_by_number(db, number, self.who, self.own)
        if ticket.call_id != self.own and not sight.may_wrap_up(self.who, ticket):
            raise Forbidden(OTHERS)
        return ticket


def no_texts(console: Console) -> bool:
    """Whether this hotline has no way to send texts."""
    return not console.settings.sms_url and console.settings.sms_folder is None


def unreachable(ticket: Ticket) -> str:
    """Why the caller can get no text, '' when they can."""
    if ticket.withheld:
        return WITHHELD
    return "" if mobile(ticket.caller) else NOT_MOBILE


def masked(note: Note) -> str:
    """A field as lists and programs see it: numbers of people are masked."""
    if note.field == "phone":
        return mask_number(note.text)
    if note.field == "identity" and len(note.text) > 8:
        return note.text[:6] + "*" * (len(note.text) - 8) + note.text[-2:]
    return note.text
