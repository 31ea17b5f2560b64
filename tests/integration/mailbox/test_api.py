"""Mail goes in by SMTP and comes out through an API in Mailpit's shape."""

import re
import signal
import smtplib
from datetime import datetime

import httpx
import pytest

from tests.integration.mailbox.conftest import MESSAGES_MAX, RunningMailbox, letter


def test_a_sign_in_code_is_found_by_the_address_it_went_to(mailbox: RunningMailbox) -> None:
    mailbox.send(letter("ada@example.org", "Your sign-in code", "Your code is 123456."))
    mailbox.send(letter("bob@example.org", "Another's code", "Your code is 654321."))

    found = mailbox.get("/api/v1/search", query="to:Ada@example.org")

    assert found["total"] == 1
    (message,) = found["messages"]
    assert message["Subject"] == "Your sign-in code"
    assert message["To"] == [{"Name": "", "Address": "ada@example.org"}]
    assert message["Attachments"] == 0
    assert datetime.fromisoformat(message["Created"]).tzinfo is not None
    whole = mailbox.get(f"/api/v1/message/{message['ID']}")
    assert re.findall(r"\d{6}", whole["Text"]) == ["123456"]
    assert (whole["ID"], whole["HTML"]) == (message["ID"], "")
    assert whole["From"] == {"Name": "Onsale", "Address": "tickets@onsale.test"}


def test_the_newest_mail_comes_first_page_by_page(mailbox: RunningMailbox) -> None:
    for number in range(5):
        mailbox.send(letter("ada@example.org", f"Mail {number}"))

    everything = mailbox.get("/api/v1/messages")
    second = mailbox.get("/api/v1/messages", start=2, limit=2)

    assert [mail["Subject"] for mail in everything["messages"]] == [
        f"Mail {number}" for number in (4, 3, 2, 1, 0)
    ]
    assert [mail["Subject"] for mail in second["messages"]] == ["Mail 2", "Mail 1"]
    assert second["total"] == 5
    assert mailbox.get("/api/v1/message/latest")["Subject"] == "Mail 4"


def test_a_search_combines_its_terms(mailbox: RunningMailbox) -> None:
    mailbox.send(letter("ada@example.org", "Your tickets for Open Line Night", "Row 7"))
    mailbox.send(letter("ada@example.org", "Your refund", "Row 7, refunded"))
    mailbox.send(letter("xada@example.org", "Your tickets", "Row 9"))

    assert mailbox.search("to:ada@example.org") == [
        "Your refund",
        "Your tickets for Open Line Night",
    ]
    assert mailbox.search("to:ada@example.org subject:tickets") == [
        "Your tickets for Open Line Night"
    ]
    assert mailbox.search('subject:"open line"') == ["Your tickets for Open Line Night"]
    assert mailbox.search("row 7 -refunded") == ["Your tickets for Open Line Night"]
    assert mailbox.search("to:ada") == [
        "Your tickets",
        "Your refund",
        "Your tickets for Open Line Night",
    ]
    assert mailbox.search("from:onsale.test subject:refund") == ["Your refund"]
    assert mailbox.search("to:nobody@example.org") == []


def test_attachments_come_back_byte_for_byte(mailbox: RunningMailbox) -> None:
    content = bytes(range(256)) * 40
    mail = letter("ada@example.org", "Your tickets", "Attached", "<p>Attached</p>")
    mail.add_attachment(content, maintype="application", subtype="pdf", filename="tickets.pdf")
    mailbox.send(mail)

    whole = mailbox.get("/api/v1/message/latest")
    (attachment,) = whole["Attachments"]
    part = f"{mailbox.url}/api/v1/message/{whole['ID']}/part/{attachment['PartID']}"
    reply = httpx.get(part)

    assert mailbox.get("/api/v1/messages")["messages"][0]["Attachments"] == 1
    assert (attachment["FileName"], attachment["ContentType"], attachment["Size"]) == (
        "tickets.pdf",
        "application/pdf",
        len(content),
    )
    assert whole["HTML"].strip() == "<p>Attached</p>"
    assert reply.content == content
    assert reply.headers["content-disposition"].startswith("attachment")


def test_mail_is_found_by_the_envelope_when_its_headers_do_not_say(
    mailbox: RunningMailbox,
) -> None:
    mailbox.send(letter("list@example.org", "To many"), "ada@example.org", "bob@example.org")
    assert mailbox.search("to:bob@example.org") == ["To many"]


def test_unusual_letters_are_read(mailbox: RunningMailbox) -> None:
    mailbox.send(letter("ada@example.org", "Größe und Preis: 20 €", "Žluťoučký kůň 🎟"))
    raw = (
        b"To: ada@example.org\r\nSubject: odd\r\n"
        b"Content-Type: text/plain; charset=x-none\r\n\r\nbytes \xff\xfe\r\n"
    )
    with smtplib.SMTP("127.0.0.1", mailbox.smtp_port) as client:
        client.sendmail("a@onsale.test", "ada@example.org", raw)

    assert mailbox.search("to:ada@example.org") == ["odd", "Größe und Preis: 20 €"]
    assert mailbox.search("größe") == ["Größe und Preis: 20 €"]
    assert mailbox.get("/api/v1/message/latest")["Text"].startswith("bytes")


def test_mail_is_deleted_by_id_or_all_at_once(mailbox: RunningMailbox) -> None:
    for number in range(3):
        mailbox.send(letter("ada@example.org", f"Mail {number}"))
    latest = mailbox.get("/api/v1/message/latest")["ID"]
    url = f"{mailbox.url}/api/v1/messages"

    assert httpx.request("DELETE", url, json={"IDs": [latest]}).text == "ok"
    assert mailbox.search("to:ada@example.org") == ["Mail 1", "Mail 0"]
    assert httpx.request("DELETE", url, content=b"[1").status_code == 400
    assert httpx.delete(url).text == "ok"
    assert mailbox.get("/api/v1/messages")["total"] == 0
    assert httpx.get(f"{mailbox.url}/api/v1/message/{latest}").status_code == 404


def test_only_the_newest_mail_is_kept(mailbox: RunningMailbox) -> None:
    for number in range(MESSAGES_MAX + 3):
        mailbox.send(letter("ada@example.org", f"Mail {number}"))

    kept = mailbox.search("to:ada@example.org")

    assert len(kept) == MESSAGES_MAX
    assert (kept[0], kept[-1]) == (f"Mail {MESSAGES_MAX + 2}", "Mail 3")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_acknowledged_mail_survives(own_mailbox: RunningMailbox, number: signal.Signals) -> None:
    own_mailbox.send(letter("ada@example.org", "Your tickets"))

    status = own_mailbox.stop(number)
    own_mailbox.start()

    assert status == (0 if number == signal.SIGTERM else -signal.SIGKILL)
    assert own_mailbox.search("to:ada@example.org") == ["Your tickets"]
