"""The mailbox of one machine: takes every mail by SMTP and shows it to people and programs.

It owns the mail that was sent to anyone (a SQLite file in its state folder, the newest
``MESSAGES_MAX`` of it) and never sends any on. The API has the shape of Mailpit's:

``GET /api/v1/messages?start=&limit=``
    All mail, newest first: ``{messages: [{ID, Subject, Created, From, To, Attachments, …}],
    total}``.
``GET /api/v1/search?query=``
    Mail that matches every term: ``to:``, ``from:``, ``subject:`` or free text, each with quotes
    around words that belong together.
``GET /api/v1/message/{ID}``
    One mail with ``Text``, ``HTML`` and ``Attachments`` (``latest`` is the newest).
``GET /api/v1/message/{ID}/part/{PartID}`` · ``…/raw``
    One attachment; the mail as it came.
``DELETE /api/v1/messages``
    Everything, or the ids in ``{"IDs": […]}``.

``/`` is the page for people, ``/healthz`` answers 200 when ready.
"""
