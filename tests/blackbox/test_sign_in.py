"""Signing in by an e-mailed code."""

from uuid import uuid4

from tests.people import Site


def address() -> str:
    return f"{uuid4().hex[:12]}@people.test"


async def test_a_code_signs_in_once_and_the_account_stays_the_same(site: Site) -> None:
    email = address()
    first = await site.sign_in(email)
    second = await site.sign_in(f" {email.upper()} ")
    assert first.account_id == second.account_id
    account = (await first.ask("GET", "/v1/account")).expect(200)
    assert account["roles"] == ["buyer"]


async def test_a_new_code_voids_the_one_before(site: Site) -> None:
    email = address()
    await site.request("POST", "/v1/sessions", body={"email": email})
    old = await site.code(email)
    await site.request("POST", "/v1/sessions", body={"email": email})
    new = await site.code(email, known=1)
    if old != new:
        reply = await site.request(
            "POST", "/v1/sessions:verify", body={"email": email, "code": old}
        )
        assert (reply.status, reply.reason) == (401, "CODE_INVALID")
    await_ok = await site.request("POST", "/v1/sessions:verify", body={"email": email, "code": new})
    assert await_ok.status == 200


async def test_five_wrong_tries_void_a_code(site: Site) -> None:
    email = address()
    await site.request("POST", "/v1/sessions", body={"email": email})
    code = await site.code(email)
    wrong = "000000" if code != "000000" else "111111"
    for _ in range(5):
        reply = await site.request(
            "POST", "/v1/sessions:verify", body={"email": email, "code": wrong}
        )
        assert reply.status == 401
    reply = await site.request("POST", "/v1/sessions:verify", body={"email": email, "code": code})
    assert (reply.status, reply.reason) == (401, "CODE_INVALID")


async def test_the_refresh_cookie_is_http_only_and_renews_the_session(site: Site) -> None:
    email = address()
    await site.request("POST", "/v1/sessions", body={"email": email})
    code = await site.code(email)
    reply = await site.request("POST", "/v1/sessions:verify", body={"email": email, "code": code})
    cookie = reply.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=strict".lower() in cookie.lower()
    assert "Path=/v1/sessions" in cookie
    assert "refreshToken" not in reply.body or not reply.body["refreshToken"]
    name_and_value = cookie.split(";")[0]
    renewed = await site.request(
        "POST", "/v1/sessions:refresh", body={}, headers={"Cookie": name_and_value}
    )
    assert renewed.expect(200)["account"]["email"] == email


async def test_a_used_code_does_not_work_again(site: Site) -> None:
    email = address()
    await site.request("POST", "/v1/sessions", body={"email": email})
    code = await site.code(email)
    body = {"email": email, "code": code}
    (await site.request("POST", "/v1/sessions:verify", body=body)).expect(200)
    assert (await site.request("POST", "/v1/sessions:verify", body=body)).status == 401
