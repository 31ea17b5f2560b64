-- name: sweep_begin^
-- Returns the span under way, or begins the next one.
INSERT INTO sweeps (name, span_start, span_end) VALUES (:name, :first_start, :until)
ON CONFLICT (name) DO UPDATE SET span_end = coalesce(sweeps.span_end, greatest(excluded.span_end, sweeps.span_start))
RETURNING span_start, span_end, after_intent_id;

-- name: sweep_keep_place!
-- Records where the next page of the span begins.
UPDATE sweeps SET after_intent_id = :after_intent_id WHERE name = :name AND span_end = :span_end;

-- name: sweep_finish!
-- Records that the span was searched to its end; the next one begins there.
UPDATE sweeps SET span_start = span_end, span_end = NULL, after_intent_id = '' WHERE name = :name AND span_end = :span_end;
