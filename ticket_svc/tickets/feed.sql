-- name: mark_cursor$
-- Returns where to go on in a feed; null at first.
SELECT cursor FROM feed_marks WHERE feed = :feed;

-- name: mark_swept_until$
-- Returns up to when everything in a feed was surely seen.
SELECT swept_until FROM feed_marks WHERE feed = :feed;

-- name: mark_move!
-- Remembers where to go on in a feed.
INSERT INTO feed_marks (feed, cursor, swept_until) VALUES (:feed, :cursor, clock_timestamp() - interval '1 minute')
ON CONFLICT (feed) DO UPDATE SET cursor = excluded.cursor;

-- name: mark_sweep!
-- Remembers up to when everything was seen.
UPDATE feed_marks SET swept_until = :swept_until WHERE feed = :feed AND swept_until < :swept_until;
