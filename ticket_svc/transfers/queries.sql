-- name: transfer_add!
-- Records an offer.
INSERT INTO transfers (event_id, transfer_id, ticket_id, from_account_id, to_account_id, state, create_time, expire_time)
VALUES (:event_id, :transfer_id, :ticket_id, :from_account_id, :to_account_id, 'PENDING', :create_time, :expire_time);

-- name: transfer_read
-- Returns an offer.
SELECT event_id, transfer_id, ticket_id, from_account_id, to_account_id, state, new_ticket_id, create_time, expire_time
FROM transfers
WHERE event_id = :event_id AND transfer_id = :transfer_id;

-- name: transfer_end$
-- Ends a pending offer; null when it has ended already.
UPDATE transfers SET state = :state, new_ticket_id = :new_ticket_id
WHERE event_id = :event_id AND transfer_id = :transfer_id AND state = 'PENDING'
RETURNING transfer_id;

-- name: offers_cancel!
-- Cancels the pending offers of tickets that are taken back.
UPDATE transfers SET state = 'CANCELLED'
WHERE event_id = :event_id AND ticket_id = ANY (:ticket_ids::uuid[]) AND state = 'PENDING';

-- name: transfers_due
-- Returns pending offers whose time is over, the oldest first.
SELECT event_id, transfer_id, ticket_id, from_account_id, to_account_id, state, new_ticket_id, create_time, expire_time
FROM transfers
WHERE state = 'PENDING' AND expire_time <= :now
ORDER BY expire_time
LIMIT :batch_max;
