"""The pages for people."""

import httpx

from tests.integration.mailbox.conftest import RunningMailbox, letter

HOSTILE = "<script>document.title='taken'</script><img src=http://tracker.test/x>"


def test_the_list_shows_mail_and_leads_to_it(mailbox: RunningMailbox) -> None:
    assert "No mail yet" in httpx.get(mailbox.url).text
    mailbox.send(letter("ada@example.org", "Your <b>code</b>", "Your code is 123456."))
    message_id = mailbox.get("/api/v1/message/latest")["ID"]

    page = httpx.get(mailbox.url).text

    assert "Your &lt;b&gt;code&lt;/b&gt;" in page
    assert f'href="/view/{message_id}"' in page
    assert "ada@example.org" in page


def test_a_code_stands_out(mailbox: RunningMailbox) -> None:
    mailbox.send(letter("ada@example.org", "Code", "Your code is 123456, order 12345678."))
    message_id = mailbox.get("/api/v1/message/latest")["ID"]

    page = httpx.get(f"{mailbox.url}/view/{message_id}").text

    assert page.count('class="code"') == 1
    assert '<p class="code">123456</p>' in page


def test_html_is_shown_in_a_frame_that_may_do_nothing(mailbox: RunningMailbox) -> None:
    mailbox.send(letter("ada@example.org", "Hello", "Hello", HOSTILE))
    message_id = mailbox.get("/api/v1/message/latest")["ID"]

    page = httpx.get(f"{mailbox.url}/view/{message_id}").text
    frame = httpx.get(f"{mailbox.url}/view/{message_id}.html")

    assert HOSTILE not in page
    assert "<iframe sandbox " in page
    policy = frame.headers["content-security-policy"]
    assert "sandbox" in policy
    assert "default-src 'none'" in policy
    assert "img-src data:" in policy


def test_no_such_mail_is_said(mailbox: RunningMailbox) -> None:
    reply = httpx.get(f"{mailbox.url}/view/nothing")
    assert reply.status_code == 404
    assert "No such mail" in reply.text
