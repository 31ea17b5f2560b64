-- Room for neighbours, and plans that stay right while tables grow.

-- Best available takes neighbours, and neighbours share pages: one batch rewrites every row of a page. With half of each
-- page left empty the new versions find room beside the old ones, and no index is touched (measured while a house of
-- 20,000 was sold: 25 % of updates were HOT with a fifth left empty, all of them with this). Pages written before keep
-- what they have.
DO $$
BEGIN
    FOR remainder IN 0..7 LOOP
        EXECUTE format('ALTER TABLE seats_%s SET (fillfactor = 45)', remainder);
    END LOOP;
END
$$;

-- Takes the locks of a batch in the one order, each kind in the order of its key. Plain statements one after the
-- other: each sees what was committed while the one before it waited. Nothing is decided here; the next statement,
-- with a snapshot younger than every lock, does.
CREATE OR REPLACE FUNCTION lock_party(
    of_event_id bigint,
    account_ids uuid[],               -- buyers; made where they are new
    admission_ids uuid[],             -- admissions, with their buyers and ends; made where they are new
    admission_account_ids uuid[],
    admission_expire_times timestamptz[],
    pool_nos integer[],               -- pool shards, by pool and shard
    shard_nos integer[],
    of_seat_nos integer[],
    hold_ids uuid[]
) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    -- Until the transaction ends: plans are kept for as long as a connection lives, and one that was made while a table
    -- was empty would read the whole of it for ever after.
    PERFORM set_config('enable_seqscan', 'off', true);

    -- Shared: lanes do not wait for each other, a cancellation waits for them.
    PERFORM FROM events WHERE event_id = of_event_id FOR SHARE;

    -- An update that updates nothing still locks the row.
    INSERT INTO buyers (event_id, account_id)
    SELECT of_event_id, account_id FROM unnest(account_ids) AS account_id ORDER BY account_id
    ON CONFLICT (event_id, account_id) DO UPDATE SET account_id = excluded.account_id WHERE false;

    INSERT INTO admission_uses (event_id, admission_id, account_id, expire_time)
    SELECT of_event_id, a.admission_id, a.account_id, a.expire_time
    FROM unnest(admission_ids, admission_account_ids, admission_expire_times) AS a (admission_id, account_id, expire_time)
    ORDER BY a.admission_id
    ON CONFLICT (event_id, admission_id) DO UPDATE SET account_id = excluded.account_id WHERE false;

    PERFORM FROM pool_shards
    WHERE event_id = of_event_id
      AND (pool_no, shard_no) IN (SELECT * FROM unnest(pool_nos, shard_nos))
    ORDER BY pool_no, shard_no FOR UPDATE;

    PERFORM FROM seats
    WHERE event_id = of_event_id AND seat_no = ANY (of_seat_nos)
    ORDER BY seat_no FOR UPDATE;

    PERFORM FROM holds
    WHERE event_id = of_event_id AND hold_id = ANY (hold_ids)
    ORDER BY hold_id FOR UPDATE;
END
$$;
