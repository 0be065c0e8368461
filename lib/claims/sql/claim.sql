-- Claim up to p_batch due rows of {table} in a queue, in turns over organisations, and lease them until p_until.
-- A template: `{claim name table condition}` in config/passage.sql makes such a function for each kind of work.
--
-- Lanes are taken at random among each organisation's first, then its second, and so on: whoever floods gets one turn
-- like everybody. A lane gives five rows a turn, or more where few lanes are due. Scanning starts at the lane's own
-- next_at: without that exact bound, dead index entries make a claim fifty times slower beside a long transaction.
-- Of a great backlog a claim does not look at every due lane, but at those that have been due for longest, and at the
-- first lanes of a hundred organisations or more, in the order of their ids from anywhere: so nobody's thousand lanes
-- keep another's only one out of sight.
-- At most p_in_flight rows per network are leased at a time; the advisory lock makes that exact, and ends with this
-- statement. Whatever is locked by somebody else is skipped, so a claim waits for nobody.
DROP FUNCTION IF EXISTS passage.{function}(text, int, int, timestamptz, timestamptz);
CREATE FUNCTION passage.{function}(
  p_queue text, p_batch int, p_in_flight int, p_now timestamptz, p_until timestamptz
) RETURNS TABLE (row_id bigint, organisation_id bigint, token bigint)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp SET jit = off AS $f$
#variable_conflict use_column
DECLARE
  c_oldest CONSTANT int := 50 * p_batch;
  c_passed CONSTANT int := 100 + 5 * p_batch;
  v_from CONSTANT float8 := random();
  v_turn record;
  v_bound timestamptz;
  v_taken int;
  v_left int := p_batch;
  v_flying jsonb;  -- per network: leased now
BEGIN
  PERFORM pg_advisory_xact_lock(hashtext('passage.{function}'), hashtext(p_queue));
  SELECT coalesce(jsonb_object_agg(n.network, n.leased), '{}') INTO v_flying FROM (
    SELECT l.network, count(*) AS leased
    FROM {table} p JOIN integrations_lane l ON l.id = p.lane_id
    WHERE p.lease_until IS NOT NULL AND l.queue = p_queue GROUP BY l.network
  ) n;
  FOR v_turn IN
    WITH RECURSIVE oldest AS MATERIALIZED (
      SELECT l.id, l.organisation_id, l.network, l.next_at FROM integrations_lane l
      WHERE l.queue = p_queue AND l.next_at <= p_now
        AND (l.not_before IS NULL OR l.not_before <= p_now)
        AND coalesce((v_flying ->> l.network)::int, 0) < p_in_flight
      ORDER BY l.next_at LIMIT c_oldest
    ), passed AS (
      SELECT 1 AS steps, f.*
      FROM (
        SELECT min(l.organisation_id) AS low, max(l.organisation_id) AS high
        FROM integrations_lane l WHERE l.queue = p_queue AND l.next_at IS NOT NULL
      ) ends
      CROSS JOIN LATERAL (
        SELECT l.id, l.organisation_id, l.network, l.next_at, l.not_before FROM integrations_lane l
        WHERE l.queue = p_queue AND l.next_at IS NOT NULL AND l.organisation_id >= ends.low + v_from * (ends.high - ends.low)
        ORDER BY l.organisation_id, l.next_at LIMIT 1
      ) f
      WHERE (SELECT count(*) FROM oldest) = c_oldest
      UNION ALL
      SELECT s.steps + 1, n.*
      FROM passed s
      CROSS JOIN LATERAL (
        SELECT * FROM (
          (SELECT l.id, l.organisation_id, l.network, l.next_at, l.not_before FROM integrations_lane l
           WHERE l.queue = p_queue AND l.next_at IS NOT NULL AND l.organisation_id > s.organisation_id
           ORDER BY l.organisation_id, l.next_at LIMIT 1)
          UNION ALL  -- after the last one the first
          (SELECT l.id, l.organisation_id, l.network, l.next_at, l.not_before FROM integrations_lane l
           WHERE l.queue = p_queue AND l.next_at IS NOT NULL
           ORDER BY l.organisation_id, l.next_at LIMIT 1)
        ) either LIMIT 1
      ) n
      WHERE s.steps < c_passed
    )
    SELECT d.id, d.network, greatest(5, ceil(p_batch::numeric / d.lanes)::int) AS share
    FROM (
      SELECT l.id, l.network, count(*) OVER () AS lanes,
             row_number() OVER (PARTITION BY l.organisation_id ORDER BY l.next_at) AS turn
      FROM (
        SELECT o.id, o.organisation_id, o.network, o.next_at FROM oldest o
        UNION
        SELECT o.id, o.organisation_id, o.network, o.next_at FROM passed o
        WHERE o.next_at <= p_now AND (o.not_before IS NULL OR o.not_before <= p_now)
          AND coalesce((v_flying ->> o.network)::int, 0) < p_in_flight
      ) l
    ) d
    ORDER BY d.turn, random()
    LIMIT 4 * p_batch  -- some may be locked by others, or empty
  LOOP
    EXIT WHEN v_left = 0;
    SELECT l.next_at INTO v_bound FROM integrations_lane l
    WHERE l.id = v_turn.id AND l.next_at <= p_now AND (l.not_before IS NULL OR l.not_before <= p_now)
    FOR UPDATE SKIP LOCKED;
    CONTINUE WHEN NOT FOUND;
    v_taken := least(v_left, v_turn.share, p_in_flight - coalesce((v_flying ->> v_turn.network)::int, 0));
    CONTINUE WHEN v_taken <= 0;
    RETURN QUERY
      UPDATE {table} p SET lease_until = p_until, lease_token = p.lease_token + 1
      FROM (
        SELECT c.id FROM {table} c
        WHERE c.lane_id = v_turn.id AND c.lease_until IS NULL
          AND c.available_at >= v_bound AND c.available_at <= p_now {condition}
        ORDER BY c.available_at LIMIT v_taken FOR UPDATE SKIP LOCKED
      ) picked
      WHERE p.id = picked.id
      RETURNING p.id, p.organisation_id, p.lease_token;
    GET DIAGNOSTICS v_taken = ROW_COUNT;
    v_left := v_left - v_taken;
    v_flying := v_flying || jsonb_build_object(v_turn.network, coalesce((v_flying ->> v_turn.network)::int, 0) + v_taken);
    -- A new snapshot, under the lane's lock: whoever inserts below this bound waits for us, then lowers it again.
    UPDATE integrations_lane l SET next_at = (
      SELECT c.available_at FROM {table} c
      WHERE c.lane_id = l.id AND c.lease_until IS NULL AND c.available_at >= v_bound {condition}
      ORDER BY c.available_at LIMIT 1
    ) WHERE l.id = v_turn.id;
  END LOOP;
END $f$;
