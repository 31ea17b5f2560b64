"""A small stateful Stripe for one machine: the part of Stripe's API that Onsale uses.

It owns PaymentIntents, charges, refunds, disputes, the balance, events, webhook endpoints,
idempotency keys and the signed delivery of webhooks, all in one SQLite file. The official
``stripe`` library and browser calls work against it as against the real one; amounts, statuses,
error codes and test cards are those that Stripe documents. It never invents behaviour under
``/v1``: what is ours alone lives under ``/_local``:

``POST /_local/faults``
    Adds a rule (JSON). ``action`` is one of ``timeout_after_doing``, ``delay_ms``,
    ``refuse_500``, ``refuse_429``, ``duplicate_webhook``, ``reorder_webhooks``,
    ``drop_webhook``, ``delay_webhook``. ``method`` and ``path`` are regular expressions for the
    API call (for webhooks: the call that caused the event), ``event_type`` one for the event.
    ``count`` is how often it strikes (default 1, null: until cleared), ``probability`` how
    likely at each match (default 1). See ``faults.py`` for the other members.
``GET`` and ``DELETE /_local/faults``
    The rules with how often each struck; clears them all. Rules end with the process.
``GET /_local/deliveries``
    Webhook deliveries that have not succeeded: waiting or given up.
``POST /_local/events/{id}/resend``
    Delivers an event once more to every endpoint that wants it.
``POST /_local/charges/{id}/dispute``
    Opens a dispute on a captured charge now (JSON ``{"reason": "fraudulent"}``, optional).
``GET`` and ``POST /_local/authentications/{intent}``
    The 3-D Secure page that ``next_action`` leads to, and its answer: ``outcome`` is
    ``approve`` or ``refuse`` (a form or JSON), with the intent's ``client_secret``.
``GET /healthz``
    200 when ready.
"""
