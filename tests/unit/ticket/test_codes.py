"""The signed code: what it says, and what is not one."""

import base64
import json
import random
from datetime import timedelta
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from mesh import ids
from mesh.keys import KeyRing
from tests.unit.ticket.builders import NOW, a_seat, an_event
from ticket_svc.tickets.codes import AUDIENCE, ISSUER, TYP, TicketCodes
from ticket_svc.tickets.ticket import Place

KEY = Ed25519PrivateKey.generate()
KID = "ticket-1"
CODES = TicketCodes(KeyRing([(KID, KEY)]))
EVENT = an_event()
SEAT = a_seat()
TICKET_ID = ids.new_id(EVENT.event_id)
CODE = CODES.sign(TICKET_ID, EVENT, SEAT, NOW)
CLAIMS: dict[str, Any] = jwt.decode(CODE, options={"verify_signature": False})


def forged(
    key: Any = KEY,
    algorithm: str | None = "EdDSA",
    headers: dict[str, Any] | None = None,
    **claims: Any,
) -> str:
    body = {name: value for name, value in {**CLAIMS, **claims}.items() if value is not None}
    named = {"kid": KID, "typ": TYP, **(headers or {})}
    kept = {name: value for name, value in named.items() if value is not None}
    return jwt.encode(body, key, algorithm, headers=kept)


def test_code_says_what_a_gate_needs_and_nothing_of_a_person() -> None:
    assert jwt.get_unverified_header(CODE) == {"alg": "EdDSA", "kid": KID, "typ": "ticket+jwt"}
    assert {
        "iss": "onsale/tickets",
        "aud": "onsale/gate",
        "sub": ids.text("tkt", TICKET_ID),
        "event": ids.event_text(EVENT.event_id),
        "venue": EVENT.venue_id,
        "seat": f"s{SEAT.seat_no}",
        "nbf": int(NOW.timestamp()),
        "exp": int((EVENT.end_time + timedelta(hours=24)).timestamp()),
    } == CLAIMS


def test_code_for_a_pool_names_the_pool() -> None:
    code = CODES.sign(TICKET_ID, EVENT, Place(None, 2, 1, "Standing"), NOW)
    claims = jwt.decode(code, options={"verify_signature": False})
    assert claims["pool"] == "p2"
    assert "seat" not in claims


def test_code_is_read_back() -> None:
    reading = CODES.read(CODE)
    assert reading is not None
    assert (reading.ticket_id, reading.event_id) == (TICKET_ID, EVENT.event_id)
    assert reading.not_before_time == NOW


def test_published_keys_carry_no_alg_and_verify_the_code() -> None:
    (key,) = CODES.jwks().keys
    assert (key.kty, key.crv, key.use, key.kid) == ("OKP", "Ed25519", "sig", KID)
    assert "alg" not in {field.name for field, _ in key.ListFields()}
    raw = base64.urlsafe_b64decode(key.x + "=" * (-len(key.x) % 4))
    assert raw == KEY.public_key().public_bytes_raw()


_PUBLIC_BYTES = KEY.public_key().public_bytes_raw()

FORGERIES = {
    "another key": forged(key=Ed25519PrivateKey.generate()),
    "no algorithm": forged(key="", algorithm=None),
    "HMAC with the public key": forged(key=_PUBLIC_BYTES, algorithm="HS256"),
    "an unknown kid": forged(headers={"kid": "ticket-2"}),
    "no kid": forged(headers={"kid": None}),
    "an access token's type": forged(headers={"typ": "at+jwt"}),
    "no type": forged(headers={"typ": ""}),
    "another audience": forged(aud="onsale"),
    "another issuer": forged(iss="onsale/edge"),
    "no issuer": forged(iss=None),
    "no end": forged(exp=None),
    "no beginning": forged(nbf=None),
    "an end that is no number": forged(exp="soon"),
    "an end beyond time": forged(exp=10**30),
    "a subject that is no ticket": forged(sub=ids.text("ord", TICKET_ID)),
    "no event": forged(event=None),
    "an event that is a list": forged(event=[1]),
}


@pytest.mark.parametrize("code", FORGERIES.values(), ids=FORGERIES.keys())
def test_forgery_is_not_read(code: str) -> None:
    assert CODES.read(code) is None


def test_constants_are_what_other_tokens_do_not_use() -> None:
    assert (TYP, ISSUER, AUDIENCE) == ("ticket+jwt", "onsale/tickets", "onsale/gate")


def test_no_changed_character_is_read() -> None:
    chance = random.Random(7)
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_."
    for _ in range(3000):
        place = chance.randrange(len(CODE) - 1)  # the last holds bits that base64 does not use
        other = chance.choice(alphabet.replace(CODE[place], ""))
        assert CODES.read(CODE[:place] + other + CODE[place + 1 :]) is None


def test_deeply_nested_header_is_not_read() -> None:
    header = base64.urlsafe_b64encode(b'{"typ":' + b"[" * 1000 + b"]" * 1000 + b"}").decode()
    assert CODES.read(header.rstrip("=") + "." + CODE.partition(".")[2]) is None
    body = base64.urlsafe_b64encode(json.dumps([1]).encode()).decode().rstrip("=")
    head, _, signature = CODE.split(".")
    assert CODES.read(f"{head}.{body}.{signature}") is None
