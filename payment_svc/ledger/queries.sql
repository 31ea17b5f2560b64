-- name: transfer_insert$
-- Begins a transfer; null when this movement is on record already.
INSERT INTO ledger_transfers (event_id, transfer_id, order_id, kind, reference)
VALUES (:event_id, :transfer_id, :order_id, :kind, :reference)
ON CONFLICT ON CONSTRAINT ledger_transfers_once DO NOTHING
RETURNING transfer_id;

-- name: entries_insert!
-- Writes the entries of a transfer; at the commit they must sum to zero.
INSERT INTO ledger_entries (event_id, transfer_id, account, amount_minor, currency_code)
SELECT :event_id, :transfer_id, e.account, e.amount_minor, :currency_code
FROM unnest(:accounts::text[], :amounts_minor::bigint[]) AS e (account, amount_minor);
