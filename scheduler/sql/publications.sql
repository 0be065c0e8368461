-- What the workers of the publication queues do to an organisation's rows, in its scope: one call each, so that a
-- publication costs few round trips. Locks are taken by ascending id: publications, then deliveries, then lanes.
-- All are PL/pgSQL, which keeps its plans for as long as the connection lives: as plain SQL, planning the nine tables of
-- a load anew for each organisation cost PostgreSQL ten times as much as reading them.

-- How lists and logs name a post: its first line, cut at a word. As scheduler.models.Post.title.
CREATE OR REPLACE FUNCTION scheduler_title(p_text text, p_own_texts jsonb) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $f$
DECLARE
  v_words text := btrim(p_text, E' \t\r\n');
  v_first text;
BEGIN
  IF v_words = '' THEN
    SELECT btrim(own.value, E' \t\r\n') INTO v_words FROM jsonb_each_text(p_own_texts) own LIMIT 1;
  END IF;
  v_first := split_part(coalesce(v_words, ''), E'\n', 1);
  RETURN CASE WHEN length(v_first) <= 80 THEN v_first
              ELSE regexp_replace(left(v_first, 80), ' [^ ]*$', '') || '…' END;
END $f$;

-- Return what the next step of claimed publications needs. Nothing is locked: whoever changes the words afterwards
-- raises the lease token in the same transaction, and what this worker then writes misses.
DROP FUNCTION IF EXISTS scheduler_load_publications(bigint[], bigint[]);  -- what it returns has grown
CREATE FUNCTION scheduler_load_publications(p_ids bigint[], p_tokens bigint[]) RETURNS TABLE (
  id bigint, token bigint, state text, publish_at timestamptz, progress jsonb, is_prepared boolean, attempts smallint,
  post_network_id text, permalink text, published_at timestamptz, is_judged boolean,
  post_text text, post_link text, pictures jsonb, shape jsonb, when_late text,
  account_id bigint, network text, network_id text, handle text, details jsonb, account_state text, sealed bytea,
  person_id text, grant_sealed bytea,
  delivery_id bigint, delivery_reason jsonb, first_started_at timestamptz, looks bigint, empty_looks bigint
) LANGUAGE plpgsql STABLE AS $f$
#variable_conflict use_column
BEGIN
  RETURN QUERY SELECT p.id, p.lease_token, p.state::text, p.publish_at, p.progress, p.is_prepared, p.attempts,
         p.network_id::text, p.permalink::text, p.published_at, p.is_judged,
         coalesce(t.own_texts ->> a.network, t.text),
         CASE WHEN t.own_texts ? a.network THEN coalesce(t.own_links ->> a.network, '') ELSE t.link END,
         (SELECT jsonb_agg(jsonb_build_object(
             'id', f.id, 'sha256', f.sha256, 'storage_key', f.storage_key, 'content_type', f.content_type,
             'size_bytes', f.size_bytes, 'width', f.width, 'height', f.height, 'duration_ms', f.duration_ms,
             'frames', f.frames, 'alt_text', pa.alt_text
           ) ORDER BY pa.position)
          FROM scheduler_postasset pa JOIN gallery_asset f ON f.id = pa.asset_id WHERE pa.post_id = t.id),
         (SELECT jsonb_build_object(
             'form', h.form, 'options', h.options, 'first_comment', h.first_comment, 'parts', h.parts,
             'cover', CASE WHEN c.id IS NOT NULL THEN jsonb_build_object(
               'id', c.id, 'sha256', c.sha256, 'storage_key', c.storage_key, 'content_type', c.content_type,
               'size_bytes', c.size_bytes, 'width', c.width, 'height', c.height, 'duration_ms', c.duration_ms,
               'frames', c.frames, 'alt_text', '') END)
          FROM scheduler_postshape h LEFT JOIN gallery_asset c ON c.id = h.cover_id
          WHERE h.post_id = t.id AND h.network = a.network),
         o.when_late::text,
         a.id, a.network::text, a.network_id::text, a.handle::text, a.details, a.state::text, a.sealed,
         g.outside_id::text, g.sealed,
         d.id, d.reason_data, d.first_started_at, d.looks, d.empty_looks
  FROM unnest(p_ids, p_tokens) AS w (id, token)
  JOIN scheduler_publication p ON p.id = w.id AND p.lease_token = w.token AND p.lease_until IS NOT NULL
  JOIN scheduler_post t ON t.id = p.post_id
  JOIN integrations_socialaccount a ON a.id = p.social_account_id
  JOIN accounts_organisation o ON o.id = p.organisation_id
  LEFT JOIN integrations_grant g ON g.id = a.grant_id
  LEFT JOIN LATERAL (
    SELECT u.id, u.reason_data,
           (SELECT min(e.started_at) FROM scheduler_delivery e WHERE e.publication_id = p.id) AS first_started_at,
           (SELECT count(*) FROM scheduler_look k WHERE k.delivery_id = u.id) AS looks,
           (SELECT count(*) FROM scheduler_look k WHERE k.delivery_id = u.id AND k.verdict = 'nothing') AS empty_looks
    FROM scheduler_delivery u WHERE u.publication_id = p.id AND u.outcome = 'unknown' ORDER BY u.number DESC LIMIT 1
  ) d ON p.state = 'outcome_unknown'
  ORDER BY p.id;
