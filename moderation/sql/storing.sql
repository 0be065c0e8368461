-- What comes in from a network, made into threads, items and messages. One call for a batch, in the organisation's
-- scope; whatever comes twice, late or out of order ends in the same rows.

-- Store a batch and return the items that changed. p_facts is an array, in the order in which things are to be stored:
--   account_id, network                     where it came in
--   change                                  written, edited, hidden, shown, deleted
--   network_id                              of the message
--   as_of                                   when the network said so: an older word never undoes a newer one
--   message                                 null where it is only named; else:
--     kind, thread_id, key                  key tells the items of a thread apart
--     author                                null, or: network_id, name, handle, permalink, picture_url
--     by_account, text, excerpt, words      words: lexemes, for the search (lib/words.py)
--     written_at, edited_at, answers_id, permalink, attachments, rating, lease_until
--     is_hidden                             null: the network does not say
--     acts                                  what may be done about it; null: whatever its kind allows
--     subject                               null, or: network_id, text, permalink, published_at
-- A message is looked for with `network_id <> ''` beside its id: its index leaves out what has no id yet, and a plan that is
-- kept for all values would pass it by and read the whole account.
-- Stores of one organisation and network follow one another, and items are locked by ascending id before anything is
-- written: agents lock one item, bulk commands ascending ones, so nobody waits in a circle.
CREATE OR REPLACE FUNCTION moderation_store(p_now timestamptz, p_facts jsonb)
RETURNS TABLE (item_id bigint, version int, social_account_id bigint, is_new boolean)
LANGUAGE plpgsql VOLATILE AS $f$
#variable_conflict use_column
DECLARE
  v_fact jsonb;
  v_touched bigint[] := '{}';
  v_new bigint[] := '{}';
  v_item bigint;
BEGIN
  PERFORM pg_advisory_xact_lock(hashtext('moderation_store'), hashtext(current_setting('app.organisation_id') || n.network))
  FROM (SELECT DISTINCT e ->> 'network' AS network FROM jsonb_array_elements(p_facts) AS e ORDER BY 1) n;
  PERFORM moderation_lock_items(p_facts);
  FOR v_fact IN SELECT e FROM jsonb_array_elements(p_facts) AS e LOOP
    IF v_fact -> 'message' = 'null' THEN
      v_item := moderation_store_news(p_now, v_fact);
    ELSE
      v_item := moderation_store_message(p_now, v_fact);
      IF v_item < 0 THEN  -- a stranger's message that was not there before
        v_item := -v_item;
        v_new := v_new || v_item;
      END IF;
    END IF;
    IF v_item IS NOT NULL THEN
      v_touched := v_touched || v_item;
    END IF;
  END LOOP;
  RETURN QUERY
    UPDATE moderation_item i SET version = i.version + 1 WHERE i.id = ANY (v_touched)
    RETURNING i.id, i.version, i.social_account_id, i.id = ANY (v_new);
END $f$;

