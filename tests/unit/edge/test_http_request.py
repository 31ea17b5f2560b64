"""A request's headers by name."""

from edge.http_request import HTTPRequest

SCOPE = {
    "type": "http",
    "method": "GET",
    "headers": [
        (b"authorization", b"Bearer first"),
        (b"cookie", b"a=1"),
        (b"authorization", b"Bearer second"),
        (b"cookie", b"b=2"),
        (b"x-odd", "\u00e9".encode("latin-1")),
    ],
}


def test_of_a_header_that_is_given_twice_the_first_counts() -> None:
    assert HTTPRequest(SCOPE).headers.get("authorization") == "Bearer first"
    assert HTTPRequest(SCOPE).headers["Authorization"] == "Bearer first"


def test_names_are_compared_without_their_case_and_bytes_are_latin_1() -> None:
    headers = HTTPRequest(SCOPE).headers
    assert "X-Odd" in headers
    assert headers.get("X-ODD") == "\u00e9"
    assert headers.get("absent", "nothing") == "nothing"
    assert "absent" not in headers


def test_cookies_of_several_headers_are_all_there() -> None:
    assert HTTPRequest(SCOPE).cookies == {"a": "1", "b": "2"}