END $f$;

-- Begin deliveries: each publication moves to sending and its open delivery is written. Commit before calling.
-- Asked again by the same claim, before any call, it answers with what it began: the first answer may have been lost.
CREATE OR REPLACE FUNCTION scheduler_begin_deliveries(
  p_ids bigint[], p_tokens bigint[], p_fingerprints text[], p_texts text[], p_media_counts int[],
  p_now timestamptz, p_until timestamptz
) RETURNS TABLE (publication_id bigint, delivery_id bigint) LANGUAGE plpgsql VOLATILE AS $f$
#variable_conflict use_column
BEGIN
  RETURN QUERY
  SELECT d.publication_id, d.id FROM unnest(p_ids, p_tokens) AS w (id, token)
  JOIN scheduler_publication p ON p.id = w.id AND p.lease_token = w.token AND p.state = 'sending' AND p.lease_until IS NOT NULL
  JOIN scheduler_delivery d ON d.publication_id = p.id AND d.lease_token = w.token AND d.outcome = 'open';
  RETURN QUERY WITH begun AS (
    UPDATE scheduler_publication p
    SET state = 'sending', state_changed_at = p_now, lease_until = p_until, reason = '', reason_data = '{}'
    FROM unnest(p_ids, p_tokens, p_fingerprints, p_texts, p_media_counts) AS w (id, token, fingerprint, words, media)
    WHERE p.id = w.id AND p.lease_token = w.token AND p.state = 'scheduled' AND p.lease_until IS NOT NULL
    RETURNING p.id, p.organisation_id, w.token, w.fingerprint, w.words, w.media
  )
  INSERT INTO scheduler_delivery (organisation_id, publication_id, number, lease_token, fingerprint, text, media_count,
                                  outcome, started_at, code, reason, reason_data)
  SELECT b.organisation_id, b.id,
         (SELECT coalesce(max(d.number), 0) + 1 FROM scheduler_delivery d WHERE d.publication_id = b.id),
         b.token, b.fingerprint, b.words, b.media, 'open', p_now, '', '', '{}'
  FROM begun b ORDER BY b.id
  RETURNING publication_id, id;
END $f$;

-- Finish steps. p_moves is an array of objects:
--   id, token, from, to            the move; a row that is no longer where it was is left alone
--   queue, available_at            where it waits next; no available_at: nowhere
--   counts                         whether this was one more try without success
--   reason, reason_data            why it waits, failed or is unknown
--   network_id, permalink, published_at, is_judged, deleted_at, is_prepared, progress     only where they are set
--   delivery                       null, or: id, outcome, http_status, code, reason, reason_data
--   event, event_data              null, or what to record
-- Returns the ids of the publications that moved.
CREATE OR REPLACE FUNCTION scheduler_settle_publications(p_now timestamptz, p_moves jsonb) RETURNS SETOF bigint
LANGUAGE plpgsql VOLATILE AS $f$
DECLARE
  m jsonb;
  v_row scheduler_publication;
  v_bounds jsonb := '{}';  -- lane id: the earliest hour put there
  v_bound record;
