-- Refusals without a lock are remembered in one call.

-- Remembers refusals; returns what requests came to where one of them had been answered before, which stays. Whoever is
-- just answering one of them is waited for.
--
-- A refusal is no effect: when the server loses the last of them in a crash, whoever asks again is judged anew. So this
-- commit waits for no disk, and the crowd that loses does not slow down those who win.
CREATE FUNCTION remember_refusals(
    scopes text[],
    methods text[],
    request_ids text[],
    body_hashes bytea[],
    refusals bytea[]
) RETURNS TABLE (scope text, method text, request_id text, body_hash bytea, reply bytea, refusal bytea)
LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
    added_count integer;
BEGIN
    PERFORM set_config('synchronous_commit', 'off', true), set_config('plan_cache_mode', 'force_generic_plan', true);

    INSERT INTO requests (scope, method, request_id, body_hash, refusal, lease_until)
    SELECT r.scope, r.method, r.request_id, r.body_hash, r.refusal, clock_timestamp()
    FROM unnest(scopes, methods, request_ids, body_hashes, refusals) AS r (scope, method, request_id, body_hash, refusal)
    ORDER BY r.scope, r.method, r.request_id
    ON CONFLICT (scope, method, request_id) DO NOTHING;
    GET DIAGNOSTICS added_count = ROW_COUNT;

    IF added_count < cardinality(request_ids) THEN
        RETURN QUERY
        SELECT k.scope, k.method, k.request_id, k.body_hash, k.reply, k.refusal
        FROM unnest(scopes, methods, request_ids) AS wanted (scope, method, request_id)
        CROSS JOIN LATERAL (
            SELECT r.scope, r.method, r.request_id, r.body_hash, r.reply, r.refusal
            FROM requests r
            WHERE r.scope = wanted.scope AND r.method = wanted.method AND r.request_id = wanted.request_id
            LIMIT 1
        ) AS k;
    END IF;
END
$$;
