"""An issuer's Ed25519 keys: made at the first start, kept in the issuer's own database, shared by its processes."""

from __future__ import annotations

import base64
import secrets
from pathlib import Path
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from mesh.database import Connection, Database, load_queries
from protos.accounts.v1 import accounts_pb2

_queries = load_queries(Path(__file__).with_name("queries.sql"))


class KeyRing:
    """Signs with the newest key; verifies with all."""

    def __init__(self, keys: list[tuple[str, Ed25519PrivateKey]]) -> None:
        self._keys = keys

    @classmethod
    async def open(cls, database: Database, purpose: str) -> KeyRing:
        """Returns an issuer's keys, making the first one if there is none."""
        async with database.transaction() as connection:
            await connection.execute(_queries.keys_lock.sql, purpose)
            rows = await connection.fetch(_queries.keys_read.sql, purpose)
            if not rows:
                await _make(connection, purpose)
                rows = await connection.fetch(_queries.keys_read.sql, purpose)
        return cls(
            [(row["kid"], Ed25519PrivateKey.from_private_bytes(row["private_key"])) for row in rows]
        )

    def sign(self, claims: dict[str, Any], typ: str) -> str:
        """Returns a signed JWT."""
        kid, key = self._keys[0]
        return jwt.encode(claims, key, algorithm="EdDSA", headers={"kid": kid, "typ": typ})

    def public_key(self, kid: str) -> Ed25519PublicKey | None:
        """Returns the public half of a key; None for one that is not ours."""
        return next((key.public_key() for known, key in self._keys if known == kid), None)

    def jwks(self) -> accounts_pb2.JWKS:
        """Returns the public halves, for whoever verifies."""
        return accounts_pb2.JWKS(
            keys=[
                accounts_pb2.JWK(kty="OKP", crv="Ed25519", x=_public_text(key), kid=kid, use="sig")
                for kid, key in self._keys
            ]
        )


async def _make(connection: Connection, purpose: str) -> None:
    key = Ed25519PrivateKey.generate()
    await _queries.key_add(
        connection,
        kid=f"{purpose}-{secrets.token_hex(4)}",
        purpose=purpose,
        private_key=key.private_bytes_raw(),
    )


def _public_text(key: Ed25519PrivateKey) -> str:
    raw = key.public_key().public_bytes_raw()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