BEGIN
  -- An account that was connected before a queue existed has no lane there yet.
  IF EXISTS (SELECT FROM jsonb_array_elements(p_moves) AS e WHERE e.value ->> 'queue' IS NOT NULL) THEN
    INSERT INTO integrations_lane (organisation_id, queue, network, social_account_id, not_before_reason)
    SELECT DISTINCT p.organisation_id, e.value ->> 'queue', a.network, a.id, ''
    FROM jsonb_array_elements(p_moves) AS e
    JOIN scheduler_publication p ON p.id = (e.value ->> 'id')::bigint
    JOIN integrations_socialaccount a ON a.id = p.social_account_id
    WHERE e.value ->> 'queue' <> p.queue AND NOT EXISTS (
      SELECT FROM integrations_lane l WHERE l.social_account_id = a.id AND l.queue = e.value ->> 'queue'
    )
    ON CONFLICT DO NOTHING;
  END IF;
  FOR m IN SELECT e.value FROM jsonb_array_elements(p_moves) AS e ORDER BY (e.value ->> 'id')::bigint LOOP
    UPDATE scheduler_publication p SET
      state = m ->> 'to',
      state_changed_at = CASE WHEN p.state = m ->> 'to' THEN p.state_changed_at ELSE p_now END,
      lease_until = NULL,
      queue = coalesce(m ->> 'queue', p.queue),
      lane_id = CASE WHEN m ->> 'queue' IS NULL OR m ->> 'queue' = p.queue THEN p.lane_id ELSE (
        SELECT l.id FROM integrations_lane l WHERE l.social_account_id = p.social_account_id AND l.queue = m ->> 'queue'
      ) END,
      available_at = (m ->> 'available_at')::timestamptz,
      attempts = CASE WHEN (m ->> 'counts')::boolean THEN least(p.attempts + 1, 1000) ELSE p.attempts END,
      reason = coalesce(m ->> 'reason', ''),
      reason_data = coalesce(m -> 'reason_data', '{}'),
      network_id = coalesce(m ->> 'network_id', p.network_id),
      permalink = coalesce(m ->> 'permalink', p.permalink),
      published_at = coalesce((m ->> 'published_at')::timestamptz, p.published_at),
      is_judged = coalesce((m ->> 'is_judged')::boolean, p.is_judged),
      deleted_at = coalesce((m ->> 'deleted_at')::timestamptz, p.deleted_at),
      is_prepared = coalesce((m ->> 'is_prepared')::boolean, p.is_prepared),
      progress = coalesce(m -> 'progress', p.progress)
    WHERE p.id = (m ->> 'id')::bigint AND p.lease_token = (m ->> 'token')::bigint
      AND p.state = m ->> 'from' AND p.lease_until IS NOT NULL
    RETURNING * INTO v_row;
    CONTINUE WHEN NOT FOUND;  -- fenced: the lease ran out, or a person took the row back

    IF m -> 'delivery' <> 'null' THEN
      UPDATE scheduler_delivery d SET
        outcome = m #>> '{delivery,outcome}',
        ended_at = coalesce(d.ended_at, p_now),
        http_status = (m #>> '{delivery,http_status}')::smallint,
        code = left(coalesce(m #>> '{delivery,code}', ''), 60),
        reason = coalesce(m #>> '{delivery,reason}', ''),
        reason_data = coalesce(m #> '{delivery,reason_data}', '{}')
      WHERE d.id = (m #>> '{delivery,id}')::bigint AND d.publication_id = v_row.id;
    END IF;
    IF v_row.state = 'published' THEN
      -- The network has answered for the account; once a minute is often enough to know.
      UPDATE integrations_socialaccount a SET checked_at = p_now
      WHERE a.id = v_row.social_account_id AND coalesce(a.checked_at < p_now - interval '1 minute', true);
    END IF;
    IF m ->> 'event' IS NOT NULL THEN
      INSERT INTO eventlog_event (organisation_id, at, name, actor_name, subject_type, subject_id, subject_name, agent, data)
      SELECT v_row.organisation_id, p_now, m ->> 'event', '', 'publication', v_row.id,
             scheduler_title(t.text, t.own_texts) || ' → ' || coalesce(nullif(a.handle, ''), a.name), '',
             coalesce(m -> 'event_data', '{}')
      FROM scheduler_post t, integrations_socialaccount a
      WHERE t.id = v_row.post_id AND a.id = v_row.social_account_id;
    END IF;
    IF v_row.available_at IS NOT NULL THEN
      v_bounds := v_bounds || jsonb_build_object(v_row.lane_id::text,
        least(v_row.available_at, (v_bounds ->> v_row.lane_id::text)::timestamptz));
    END IF;
    RETURN NEXT v_row.id;
  END LOOP;
  FOR v_bound IN SELECT b.key::bigint AS lane_id, b.value::timestamptz AS available_at
                 FROM jsonb_each_text(v_bounds) AS b ORDER BY b.key::bigint LOOP
    UPDATE integrations_lane SET next_at = least(next_at, v_bound.available_at) WHERE id = v_bound.lane_id;
  END LOOP;
END $f$;

-- Give back the publications whose lease has run out. One that was being sent may have arrived: its outcome is unknown,
-- and it is looked for once p_delays (seconds per network) have passed. Any other returns to its lane, at once the
-- first time, later each time after: what kills its worker must not do so without pause.
DROP FUNCTION IF EXISTS scheduler_expire_leases(timestamptz, jsonb);  -- what it returns has changed once
CREATE FUNCTION scheduler_expire_leases(p_now timestamptz, p_delays jsonb)
RETURNS TABLE (publication_id bigint, social_account_id bigint, state text) LANGUAGE plpgsql VOLATILE AS $f$
#variable_conflict use_column
DECLARE
  v_row record;
  v_moves jsonb := '[]';
  v_settled bigint[];
BEGIN
  FOR v_row IN
    SELECT p.id, p.lease_token, p.state, p.queue, p.attempts, d.id AS delivery_id, d.fingerprint,
           coalesce((p_delays ->> a.network)::int, 60) AS delay
    FROM scheduler_publication p JOIN integrations_socialaccount a ON a.id = p.social_account_id
    LEFT JOIN scheduler_delivery d ON d.publication_id = p.id AND d.outcome = 'open'
    WHERE p.lease_until < p_now ORDER BY p.id LIMIT 200 FOR NO KEY UPDATE OF p SKIP LOCKED
  LOOP
    v_moves := v_moves || CASE WHEN v_row.state = 'sending' THEN jsonb_build_object(
      'id', v_row.id, 'token', v_row.lease_token, 'from', 'sending', 'to', 'outcome_unknown', 'queue', 'reconcile',
      'available_at', p_now + make_interval(secs => v_row.delay), 'counts', true, 'reason', 'worker_lost',
      'delivery', jsonb_build_object('id', v_row.delivery_id, 'outcome', 'unknown', 'reason', 'worker_lost'),
      'event', 'scheduler.publication.outcome_unknown', 'event_data', jsonb_build_object('key', 'worker_lost'))
    ELSE jsonb_build_object(
      'id', v_row.id, 'token', v_row.lease_token, 'from', v_row.state, 'to', v_row.state, 'counts', true,
      'available_at', p_now + CASE WHEN v_row.attempts = 0 THEN interval '0'
        ELSE least(interval '1 hour', interval '30 seconds' * 2 ^ least(v_row.attempts - 1, 10)) END)
    END;
  END LOOP;
  SELECT array_agg(moved.id) INTO v_settled FROM scheduler_settle_publications(p_now, v_moves) AS moved (id);
  RETURN QUERY SELECT p.id, p.social_account_id, p.state::text FROM scheduler_publication p WHERE p.id = ANY (v_settled) ORDER BY p.id;
END $f$;