CREATE OR REPLACE FUNCTION moderation_lock_items(p_facts jsonb) RETURNS void LANGUAGE plpgsql VOLATILE AS $f$
BEGIN
  PERFORM 1 FROM moderation_item WHERE id IN (
    SELECT m.item_id FROM jsonb_array_elements(p_facts) AS e
    JOIN moderation_message m ON m.social_account_id = (e ->> 'account_id')::bigint AND m.network_id = e ->> 'network_id'
      AND m.network_id <> ''
    UNION
    SELECT i.id FROM jsonb_array_elements(p_facts) AS e
    JOIN moderation_thread t
      ON t.social_account_id = (e ->> 'account_id')::bigint AND t.network_id = e #>> '{message,thread_id}'
    JOIN moderation_item i ON i.thread_id = t.id AND i.key = e #>> '{message,key}'
    UNION
    SELECT m.item_id FROM jsonb_array_elements(p_facts) AS e
    JOIN moderation_message m
      ON m.social_account_id = (e ->> 'account_id')::bigint AND m.network_id = e #>> '{message,answers_id}'
      AND m.network_id <> ''
    WHERE (e #>> '{message,by_account}')::boolean
    UNION
    SELECT m.item_id FROM jsonb_array_elements(p_facts) AS e
    JOIN moderation_thread t
      ON t.social_account_id = (e ->> 'account_id')::bigint AND t.network_id = e #>> '{message,thread_id}'
    JOIN moderation_message m ON m.thread_id = t.id AND m.way_out IN ('sending', 'unknown')
    WHERE (e #>> '{message,by_account}')::boolean
  ) ORDER BY id FOR NO KEY UPDATE;
END $f$;

-- Note that a message was hidden, shown or deleted; return its item. A message that is not here yet is told later.
CREATE OR REPLACE FUNCTION moderation_store_news(p_now timestamptz, p_fact jsonb) RETURNS bigint
LANGUAGE plpgsql VOLATILE AS $f$
DECLARE
  v_stands text := CASE p_fact ->> 'change' WHEN 'deleted' THEN 'deleted' WHEN 'hidden' THEN 'hidden' ELSE 'visible' END;
  v_as_of timestamptz := (p_fact ->> 'as_of')::timestamptz;
  v_message moderation_message;
BEGIN
  SELECT * INTO v_message FROM moderation_message m
  WHERE m.social_account_id = (p_fact ->> 'account_id')::bigint AND m.network_id = p_fact ->> 'network_id'
    AND m.network_id <> '';
  IF NOT FOUND THEN
    INSERT INTO moderation_earlynews AS n (organisation_id, social_account_id, network_id, visibility, at, received_at)
    VALUES (current_setting('app.organisation_id')::bigint, (p_fact ->> 'account_id')::bigint, p_fact ->> 'network_id',
            v_stands, v_as_of, p_now)
    ON CONFLICT (social_account_id, network_id) DO UPDATE SET visibility = excluded.visibility, at = excluded.at
    WHERE n.visibility <> 'deleted' AND (n.at <= excluded.at OR excluded.visibility = 'deleted');
    RETURN NULL;
  END IF;
  IF moderation_stand(v_message, v_stands, v_as_of, p_now) THEN
    RETURN v_message.item_id;
  END IF;
  RETURN NULL;
END $f$;

-- Whether a legal hold keeps a message, as privacy.holds says it.
CREATE OR REPLACE FUNCTION moderation_is_held(p_message moderation_message) RETURNS boolean LANGUAGE sql STABLE AS $f$
  SELECT EXISTS (
    SELECT FROM privacy_legalhold h
    WHERE h.released_at IS NULL AND (
      h.scope = 'everything'
      OR (h.scope = 'record_class' AND h.record_class = 'messages')
      OR (h.scope = 'thread' AND h.subject_id = p_message.thread_id)
      OR (h.scope IN ('identity', 'contact') AND EXISTS (
        SELECT FROM moderation_identity x
        WHERE h.subject_id = CASE h.scope WHEN 'identity' THEN x.id ELSE x.contact_id END
          AND x.id IN (p_message.author_id,
                       (SELECT i.identity_id FROM moderation_item i WHERE i.id = p_message.item_id))
      ))
    )
  )
$f$;

-- Let a message stand as the network says; return whether that is new. What is deleted stays so. What had come from the
-- network ends with it; what was written here is the organisation's own work, and stays as it was sent. What a hold keeps
-- has its term ended instead: it goes as soon as the hold is released (privacy.leases).
CREATE OR REPLACE FUNCTION moderation_stand(
  p_message moderation_message, p_stands text, p_as_of timestamptz, p_now timestamptz
) RETURNS boolean LANGUAGE plpgsql VOLATILE AS $f$
BEGIN
  IF p_message.visibility = 'deleted' OR p_message.visibility = p_stands
     OR (p_stands <> 'deleted' AND p_message.visibility_at > p_as_of) THEN
    RETURN false;
  END IF;
  UPDATE moderation_message m SET visibility = p_stands, visibility_at = p_as_of, version = m.version + 1
  WHERE m.id = p_message.id;
  IF p_stands = 'deleted' AND p_message.origin IN ('stranger', 'native') AND moderation_is_held(p_message) THEN
    UPDATE moderation_message m SET lease_until = p_now WHERE m.id = p_message.id;
  ELSIF p_stands = 'deleted' AND p_message.origin IN ('stranger', 'native') THEN
    UPDATE moderation_message m SET text = '', attachments = '[]', words = NULL, lease_until = NULL, blanked_at = p_now
    WHERE m.id = p_message.id;
    DELETE FROM moderation_messagerevision r WHERE r.message_id = p_message.id;
  END IF;
  PERFORM moderation_refresh_item(p_message.item_id);
  RETURN true;
END $f$;

-- The words of a message as a line shows them: on one line, cut at a word. As moderation.services.items.excerpt_of.
CREATE OR REPLACE FUNCTION moderation_excerpt(p_text text) RETURNS text LANGUAGE sql IMMUTABLE AS $f$
  SELECT CASE WHEN length(w.words) <= 240 THEN w.words
              ELSE regexp_replace(left(w.words, 239), ' [^ ]*$', '') || '…' END
  FROM (SELECT btrim(regexp_replace(p_text, '\s+', ' ', 'g')) AS words) w
$f$;

-- Write anew what a line about an item copies from its messages, after one of them changed in place.
CREATE OR REPLACE FUNCTION moderation_refresh_item(p_item_id bigint) RETURNS void LANGUAGE sql VOLATILE AS $f$
  UPDATE moderation_item i SET
    excerpt = coalesce(l.excerpt, i.excerpt),
    is_hidden = coalesce(s.visibility = 'hidden', false),
    is_deleted = coalesce(a.gone, false)
  FROM (SELECT p_item_id AS id) one
  LEFT JOIN LATERAL (
    SELECT moderation_excerpt(m.text) AS excerpt FROM moderation_message m
    WHERE m.item_id = one.id AND m.way_out <> 'cancelled' ORDER BY m.written_at DESC, m.id DESC LIMIT 1
  ) l ON true
  LEFT JOIN LATERAL (
    SELECT m.visibility FROM moderation_message m
    WHERE m.item_id = one.id AND m.origin = 'stranger' ORDER BY m.written_at DESC, m.id DESC LIMIT 1
  ) s ON true
  LEFT JOIN LATERAL (
    SELECT bool_and(m.visibility = 'deleted') AS gone FROM moderation_message m
    WHERE m.item_id = one.id AND m.origin = 'stranger'
  ) a ON true
  WHERE i.id = one.id
$f$;

-- Store one message as the network has it. Returns the item that changed, its negative where a stranger's message is
-- new, null where nothing did.
CREATE OR REPLACE FUNCTION moderation_store_message(p_now timestamptz, p_fact jsonb) RETURNS bigint
LANGUAGE plpgsql VOLATILE AS $f$
DECLARE
  m jsonb := p_fact -> 'message';
  v_account bigint := (p_fact ->> 'account_id')::bigint;
  v_as_of timestamptz := (p_fact ->> 'as_of')::timestamptz;
  v_is_ours boolean := (m ->> 'by_account')::boolean;
  v_there moderation_message;
  v_identity bigint;
  v_thread bigint;
  v_item bigint;
  v_id bigint;
  v_early moderation_earlynews;
  v_news boolean;
BEGIN
  SELECT * INTO v_there FROM moderation_message x
  WHERE x.social_account_id = v_account AND x.network_id = p_fact ->> 'network_id' AND x.network_id <> '';
  IF FOUND THEN
    RETURN moderation_restore_message(p_now, p_fact, v_there);
  END IF;
  IF v_is_ours THEN
    v_item := moderation_recognise_reply(p_now, p_fact);
    IF v_item IS NOT NULL THEN
      RETURN v_item;
    END IF;
  END IF;
  IF NOT v_is_ours AND m -> 'author' <> 'null' THEN
    v_identity := moderation_keep_identity(p_fact ->> 'network', m -> 'author', (m ->> 'written_at')::timestamptz, p_now);
  END IF;
  v_thread := moderation_keep_thread(v_account, m, p_now);
  v_item := CASE WHEN v_is_ours THEN moderation_find_answered_item(v_account, v_thread, m)
                 ELSE moderation_keep_item(v_account, v_thread, v_identity, m, p_now) END;
  INSERT INTO moderation_message (
    organisation_id, thread_id, item_id, social_account_id, network_id, origin, kind, author_id, text, attachments,
    rating, permalink, answers_id, written_at, received_at, visibility, visibility_at, is_liked, acts, edited_at,
    version, way_out, reason, reason_data, words, lease_until
  ) VALUES (
    current_setting('app.organisation_id')::bigint, v_thread, v_item, v_account, p_fact ->> 'network_id',
    CASE WHEN v_is_ours THEN 'native' ELSE 'stranger' END, m ->> 'kind', v_identity, m ->> 'text', m -> 'attachments',
    (m ->> 'rating')::smallint, m ->> 'permalink', m ->> 'answers_id', (m ->> 'written_at')::timestamptz, p_now,
    CASE WHEN (m ->> 'is_hidden')::boolean THEN 'hidden' ELSE 'visible' END, v_as_of, false,
    nullif(m -> 'acts', 'null'), (m ->> 'edited_at')::timestamptz, 1, '', '', '{}', nullif(m ->> 'words', '')::tsvector,
    (m ->> 'lease_until')::timestamptz
  ) RETURNING id INTO v_id;
  IF v_item IS NOT NULL THEN
    PERFORM moderation_add_to_item(v_item, v_id, v_is_ours, m, p_now);
  END IF;
  IF NOT v_is_ours THEN
    PERFORM moderation_adopt_answers(v_account, v_thread, p_fact, v_item, p_now);
  END IF;
  DELETE FROM moderation_earlynews n WHERE n.social_account_id = v_account AND n.network_id = p_fact ->> 'network_id'
  RETURNING * INTO v_early;
  IF FOUND THEN
    SELECT * INTO v_there FROM moderation_message x WHERE x.id = v_id;
    v_news := moderation_stand(v_there, v_early.visibility, v_early.at, p_now);
  END IF;
  RETURN CASE WHEN v_is_ours THEN v_item ELSE -v_item END;
END $f$;

-- What is here already is told again: take what is newer, and nothing else.
CREATE OR REPLACE FUNCTION moderation_restore_message(p_now timestamptz, p_fact jsonb, p_there moderation_message)
RETURNS bigint LANGUAGE plpgsql VOLATILE AS $f$
DECLARE
  m jsonb := p_fact -> 'message';
  v_as_of timestamptz := (p_fact ->> 'as_of')::timestamptz;
  v_rating smallint := coalesce((m ->> 'rating')::smallint, p_there.rating);  -- not every way tells the stars
  v_changed boolean := false;
BEGIN
  IF p_there.visibility = 'deleted' THEN
    RETURN NULL;
  END IF;
  -- A network may name an author by one way and not by the other.
  IF p_there.origin = 'stranger' AND p_there.author_id IS NOT NULL AND coalesce(m #>> '{author,name}', '') <> '' THEN
    PERFORM moderation_keep_identity(p_fact ->> 'network', m -> 'author', (m ->> 'written_at')::timestamptz, p_now);
    UPDATE moderation_item i SET author_name = m #>> '{author,name}'
    WHERE i.id = p_there.item_id AND i.author_name = '' AND EXISTS (
      SELECT FROM moderation_identity x WHERE x.id = p_there.author_id AND x.anonymised_at IS NULL);
    v_changed := FOUND;
  END IF;
  -- What was sent from here is as we wrote it. What was written there, by strangers or by our own people, is taken when it
  -- is newer than what is here, stars as well as words; what a term of the network had blanked comes back by a fresh look only.
  IF p_there.origin IN ('stranger', 'native')
     AND (p_there.text <> m ->> 'text' OR p_there.rating IS DISTINCT FROM v_rating)
     AND coalesce((m ->> 'edited_at')::timestamptz, v_as_of) > coalesce(p_there.edited_at, p_there.written_at) THEN
    IF p_there.blanked_at IS NULL AND p_there.text <> m ->> 'text' THEN
      INSERT INTO moderation_messagerevision (organisation_id, message_id, text, replaced_at)
      VALUES (p_there.organisation_id, p_there.id, p_there.text, coalesce((m ->> 'edited_at')::timestamptz, v_as_of));
    END IF;
    UPDATE moderation_message x SET
      text = m ->> 'text', rating = v_rating, attachments = m -> 'attachments',
      -- What was said before is found as well, as long as it stands beside.
      words = nullif(coalesce(m ->> 'words', '')::tsvector
        || CASE WHEN p_there.blanked_at IS NULL THEN coalesce(p_there.words, '') ELSE ''::tsvector END, ''::tsvector),
      edited_at = CASE WHEN p_there.blanked_at IS NULL THEN coalesce((m ->> 'edited_at')::timestamptz, v_as_of)
                       ELSE x.edited_at END,
      lease_until = (m ->> 'lease_until')::timestamptz, blanked_at = NULL, version = x.version + 1
    WHERE x.id = p_there.id;
    UPDATE moderation_item i SET rating = v_rating WHERE i.id = p_there.item_id AND i.rating IS DISTINCT FROM v_rating
      AND p_there.origin = 'stranger' AND v_rating IS NOT NULL;
    v_changed := true;
  END IF;
  -- What it stands under may have got another name; a network that told none before may do so now.
  UPDATE moderation_thread t SET
    subject_text = m #>> '{subject,text}',
    subject_published_at = coalesce((m #>> '{subject,published_at}')::timestamptz, t.subject_published_at)
  WHERE t.id = p_there.thread_id AND t.subject_id = m #>> '{subject,network_id}'
    AND coalesce(m #>> '{subject,text}', '') NOT IN ('', t.subject_text);
  v_changed := v_changed OR FOUND;
  UPDATE moderation_message x SET lease_until = (m ->> 'lease_until')::timestamptz
  WHERE x.id = p_there.id AND x.lease_until < (m ->> 'lease_until')::timestamptz;
  IF m ->> 'is_hidden' IS NOT NULL AND moderation_stand(
    p_there, CASE WHEN (m ->> 'is_hidden')::boolean THEN 'hidden' ELSE 'visible' END, v_as_of, p_now
  ) THEN
    v_changed := true;
  END IF;
  IF v_changed THEN
    PERFORM moderation_refresh_item(p_there.item_id);
    RETURN p_there.item_id;
  END IF;
  RETURN NULL;
END $f$;

-- Our own reply comes back before the answer to its call was written, or after that answer was lost: it has arrived. It
-- is known by its words and by what it answers, or by what that answers (Facebook puts a reply to a reply under the
-- comment on top). Where two could be meant, whose it is becomes known by the answer to the call, or by a look.
CREATE OR REPLACE FUNCTION moderation_recognise_reply(p_now timestamptz, p_fact jsonb) RETURNS bigint
LANGUAGE plpgsql VOLATILE AS $f$
DECLARE
  m jsonb := p_fact -> 'message';
  v_reply bigint;
  v_item bigint;
BEGIN
  SELECT min(meant.id), min(meant.item_id) INTO v_reply, v_item
  FROM (
    SELECT x.id, x.item_id
    FROM moderation_message x JOIN moderation_thread t ON t.id = x.thread_id
    WHERE t.social_account_id = (p_fact ->> 'account_id')::bigint AND t.network_id = m ->> 'thread_id'
      AND x.way_out IN ('sending', 'unknown') AND x.network_id = '' AND btrim(x.text) = btrim(m ->> 'text')
      AND x.written_at <= (m ->> 'written_at')::timestamptz + interval '2 minutes'
      AND (m ->> 'kind' = 'private' OR x.answers_id = m ->> 'answers_id'
           OR m ->> 'answers_id' = '' AND x.answers_id = m ->> 'thread_id'
           OR EXISTS (
             SELECT FROM moderation_message answered
             WHERE answered.social_account_id = t.social_account_id AND answered.network_id = x.answers_id
               AND answered.network_id <> '' AND answered.answers_id <> '' AND answered.answers_id = m ->> 'answers_id'
           ))
    LIMIT 2
  ) meant
  HAVING count(*) = 1;
  IF v_reply IS NULL THEN
    RETURN NULL;
  END IF;
  UPDATE moderation_message x SET network_id = p_fact ->> 'network_id', permalink = m ->> 'permalink', way_out = 'sent',
    reason = '', reason_data = '{}', version = x.version + 1
  WHERE x.id = v_reply;
  UPDATE moderation_moderationaction a SET state = 'sent', available_at = NULL, lease_until = NULL, ended_at = p_now,
    reason = '', reason_data = '{}'
  WHERE a.reply_id = v_reply;
  UPDATE moderation_item i SET send_failed = false WHERE i.id = v_item;
  RETURN v_item;
END $f$;

CREATE OR REPLACE FUNCTION moderation_keep_identity(
  p_network text, p_author jsonb, p_active_at timestamptz, p_now timestamptz
) RETURNS bigint LANGUAGE sql VOLATILE AS $f$
  INSERT INTO moderation_identity AS i (
    organisation_id, network, network_id, name, handle, permalink, picture_url, first_seen_at, last_activity_at
  ) VALUES (
    current_setting('app.organisation_id')::bigint, p_network, p_author ->> 'network_id', p_author ->> 'name',
    p_author ->> 'handle', p_author ->> 'permalink', p_author ->> 'picture_url', p_now, p_active_at
  )
  ON CONFLICT (organisation_id, network, network_id) DO UPDATE SET
    name = CASE WHEN i.anonymised_at IS NULL THEN coalesce(nullif(excluded.name, ''), i.name) ELSE i.name END,
    handle = CASE WHEN i.anonymised_at IS NULL THEN coalesce(nullif(excluded.handle, ''), i.handle) ELSE i.handle END,
    permalink = CASE WHEN i.anonymised_at IS NULL THEN coalesce(nullif(excluded.permalink, ''), i.permalink)
                     ELSE i.permalink END,
    picture_url = CASE WHEN i.anonymised_at IS NULL THEN coalesce(nullif(excluded.picture_url, ''), i.picture_url)
                       ELSE i.picture_url END,
    last_activity_at = greatest(i.last_activity_at, excluded.last_activity_at)
  RETURNING id
$f$;

CREATE OR REPLACE FUNCTION moderation_keep_thread(p_account bigint, m jsonb, p_now timestamptz) RETURNS bigint
LANGUAGE sql VOLATILE AS $f$
  INSERT INTO moderation_thread AS t (
    organisation_id, social_account_id, kind, network_id, subject_id, subject_text, subject_permalink,
    subject_published_at, started_at, last_activity_at
  ) VALUES (
    current_setting('app.organisation_id')::bigint, p_account, m ->> 'kind', m ->> 'thread_id',
    coalesce(m #>> '{subject,network_id}', ''), coalesce(m #>> '{subject,text}', ''),
    coalesce(m #>> '{subject,permalink}', ''), (m #>> '{subject,published_at}')::timestamptz,
    (m ->> 'written_at')::timestamptz, (m ->> 'written_at')::timestamptz
  )
  ON CONFLICT (social_account_id, network_id) DO UPDATE SET
    subject_id = coalesce(nullif(excluded.subject_id, ''), t.subject_id),
    subject_text = coalesce(nullif(excluded.subject_text, ''), t.subject_text),
    subject_permalink = coalesce(nullif(excluded.subject_permalink, ''), t.subject_permalink),
    subject_published_at = coalesce(excluded.subject_published_at, t.subject_published_at),
    started_at = least(t.started_at, excluded.started_at),
    last_activity_at = greatest(t.last_activity_at, excluded.last_activity_at)
  RETURNING id
$f$;

-- Find or make the item of a stranger's message.
CREATE OR REPLACE FUNCTION moderation_keep_item(
  p_account bigint, p_thread bigint, p_identity bigint, m jsonb, p_now timestamptz
) RETURNS bigint LANGUAGE plpgsql VOLATILE AS $f$
DECLARE
  v_item bigint;
BEGIN
  SELECT id INTO v_item FROM moderation_item WHERE thread_id = p_thread AND key = m ->> 'key';
  IF FOUND THEN
    RETURN v_item;
  END IF;
  INSERT INTO moderation_item (
    organisation_id, social_account_id, thread_id, key, identity_id, kind, state, state_changed_at, version, author_name,
    excerpt, rating, message_count, first_message_at, last_activity_at, waiting_since, last_stranger_message_id,
    last_own_message_id, last_note_id, is_muted, is_spam, is_hidden, is_deleted, send_failed, approval_pending
  ) VALUES (
    current_setting('app.organisation_id')::bigint, p_account, p_thread, m ->> 'key', p_identity, m ->> 'kind', 'new',
    p_now, 0, coalesce(nullif(m #>> '{author,name}', ''), m #>> '{author,handle}', ''), m ->> 'excerpt',
    (m ->> 'rating')::smallint, 0, (m ->> 'written_at')::timestamptz, (m ->> 'written_at')::timestamptz,
    (m ->> 'written_at')::timestamptz, 0, 0, 0, false, false, coalesce((m ->> 'is_hidden')::boolean, false), false, false, false
  ) RETURNING id INTO v_item;
  RETURN v_item;
END $f$;

-- Find the item that a message of the account itself belongs to; null: it answers nobody whom we know yet.
CREATE OR REPLACE FUNCTION moderation_find_answered_item(p_account bigint, p_thread bigint, m jsonb) RETURNS bigint
LANGUAGE sql STABLE AS $f$
  SELECT coalesce(
    (SELECT x.item_id FROM moderation_message x
     WHERE x.social_account_id = p_account AND x.network_id = m ->> 'answers_id' AND x.network_id <> ''),
    (SELECT i.id FROM moderation_item i
     WHERE i.thread_id = p_thread AND i.key = '' AND m ->> 'kind' IN ('private', 'review'))
  )
$f$;

-- Let an item show a message that has come: its line, its state, who waits.
CREATE OR REPLACE FUNCTION moderation_add_to_item(
  p_item bigint, p_message bigint, p_is_ours boolean, m jsonb, p_now timestamptz
) RETURNS void LANGUAGE plpgsql VOLATILE AS $f$
DECLARE
  v_item moderation_item;
  v_written timestamptz := (m ->> 'written_at')::timestamptz;
  v_state text;
  v_assignee bigint;
  v_waiting timestamptz;
  v_is_last boolean;
BEGIN
  SELECT * INTO v_item FROM moderation_item WHERE id = p_item;
  v_state := v_item.state;
  v_assignee := v_item.assignee_id;
  v_waiting := v_item.waiting_since;
  v_is_last := v_written >= v_item.last_activity_at;
  IF p_is_ours THEN
    IF NOT EXISTS (
      SELECT FROM moderation_message x WHERE x.item_id = p_item AND x.origin = 'stranger' AND x.written_at > v_written
    ) THEN
      v_waiting := NULL;
      IF v_state IN ('new', 'assigned', 'deferred') THEN
        v_state := 'replied';
      END IF;
    END IF;
  ELSIF v_state NOT IN ('ignored') AND NOT EXISTS (
    SELECT FROM moderation_message x
    WHERE x.item_id = p_item AND x.origin <> 'stranger' AND x.written_at >= v_written AND x.way_out IN ('', 'sent')
  ) THEN
    -- Nobody has answered since: its author waits.
    v_waiting := least(coalesce(v_waiting, v_written), v_written);
    IF v_state = 'closed' THEN
      v_state := 'new';
      v_assignee := NULL;
      UPDATE moderation_assignment a SET ended_at = p_now WHERE a.item_id = p_item AND a.ended_at IS NULL;
    ELSIF v_state IN ('deferred', 'replied') THEN
      v_state := CASE WHEN v_assignee IS NULL THEN 'new' ELSE 'assigned' END;
    END IF;
  END IF;
  UPDATE moderation_item i SET
    state = v_state,
    state_changed_at = CASE WHEN i.state = v_state THEN i.state_changed_at ELSE p_now END,
    assignee_id = v_assignee,
    deferred_until = CASE WHEN v_state = 'deferred' THEN i.deferred_until END,
    waiting_since = v_waiting,
    excerpt = CASE WHEN v_is_last THEN m ->> 'excerpt' ELSE i.excerpt END,
    author_name = CASE WHEN p_is_ours THEN i.author_name
      ELSE coalesce(nullif(m #>> '{author,name}', ''), nullif(m #>> '{author,handle}', ''), i.author_name) END,
    rating = CASE WHEN p_is_ours THEN i.rating ELSE coalesce((m ->> 'rating')::smallint, i.rating) END,
    message_count = i.message_count + 1,
    first_message_at = least(i.first_message_at, v_written),
    last_activity_at = greatest(i.last_activity_at, v_written),
    last_stranger_message_id = CASE WHEN p_is_ours THEN i.last_stranger_message_id
      ELSE greatest(i.last_stranger_message_id, p_message) END,
    last_own_message_id = CASE WHEN p_is_ours THEN greatest(i.last_own_message_id, p_message)
      ELSE i.last_own_message_id END,
    is_deleted = i.is_deleted AND p_is_ours,
    is_hidden = CASE WHEN v_is_last AND NOT p_is_ours THEN coalesce((m ->> 'is_hidden')::boolean, false) ELSE i.is_hidden END
  WHERE i.id = p_item;
END $f$;

-- Words of our own people that came before what they answer, or before anybody wrote in a conversation of two.
CREATE OR REPLACE FUNCTION moderation_adopt_answers(
  p_account bigint, p_thread bigint, p_fact jsonb, p_item bigint, p_now timestamptz
) RETURNS void LANGUAGE plpgsql VOLATILE AS $f$
DECLARE
  v_answer moderation_message;
  v_id bigint;
BEGIN
  FOR v_answer IN
    SELECT * FROM moderation_message x
    WHERE x.social_account_id = p_account AND x.item_id IS NULL AND x.origin = 'native'
      AND x.answers_id = p_fact ->> 'network_id' AND x.answers_id <> ''
    UNION
    SELECT * FROM moderation_message x
    WHERE x.thread_id = p_thread AND x.item_id IS NULL AND x.origin = 'native'
      AND p_fact #>> '{message,kind}' IN ('private', 'review')
    ORDER BY written_at, id
  LOOP
    -- It takes the number of the moment from which agents can see it: the send guard compares numbers.
    UPDATE moderation_message x SET
      item_id = p_item, id = nextval(pg_get_serial_sequence('moderation_message', 'id'))
    WHERE x.id = v_answer.id RETURNING x.id INTO v_id;
    PERFORM moderation_add_to_item(p_item, v_id, true, jsonb_build_object(
      'written_at', v_answer.written_at, 'excerpt', moderation_excerpt(v_answer.text)
    ), p_now);
  END LOOP;
END $f$;
