-- name: scans_read
-- Returns scans known already, with the words of their tickets' places.
SELECT s.scan_id, s.verdict, s.reason, s.first_gate_id, s.first_scan_time, s.ticket_id, t.seat_label
FROM scans AS s
LEFT JOIN tickets AS t ON t.event_id = s.event_id AND t.ticket_id = s.ticket_id
WHERE s.event_id = :event_id AND s.scan_id = ANY (:scan_ids::text[]);

-- name: scans_add
-- Records scans; returns those that nobody recorded at the same moment.
INSERT INTO scans (event_id, scan_id, gate_id, ticket_id, account_id, scan_time, corrected_time, received_time,
                   offline_verdict, bundle_version, verdict, reason, first_gate_id, first_scan_time)
SELECT :event_id::bigint, s.scan_id, s.gate_id, s.ticket_id, s.account_id, s.scan_time, s.corrected_time,
       s.received_time, s.offline_verdict, s.bundle_version, s.verdict, s.reason, s.first_gate_id, s.first_scan_time
FROM unnest(:scan_ids::text[], :gate_ids::text[], :ticket_ids::uuid[], :account_ids::uuid[],
            :scan_times::timestamptz[], :corrected_times::timestamptz[], :received_times::timestamptz[],
            :offline_verdicts::text[], :bundle_versions::bigint[], :verdicts::text[], :reasons::text[],
            :first_gate_ids::text[], :first_scan_times::timestamptz[])
     AS s (scan_id, gate_id, ticket_id, account_id, scan_time, corrected_time, received_time, offline_verdict,
           bundle_version, verdict, reason, first_gate_id, first_scan_time)
ORDER BY s.scan_id
ON CONFLICT (event_id, scan_id) DO NOTHING
RETURNING scan_id;

-- name: gate_list_version$
-- Returns the version of an event's gate list; null while nothing was ever on it.
SELECT version FROM gate_lists WHERE event_id = :event_id;

-- name: gate_list
-- Returns the tickets that gates must refuse.
SELECT ticket_id
FROM tickets
WHERE event_id = :event_id AND stop_version IS NOT NULL
ORDER BY stop_version, ticket_id;

-- name: conflicts_page
-- Returns admits that were not the first of their ticket, in their order, after (corrected_time, gate_id, scan_id).
SELECT ticket_id, scan_id, gate_id, corrected_time, first_gate_id, first_scan_time
FROM labelled_scans
WHERE event_id = :event_id AND label = 'CONFLICT'
  AND (corrected_time, gate_id, scan_id) > (:after_time::timestamptz, :after_gate_id::text, :after_scan_id::text)
ORDER BY corrected_time, gate_id, scan_id
LIMIT :page_size;

-- name: checkins_count
-- Counts the tickets that open the gate or did, who is in, and what was refused.
SELECT (SELECT count(*) FROM tickets WHERE event_id = :event_id AND state IN ('ACTIVE', 'USED')) AS ticket_count,
       (SELECT count(DISTINCT ticket_id) FROM scans WHERE event_id = :event_id AND verdict = 'ADMIT') AS admitted_count,
       (SELECT count(*) FROM scans WHERE event_id = :event_id AND verdict = 'DENY') AS denied_count;

-- name: checkins_buckets
-- Counts first admits by gate and minute, the latest minutes.
SELECT gate_id, minute, admitted
FROM (
    SELECT gate_id, date_trunc('minute', corrected_time) AS minute, count(*) AS admitted
    FROM labelled_scans
    WHERE event_id = :event_id AND label IN ('ADMITTED', 'ADMITTED_STALE')
    GROUP BY gate_id, date_trunc('minute', corrected_time)
    ORDER BY minute DESC, gate_id
    LIMIT :buckets_max
) AS latest
ORDER BY minute, gate_id;
