-- The passage: the only way across organisations. Functions of the role `passage`, which may read and write only the
-- columns granted here (ids, states, hours), never tokens, nor words but for searches. The time is always an argument.
-- Installed after each migrate, as the owner, who is a member of `passage`.
CREATE SCHEMA IF NOT EXISTS passage AUTHORIZATION passage;
GRANT USAGE ON SCHEMA passage TO {app};
GRANT USAGE ON SCHEMA public TO passage;
ALTER DEFAULT PRIVILEGES FOR ROLE passage REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;

-- Organisations -------------------------------------------------------------------------------------------------------
GRANT SELECT (id, slug, ends_at, closed_at) ON accounts_organisation TO passage;
DROP POLICY IF EXISTS passage ON accounts_organisation;
CREATE POLICY passage ON accounts_organisation TO passage USING (true);

-- Invitations: whoever holds the link learns which organisation it leads to, and no more.
GRANT SELECT (id, organisation_id, token_hash, expires_at, accepted_at, revoked_at) ON accounts_invitation TO passage;
DROP POLICY IF EXISTS passage ON accounts_invitation;
CREATE POLICY passage ON accounts_invitation TO passage USING (true);

GRANT SELECT (id, organisation_id, token_hash, expires_at, ended_at) ON integrations_connectlink TO passage;
DROP POLICY IF EXISTS passage ON integrations_connectlink;
CREATE POLICY passage ON integrations_connectlink TO passage USING (true);

-- Work of grants and looks at accounts: ids, states, hours and leases.
GRANT SELECT (id, organisation_id, available_at, lease_until, lease_token, attempts, state, network, outside_id),
      UPDATE (lease_until, lease_token, attempts) ON integrations_grant TO passage;
GRANT SELECT (id, organisation_id, look_at), UPDATE (look_at) ON integrations_socialaccount TO passage;
GRANT SELECT (organisation_id, started_at) ON integrations_connectattempt TO passage;
DROP POLICY IF EXISTS passage ON integrations_grant;
CREATE POLICY passage ON integrations_grant TO passage USING (true);
DROP POLICY IF EXISTS passage ON integrations_socialaccount;
CREATE POLICY passage ON integrations_socialaccount TO passage USING (true);
DROP POLICY IF EXISTS passage ON integrations_connectattempt;
CREATE POLICY passage ON integrations_connectattempt TO passage USING (true);

-- What organisations share outside, and budgets: the app's role has no right on these tables.
REVOKE ALL ON integrations_outsideuse, integrations_budgetuse FROM {app};
GRANT SELECT, INSERT, DELETE ON integrations_outsideuse TO passage;
GRANT SELECT, INSERT, UPDATE ON integrations_budgetuse TO passage;

-- Publications and their lanes: to claim what is due, whoever owns it.
GRANT SELECT (id, organisation_id, social_account_id, queue, network, next_at, not_before, not_before_reason),
      UPDATE (next_at, not_before, not_before_reason) ON integrations_lane TO passage;
DROP POLICY IF EXISTS passage ON integrations_lane;
CREATE POLICY passage ON integrations_lane TO passage USING (true);
GRANT SELECT (id, organisation_id, queue, lane_id, state, available_at, lease_until, lease_token, attempts),
      UPDATE (lease_until, lease_token) ON scheduler_publication TO passage;
DROP POLICY IF EXISTS passage ON scheduler_publication;
CREATE POLICY passage ON scheduler_publication TO passage USING (true);

-- Search: the one place where words are read, and only those of the organisation in scope.
GRANT SELECT (id, organisation_id, search_words) ON scheduler_post TO passage;
DROP POLICY IF EXISTS passage ON scheduler_post;
CREATE POLICY passage ON scheduler_post FOR SELECT TO passage USING (true);

-- What waits elsewhere: counts for a person's own other organisations, never a row.
GRANT SELECT (id, organisation_id, user_id, role, all_accounts) ON accounts_membership TO passage;
DROP POLICY IF EXISTS passage ON accounts_membership;
CREATE POLICY passage ON accounts_membership FOR SELECT TO passage USING (true);
GRANT SELECT (membership_id, social_account_id) ON integrations_accountaccess TO passage;
DROP POLICY IF EXISTS passage ON integrations_accountaccess;
CREATE POLICY passage ON integrations_accountaccess FOR SELECT TO passage USING (true);
GRANT SELECT (state, network, network_id) ON integrations_socialaccount TO passage;
GRANT SELECT (social_account_id, post_id, reason, state_changed_at, network_id) ON scheduler_publication TO passage;

-- The inbox's work: moderation actions and inbound events, claimed by their lanes; bulk commands, polls and what wakes.
GRANT SELECT (id, organisation_id, lane_id, available_at, lease_until, lease_token),
      UPDATE (lease_until, lease_token) ON moderation_moderationaction, moderation_inboundevent TO passage;
GRANT SELECT (id, organisation_id, available_at, lease_until, lease_token),
      UPDATE (lease_until, lease_token) ON moderation_bulkcommand TO passage;
DROP POLICY IF EXISTS passage ON moderation_moderationaction;
CREATE POLICY passage ON moderation_moderationaction TO passage USING (true);
DROP POLICY IF EXISTS passage ON moderation_inboundevent;
CREATE POLICY passage ON moderation_inboundevent TO passage USING (true);
DROP POLICY IF EXISTS passage ON moderation_bulkcommand;
CREATE POLICY passage ON moderation_bulkcommand TO passage USING (true);

-- What a webhook brings, whoever it is for: the accounts it names, a row for each, and the lanes to lower.
GRANT SELECT (network, network_id, capabilities, listening, listening_reason),
      UPDATE (listening, listening_reason, listening_confirmed_at) ON integrations_socialaccount TO passage;
GRANT INSERT ON integrations_lane TO passage;
GRANT USAGE ON SEQUENCE integrations_lane_id_seq, moderation_inboundevent_id_seq TO passage;
GRANT INSERT, SELECT (social_account_id, key) ON moderation_inboundevent TO passage;
GRANT SELECT (state, network, received_at) ON moderation_inboundevent TO passage;
GRANT SELECT (id, organisation_id, social_account_id, available_at, lease_until, lease_token),
      UPDATE (lease_until, lease_token) ON moderation_poll TO passage;
DROP POLICY IF EXISTS passage ON moderation_poll;
CREATE POLICY passage ON moderation_poll TO passage USING (true);
GRANT SELECT (id, organisation_id, social_account_id, available_at, lease_until, lease_token),
      UPDATE (lease_until, lease_token) ON insights_measuring TO passage;
DROP POLICY IF EXISTS passage ON insights_measuring;
CREATE POLICY passage ON insights_measuring TO passage USING (true);
GRANT SELECT (id, organisation_id, social_account_id, item_id, words) ON moderation_message TO passage;
DROP POLICY IF EXISTS passage ON moderation_message;
CREATE POLICY passage ON moderation_message FOR SELECT TO passage USING (true);
GRANT SELECT (id, organisation_id, state, deferred_until) ON moderation_item TO passage;
DROP POLICY IF EXISTS passage ON moderation_item;
CREATE POLICY passage ON moderation_item FOR SELECT TO passage USING (true);
GRANT SELECT (organisation_id, social_account_id, state, count) ON moderation_itemcount TO passage;
DROP POLICY IF EXISTS passage ON moderation_itemcount;
CREATE POLICY passage ON moderation_itemcount FOR SELECT TO passage USING (true);

-- Notices: which mails are due.
GRANT SELECT (id, organisation_id, available_at, lease_until, lease_token, attempts),
      UPDATE (available_at, lease_until, lease_token, attempts) ON notifications_notice TO passage;
DROP POLICY IF EXISTS passage ON notifications_notice;
CREATE POLICY passage ON notifications_notice TO passage USING (true);

-- What ends by rule: whose turn it is, and rows that the app's role may not end itself.
GRANT SELECT, INSERT ON privacy_retentionwork TO passage;
GRANT UPDATE (lease_until, lease_token, attempts) ON privacy_retentionwork TO passage;
GRANT USAGE ON SEQUENCE privacy_retentionwork_id_seq TO passage;
DROP POLICY IF EXISTS passage ON privacy_retentionwork;
CREATE POLICY passage ON privacy_retentionwork TO passage USING (true);
GRANT SELECT (id, organisation_id, available_at, lease_until, lease_token, attempts, code, state),
      UPDATE (lease_until, lease_token, attempts) ON privacy_datasubjectrequest TO passage;
DROP POLICY IF EXISTS passage ON privacy_datasubjectrequest;
CREATE POLICY passage ON privacy_datasubjectrequest TO passage USING (true);
GRANT SELECT (id, organisation_id, available_at, lease_until, lease_token, attempts),
      UPDATE (lease_until, lease_token, attempts) ON privacy_termination TO passage;
DROP POLICY IF EXISTS passage ON privacy_termination;
CREATE POLICY passage ON privacy_termination TO passage USING (true);
GRANT SELECT (id, organisation_id, available_at, lease_until, lease_token, attempts),
      UPDATE (lease_until, lease_token, attempts) ON privacy_export TO passage;
DROP POLICY IF EXISTS passage ON privacy_export;
CREATE POLICY passage ON privacy_export TO passage USING (true);
GRANT SELECT (organisation_id, network, network_id) ON moderation_identity TO passage;
DROP POLICY IF EXISTS passage ON moderation_identity;
CREATE POLICY passage ON moderation_identity FOR SELECT TO passage USING (true);
GRANT SELECT (organisation_id, scope, record_class, released_at) ON privacy_legalhold TO passage;
DROP POLICY IF EXISTS passage ON privacy_legalhold;
CREATE POLICY passage ON privacy_legalhold FOR SELECT TO passage USING (true);
GRANT SELECT (id, organisation_id, at, name, actor_id, subject_type, subject_id, address, agent),
      UPDATE (address, agent), DELETE ON eventlog_event TO passage;
DROP POLICY IF EXISTS passage ON eventlog_event;
CREATE POLICY passage ON eventlog_event TO passage USING (true);
GRANT SELECT (id, closed_at) ON accounts_user TO passage;
GRANT DELETE ON integrations_budgetuse TO passage;

SET LOCAL ROLE passage;

-- Ids of the organisations that are open, for work that goes through all of them one by one.
CREATE OR REPLACE FUNCTION passage.organisation_ids() RETURNS SETOF bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $f$
  SELECT id FROM accounts_organisation WHERE closed_at IS NULL ORDER BY id
$f$;

-- Those that were closed as well, or the one of this name: their data still has clocks. For operators' commands.
CREATE OR REPLACE FUNCTION passage.all_organisation_ids(p_slug text DEFAULT NULL) RETURNS SETOF bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $f$
  SELECT id FROM accounts_organisation WHERE p_slug IS NULL OR slug = p_slug ORDER BY id
$f$;

CREATE OR REPLACE FUNCTION passage.slug_is_taken(p_slug text) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $f$
  SELECT EXISTS (SELECT FROM accounts_organisation WHERE slug = p_slug)
$f$;

CREATE OR REPLACE FUNCTION passage.find_invitation(p_token_hash text, p_now timestamptz)
RETURNS TABLE (organisation_id bigint, invitation_id bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $f$
  SELECT i.organisation_id, i.id FROM accounts_invitation i
  WHERE i.token_hash = p_token_hash AND i.accepted_at IS NULL AND i.revoked_at IS NULL AND i.expires_at > p_now
$f$;

CREATE OR REPLACE FUNCTION passage.find_connect_link(p_token_hash text, p_now timestamptz)
RETURNS TABLE (organisation_id bigint, link_id bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $f$
  SELECT l.organisation_id, l.id FROM integrations_connectlink l
  WHERE l.token_hash = p_token_hash AND l.ended_at IS NULL AND l.expires_at > p_now
    AND EXISTS (SELECT FROM accounts_organisation o
                WHERE o.id = l.organisation_id AND o.ends_at IS NULL AND o.closed_at IS NULL)
$f$;

-- Grants and accounts ---------------------------------------------------------------------------------------------------

-- Take grants whose work is due. A lease that ran out means a worker died around its call: `expired` says so.
CREATE OR REPLACE FUNCTION passage.claim_grants(p_n int, p_lease interval, p_now timestamptz)
RETURNS TABLE (grant_id bigint, organisation_id bigint, lease_token bigint, expired boolean)
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $f$
  UPDATE integrations_grant g
  SET lease_until = p_now + p_lease, lease_token = g.lease_token + 1, attempts = least(g.attempts + 1, 1000)
  FROM (
    SELECT id, lease_until IS NOT NULL AS expired FROM integrations_grant
    WHERE available_at <= p_now AND (lease_until IS NULL OR lease_until <= p_now)
    ORDER BY available_at, id LIMIT p_n FOR UPDATE SKIP LOCKED
  ) due
  WHERE g.id = due.id
  RETURNING g.id, g.organisation_id, g.lease_token, due.expired
$f$;

-- Take accounts whose health is to be looked at, and put the next look off. Should a worker die, one look is missed.
CREATE OR REPLACE FUNCTION passage.claim_looks(p_n int, p_pause interval, p_now timestamptz)
RETURNS TABLE (social_account_id bigint, organisation_id bigint)
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $f$
  UPDATE integrations_socialaccount a SET look_at = p_now + p_pause
  FROM (
    SELECT id FROM integrations_socialaccount
    WHERE look_at <= p_now ORDER BY look_at, id LIMIT p_n FOR UPDATE SKIP LOCKED
  ) due
  WHERE a.id = due.id
  RETURNING a.id, a.organisation_id
$f$;

CREATE OR REPLACE FUNCTION passage.organisations_with_old_attempts(p_before timestamptz) RETURNS SETOF bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $f$
  SELECT DISTINCT organisation_id FROM integrations_connectattempt WHERE started_at < p_before
$f$;

-- What organisations share outside --------------------------------------------------------------------------------------
-- These act for the organisation in scope, read here and never given: nobody registers or releases in another's name.

CREATE OR REPLACE FUNCTION passage.use_outside(p_network text, p_kind text, p_outside_ids text[]) RETURNS void
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $f$
  INSERT INTO integrations_outsideuse (network, kind, outside_id, organisation_id)
  SELECT p_network, p_kind, outside_id, nullif(current_setting('app.organisation_id', true), '')::bigint
  FROM unnest(p_outside_ids) outside_id ORDER BY outside_id
  ON CONFLICT DO NOTHING
$f$;

-- A person allows an app, and networks that use one app share its grants: p_sharing are those networks, sorted, the one
-- in question among them. A presence is shared by its own network alone. Where a person acts as one of several (a
-- channel), the grant's id is person/channel: it is one grant for each channel, and one person who gave them all.
DROP FUNCTION IF EXISTS passage.release_outside(text, text, text);
DROP FUNCTION IF EXISTS passage.is_used_outside(text, text, text);
DROP FUNCTION IF EXISTS passage.is_being_revoked(text, text, timestamptz);

-- Whom an id of the register means: the person alone, as whom they may act left away.
CREATE OR REPLACE FUNCTION passage.who_outside(p_kind text, p_outside_id text) RETURNS text
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, public, pg_temp AS $f$
  SELECT CASE WHEN p_kind = 'person' THEN split_part(p_outside_id, '/', 1) ELSE p_outside_id END
$f$;

-- Give up the organisation's use and say whether nobody else is left. Two who leave at once wait for one another.
CREATE OR REPLACE FUNCTION passage.release_outside(p_network text, p_kind text, p_outside_id text, p_sharing text[])
RETURNS boolean
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $f$
BEGIN
  PERFORM pg_advisory_xact_lock(
    hashtextextended(p_sharing[1] || ':' || p_kind || ':' || passage.who_outside(p_kind, p_outside_id), 0)
  );
  DELETE FROM integrations_outsideuse
  WHERE network = p_network AND kind = p_kind AND outside_id = p_outside_id
    AND organisation_id = nullif(current_setting('app.organisation_id', true), '')::bigint;
  RETURN NOT EXISTS (
    SELECT FROM integrations_outsideuse
    WHERE network = ANY(p_sharing) AND kind = p_kind
      AND passage.who_outside(kind, outside_id) = passage.who_outside(p_kind, p_outside_id)
  );
END
$f$;

-- Whether any organisation, the one in scope included, uses this person or presence.
CREATE OR REPLACE FUNCTION passage.is_used_outside(p_sharing text[], p_kind text, p_outside_id text) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $f$
  SELECT EXISTS (
    SELECT FROM integrations_outsideuse
    WHERE network = ANY(p_sharing) AND kind = p_kind
      AND passage.who_outside(kind, outside_id) = passage.who_outside(p_kind, p_outside_id)
  )
$f$;

-- Whether a worker has the withdrawn grant of this person in hand, to revoke it. Who connects notes the use first and asks
-- this afterwards; a worker takes the grant first and asks for uses afterwards: one of the two always sees the other.
CREATE OR REPLACE FUNCTION passage.is_being_revoked(p_sharing text[], p_outside_id text, p_now timestamptz)
RETURNS boolean
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $f$
  SELECT EXISTS (
    SELECT FROM integrations_grant
    WHERE available_at <= p_now AND lease_until > p_now
      AND state = 'withdrawn' AND network = ANY(p_sharing)
      AND passage.who_outside('person', outside_id) = passage.who_outside('person', p_outside_id)
  )
$f$;

-- To whom an event about this person or presence goes. It is asked where no organisation is in scope, and answers
-- nothing inside one: no organisation learns who else uses its page.
CREATE OR REPLACE FUNCTION passage.users_of_outside(p_network text, p_kind text, p_outside_id text)
RETURNS SETOF bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $f$
  SELECT organisation_id FROM integrations_outsideuse
  WHERE network = p_network AND kind = p_kind AND outside_id = p_outside_id
    AND nullif(current_setting('app.organisation_id', true), '') IS NULL
  ORDER BY organisation_id
$f$;

-- Budgets ---------------------------------------------------------------------------------------------------------------

-- Grant as many units as fit, row by row in the order given (callers sort, so that two never wait crosswise).
-- p_allowed null: no limit, only counted. A window that is over begins anew and ends at p_ends.
CREATE OR REPLACE FUNCTION passage.take_from_budgets(
  p_networks text[], p_budgets text[], p_subjects text[], p_units bigint[], p_allowed bigint[], p_ends timestamptz[],
  p_now timestamptz)
RETURNS TABLE (place int, granted bigint, ends_at timestamptz)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $f$
DECLARE
  row_id bigint;
  used_before bigint;
BEGIN
  FOR i IN 1 .. cardinality(p_networks) LOOP
    INSERT INTO integrations_budgetuse AS b (network, budget, subject, used, ends_at)
    VALUES (p_networks[i], p_budgets[i], p_subjects[i], 0, p_ends[i])
    ON CONFLICT (network, budget, subject) DO UPDATE SET
      used = CASE WHEN b.ends_at <= p_now THEN 0 ELSE b.used END,
      ends_at = CASE WHEN b.ends_at <= p_now THEN excluded.ends_at ELSE b.ends_at END
    RETURNING b.id, b.used, b.ends_at INTO row_id, used_before, ends_at;
    place := i;
    granted := CASE WHEN p_allowed[i] IS NULL THEN p_units[i]
                    ELSE greatest(0, least(p_units[i], p_allowed[i] - used_before)) END;
    IF granted > 0 THEN
      UPDATE integrations_budgetuse b SET used = used_before + granted WHERE b.id = row_id;
    END IF;
    RETURN NEXT;
  END LOOP;
END
$f$;

-- The network's own count is the true one.
CREATE OR REPLACE FUNCTION passage.report_budgets(
  p_networks text[], p_budgets text[], p_subjects text[], p_used bigint[], p_ends timestamptz[]) RETURNS void
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $f$
  INSERT INTO integrations_budgetuse (network, budget, subject, used, ends_at)
  SELECT * FROM unnest(p_networks, p_budgets, p_subjects, p_used, p_ends)
  ON CONFLICT (network, budget, subject) DO UPDATE SET used = excluded.used, ends_at = excluded.ends_at
$f$;

-- What is used of these budgets, for people to see; one whose window is over is left out.
CREATE OR REPLACE FUNCTION passage.budget_standings(
  p_networks text[], p_budgets text[], p_subjects text[], p_now timestamptz)
RETURNS TABLE (place int, used bigint, ends_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $f$
  SELECT w.place::int, b.used, b.ends_at
  FROM unnest(p_networks, p_budgets, p_subjects) WITH ORDINALITY AS w (network, budget, subject, place)
  JOIN integrations_budgetuse b ON b.network = w.network AND b.budget = w.budget AND b.subject = w.subject
  WHERE b.ends_at > p_now
$f$;

-- Publications ---------------------------------------------------------------------------------------------------------

-- How work is claimed: lib/claims/sql/claim.sql, once for each kind of work.
{claim claim_publications scheduler_publication AND c.queue = p_queue}

-- The next hour, after p_after and up to p_until, at which a lane of a queue falls due. A lane that is held back past its
-- hour is left out: what it waits for ends at no exact moment.
CREATE OR REPLACE FUNCTION passage.next_due(p_queue text, p_after timestamptz, p_until timestamptz) RETURNS timestamptz
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $f$
  SELECT min(l.next_at) FROM integrations_lane l
  WHERE l.queue = p_queue AND l.next_at > p_after AND l.next_at <= p_until AND coalesce(l.not_before <= l.next_at, true)
$f$;

-- Whether a post that a page shows is some other organisation's: two that share a page may send the same words. Asked
-- only after a look has found one; the answer says that it is taken, and not by whom.
CREATE OR REPLACE FUNCTION passage.post_is_anothers(p_network text, p_account_id text, p_post_id text) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $f$
  SELECT EXISTS (
    SELECT FROM integrations_socialaccount s JOIN scheduler_publication p ON p.social_account_id = s.id
    WHERE s.network = p_network AND s.network_id = p_account_id AND p.network_id = p_post_id
      AND s.organisation_id <> nullif(current_setting('app.organisation_id', true), '')::bigint
  )
$f$;

-- Organisations with publications whose lease has run out: their worker is gone.
CREATE OR REPLACE FUNCTION passage.organisations_with_expired_leases(p_now timestamptz) RETURNS SETOF bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $f$
  SELECT DISTINCT organisation_id FROM scheduler_publication WHERE lease_until < p_now ORDER BY 1 LIMIT 1000
$f$;

-- Hold back every lane of a network, when what is used up or broken is the app's: it is everybody's.
CREATE OR REPLACE FUNCTION passage.delay_network(p_network text, p_until timestamptz, p_reason text) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $f$
BEGIN
  PERFORM 1 FROM integrations_lane WHERE network = p_network AND queue <> 'intake' ORDER BY id FOR UPDATE;
  -- What is held for longer, or until a person acts, keeps its hour and its reason.
  UPDATE integrations_lane SET not_before = p_until, not_before_reason = p_reason
  WHERE network = p_network AND queue <> 'intake' AND coalesce(not_before < p_until, true);
END $f$;

-- What operators see of each queue: how many lanes are due, and since when the oldest.
CREATE OR REPLACE FUNCTION passage.publication_lag(p_now timestamptz)
RETURNS TABLE (queue text, due_lanes bigint, held_lanes bigint, delayed_lanes bigint, oldest_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $f$
  SELECT l.queue,
         count(*) FILTER (WHERE l.next_at <= p_now AND coalesce(l.not_before <= p_now, true)),
         count(*) FILTER (WHERE l.not_before >= '9999-01-01+00'),
         count(*) FILTER (WHERE l.not_before > p_now AND l.not_before < '9999-01-01+00'),
         -- A lane that was delayed has been due since its delay ended.
         min(greatest(l.next_at, l.not_before))
           FILTER (WHERE l.next_at <= p_now AND coalesce(l.not_before <= p_now, true))
  FROM integrations_lane l WHERE l.next_at IS NOT NULL GROUP BY l.queue ORDER BY l.queue
$f$;

-- How many publications stand where a person or a worker has to act, for operators.
CREATE OR REPLACE FUNCTION passage.publication_counts(p_now timestamptz)
RETURNS TABLE (failed bigint, unknown bigint, asking bigint, leased bigint, expired bigint, tried_often bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $f$
  SELECT count(*) FILTER (WHERE state = 'failed'),
         count(*) FILTER (WHERE state = 'outcome_unknown'),
         count(*) FILTER (WHERE state = 'outcome_unknown' AND available_at IS NULL AND lease_until IS NULL),
         count(*) FILTER (WHERE lease_until IS NOT NULL),
         count(*) FILTER (WHERE lease_until < p_now),
         count(*) FILTER (WHERE state = 'scheduled' AND attempts >= 10)
  FROM scheduler_publication WHERE state IN ('failed', 'outcome_unknown') OR lease_until IS NOT NULL
    OR (state = 'scheduled' AND attempts >= 10)
$f$;

-- Posts of the organisation in scope in which each of these folded words begins a word.
-- A policy keeps @@ from its index (it is not leakproof). This function's owner reads past the policy, so it reads the
-- scope itself and puts it before every lexeme: no word, however it is written, leads to another organisation's. The
-- planner must see the lexemes, hence EXECUTE.
CREATE OR REPLACE FUNCTION passage.posts_with_words(p_words text[]) RETURNS SETOF bigint
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp ROWS 200 AS $f$
DECLARE
  v_organisation bigint := nullif(current_setting('app.organisation_id', true), '')::bigint;
  v_query text;
BEGIN
  SELECT string_agg(format($q$'%s:%s':*$q$, v_organisation, translate(word, $q$'\$q$, '')), ' & ')
  INTO v_query FROM unnest(p_words) word;
  IF v_organisation IS NULL OR v_query IS NULL THEN
    RETURN;
  END IF;
  RETURN QUERY EXECUTE format(
    'SELECT id FROM scheduler_post WHERE organisation_id = %s AND search_words @@ %L::tsquery', v_organisation, v_query);
END $f$;

-- What waits elsewhere ------------------------------------------------------------------------------------------------
-- How much needs the user in scope in each of their organisations, by what their role there may answer. It begins with
-- their own memberships, reads the user from the scope, and answers in counts only. As scheduler/needs.py and
-- moderation/needs.py count.
CREATE OR REPLACE FUNCTION passage.waiting_elsewhere(p_now timestamptz)
RETURNS TABLE (organisation_id bigint, waiting bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $f$
  SELECT m.organisation_id, troubles.count + reviews.count + losses.count + strangers.count
  FROM accounts_membership m
  CROSS JOIN LATERAL (
    SELECT count(*) FROM scheduler_publication p
    WHERE m.role IN ('owner', 'administrator', 'planner') AND p.organisation_id = m.organisation_id
      AND (p.state = 'outcome_unknown'
           OR p.state = 'failed' AND p.state_changed_at >= p_now - interval '14 days'
           OR p.state = 'scheduled' AND p.reason = 'late_ask')
      AND (m.all_accounts OR p.social_account_id IN
           (SELECT social_account_id FROM integrations_accountaccess a WHERE a.membership_id = m.id))
  ) troubles
  CROSS JOIN LATERAL (
    SELECT count(DISTINCT p.post_id) FROM scheduler_publication p
    WHERE m.role IN ('owner', 'administrator', 'planner', 'approver') AND p.organisation_id = m.organisation_id
      AND p.state = 'in_review'
      AND (m.all_accounts OR p.social_account_id IN
           (SELECT social_account_id FROM integrations_accountaccess a WHERE a.membership_id = m.id))
  ) reviews
  CROSS JOIN LATERAL (
    SELECT count(*) FROM integrations_socialaccount s
    WHERE m.role IN ('owner', 'administrator') AND s.organisation_id = m.organisation_id AND s.state = 'lost'
      AND (m.all_accounts OR s.id IN
           (SELECT social_account_id FROM integrations_accountaccess a WHERE a.membership_id = m.id))
  ) losses
  CROSS JOIN LATERAL (
    SELECT coalesce(sum(c.count), 0)::bigint AS count FROM moderation_itemcount c
    WHERE m.role IN ('owner', 'administrator', 'agent') AND c.organisation_id = m.organisation_id
      AND c.state IN ('new', 'assigned')
      AND (m.all_accounts OR c.social_account_id IN
           (SELECT social_account_id FROM integrations_accountaccess a WHERE a.membership_id = m.id))
  ) strangers
  WHERE m.user_id = nullif(current_setting('app.user_id', true), '')::bigint
    AND m.organisation_id IS DISTINCT FROM nullif(current_setting('app.organisation_id', true), '')::bigint
$f$;

-- What the app as a whole has used of its long budgets, for operators.
CREATE OR REPLACE FUNCTION passage.app_budgets(p_now timestamptz)
RETURNS TABLE (network text, budget text, used bigint, ends_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $f$
  SELECT network, budget, used, ends_at FROM integrations_budgetuse
  WHERE subject = '' AND ends_at > p_now ORDER BY network, budget
$f$;

-- The inbox ------------------------------------------------------------------------------------------------------------
{claim claim_actions moderation_moderationaction}
{claim claim_inbound_events moderation_inboundevent}

-- Write down what a webhook brought, for every organisation that has the account, and return how many rows are new and
-- which accounts nobody has. The caller has verified the network's signature. Repetitions are recognised by their key.
CREATE OR REPLACE FUNCTION passage.receive_events(
  p_network text, p_account_ids text[], p_keys text[], p_payloads jsonb, p_now timestamptz
) RETURNS TABLE (received bigint, unknown text[])
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $f$
DECLARE
  v_lanes bigint[];
BEGIN
  -- A statement of its own: the next one's snapshot then has the lanes that others have made meanwhile.
  INSERT INTO integrations_lane (organisation_id, queue, network, social_account_id, not_before_reason)
  SELECT a.organisation_id, 'intake', p_network, a.id, '' FROM integrations_socialaccount a
  WHERE a.network = p_network AND a.network_id = ANY (p_account_ids) AND a.state <> 'disconnected' ORDER BY a.id
  ON CONFLICT (social_account_id, queue) DO NOTHING;
  WITH told AS (
    SELECT w.account_id, w.key, p_payloads -> (w.place - 1)::int AS payload
    FROM unnest(p_account_ids, p_keys) WITH ORDINALITY AS w (account_id, key, place)
  ), accounts AS (
    SELECT a.id, a.organisation_id, a.network_id, l.id AS lane_id
    FROM integrations_socialaccount a JOIN integrations_lane l ON l.social_account_id = a.id AND l.queue = 'intake'
    WHERE a.network = p_network AND a.network_id = ANY (p_account_ids) AND a.state <> 'disconnected'
      AND NOT EXISTS (SELECT FROM accounts_organisation o WHERE o.id = a.organisation_id AND o.ends_at IS NOT NULL)
  ), stored AS (
    INSERT INTO moderation_inboundevent (
      organisation_id, network, social_account_id, lane_id, key, payload, state, received_at, reason, reason_data,
      available_at, lease_token, attempts
    )
    SELECT a.organisation_id, p_network, a.id, a.lane_id, t.key, t.payload, 'waiting', p_now, '', '{}', p_now, 0, 0
    FROM told t JOIN accounts a ON a.network_id = t.account_id
    ORDER BY a.id, t.key
    ON CONFLICT (social_account_id, key) DO NOTHING RETURNING lane_id
  )
  SELECT (SELECT count(*) FROM stored), (SELECT array_agg(DISTINCT lane_id) FROM stored),
         ARRAY(SELECT DISTINCT t.account_id FROM told t WHERE t.account_id NOT IN (SELECT network_id FROM accounts))
  INTO received, v_lanes, unknown;
  PERFORM 1 FROM integrations_lane WHERE id = ANY (v_lanes) ORDER BY id FOR UPDATE;
  UPDATE integrations_lane SET next_at = least(next_at, p_now) WHERE id = ANY (v_lanes);
  RETURN NEXT;
END $f$;

-- A network asked back whether we mean to listen to an account, and was answered: it tells whoever has the account.
CREATE OR REPLACE FUNCTION passage.confirm_listening(p_network text, p_account_id text, p_now timestamptz) RETURNS void
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $f$
  UPDATE integrations_socialaccount SET
    listening_confirmed_at = p_now,
    listening = CASE WHEN listening = 'polled' AND listening_reason = 'webhook_refused' THEN 'told' ELSE listening END,
    listening_reason = CASE WHEN listening_reason = 'webhook_refused' THEN '' ELSE listening_reason END
  WHERE network = p_network AND network_id = p_account_id AND state <> 'disconnected'
$f$;

-- Accounts that listen and have never been asked.
CREATE OR REPLACE FUNCTION passage.accounts_without_poll()
RETURNS TABLE (organisation_id bigint, social_account_id bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $f$
  SELECT a.organisation_id, a.id FROM integrations_socialaccount a
  WHERE a.state = 'active' AND a.capabilities ? 'engage'
    AND NOT EXISTS (SELECT FROM accounts_organisation o WHERE o.id = a.organisation_id AND o.ends_at IS NOT NULL)
    AND NOT EXISTS (SELECT FROM moderation_poll p WHERE p.social_account_id = a.id)
  ORDER BY a.id LIMIT 1000
$f$;

-- Take accounts that are to be asked, each by one worker.
CREATE OR REPLACE FUNCTION passage.claim_polls(p_n int, p_now timestamptz, p_until timestamptz)
RETURNS TABLE (poll_id bigint, organisation_id bigint, token bigint)
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $f$
  UPDATE moderation_poll p SET lease_until = p_until, lease_token = p.lease_token + 1
  FROM (
    SELECT id FROM moderation_poll l
    WHERE available_at <= p_now AND (lease_until IS NULL OR lease_until <= p_now)
      AND NOT EXISTS (SELECT FROM accounts_organisation o WHERE o.id = l.organisation_id AND o.ends_at IS NOT NULL)
    ORDER BY available_at, id LIMIT p_n FOR UPDATE SKIP LOCKED
  ) due
  WHERE p.id = due.id
  RETURNING p.id, p.organisation_id, p.lease_token
$f$;

-- How many accounts of each network are asked in turns: a count only.
CREATE OR REPLACE FUNCTION passage.polled_accounts() RETURNS TABLE (network text, accounts bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $f$
  SELECT a.network::text, count(*) FROM moderation_poll p
  JOIN integrations_socialaccount a ON a.id = p.social_account_id
  WHERE a.state = 'active' GROUP BY 1
$f$;

-- Accounts that may be measured and never have been.
CREATE OR REPLACE FUNCTION passage.accounts_without_measuring()
RETURNS TABLE (organisation_id bigint, social_account_id bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $f$
  SELECT a.organisation_id, a.id FROM integrations_socialaccount a
  WHERE a.state = 'active' AND a.capabilities ? 'insights'
    AND NOT EXISTS (SELECT FROM accounts_organisation o WHERE o.id = a.organisation_id AND o.ends_at IS NOT NULL)
    AND NOT EXISTS (SELECT FROM insights_measuring m WHERE m.social_account_id = a.id)
  ORDER BY a.id LIMIT 1000
$f$;

-- Take accounts whose figures are to be asked for, each by one worker.
CREATE OR REPLACE FUNCTION passage.claim_measurings(p_n int, p_now timestamptz, p_until timestamptz)
RETURNS TABLE (measuring_id bigint, organisation_id bigint, token bigint)
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $f$
  UPDATE insights_measuring m SET lease_until = p_until, lease_token = m.lease_token + 1
  FROM (
    SELECT id FROM insights_measuring l
    WHERE available_at <= p_now AND (lease_until IS NULL OR lease_until <= p_now)
      AND NOT EXISTS (SELECT FROM accounts_organisation o WHERE o.id = l.organisation_id AND o.ends_at IS NOT NULL)
    ORDER BY available_at, id LIMIT p_n FOR UPDATE SKIP LOCKED
  ) due
  WHERE m.id = due.id
  RETURNING m.id, m.organisation_id, m.lease_token
$f$;

-- Organisations with items whose hour has come back.
CREATE OR REPLACE FUNCTION passage.organisations_to_wake(p_now timestamptz) RETURNS SETOF bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $f$
  SELECT DISTINCT organisation_id FROM moderation_item
  WHERE state = 'deferred' AND deferred_until <= p_now ORDER BY 1 LIMIT 1000
$f$;

-- Items of the organisation in scope with a message in which each of these folded words begins a word: those of the
-- newest messages that match, as many as p_most. As passage.posts_with_words, and why. Of some accounts only, unless
-- p_accounts is null: narrowed in here, so that what others received does not fill the p_most.
-- In two steps, since the planner cannot know how rare a beginning is and would read all of history backwards for one
-- that nobody has used: by the words' index first, in no order; only where that finds p_most are the newest looked for,
-- which then stand close together.
DROP FUNCTION IF EXISTS passage.items_with_words(text[], int);  -- it once knew no accounts
CREATE OR REPLACE FUNCTION passage.items_with_words(p_words text[], p_most int, p_accounts bigint[])
RETURNS SETOF bigint
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp SET enable_seqscan = off
ROWS 200 AS $f$
DECLARE
  v_organisation bigint := nullif(current_setting('app.organisation_id', true), '')::bigint;
  v_query text;
  v_matching text;
  v_found bigint[];
BEGIN
  SELECT string_agg(format($q$'%s:%s':*$q$, v_organisation, translate(word, $q$'\$q$, '')), ' & ')
  INTO v_query FROM unnest(p_words) word;
  IF v_organisation IS NULL OR v_query IS NULL THEN
    RETURN;
  END IF;
  v_matching := format(
    'SELECT item_id FROM moderation_message WHERE organisation_id = %s AND words @@ %L::tsquery AND item_id IS NOT NULL',
    v_organisation, v_query);
  IF p_accounts IS NOT NULL THEN
    v_matching := v_matching || format(' AND social_account_id = ANY (%L::bigint[])', p_accounts);
  END IF;
  EXECUTE format('SELECT array_agg(item_id) FROM (%s LIMIT %s) found', v_matching, p_most) INTO v_found;
  IF cardinality(v_found) = p_most THEN
    EXECUTE format('SELECT array_agg(item_id) FROM (%s ORDER BY id DESC LIMIT %s) newest', v_matching, p_most)
    INTO v_found;
  END IF;
  RETURN QUERY SELECT DISTINCT item_id FROM unnest(v_found) item_id;
END $f$;

-- Organisations with moderation actions whose lease has run out: their worker is gone.
CREATE OR REPLACE FUNCTION passage.organisations_with_expired_actions(p_now timestamptz) RETURNS SETOF bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $f$
  SELECT DISTINCT organisation_id FROM moderation_moderationaction WHERE lease_until < p_now ORDER BY 1 LIMIT 1000
$f$;

CREATE OR REPLACE FUNCTION passage.organisations_with_expired_events(p_now timestamptz) RETURNS SETOF bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $f$
  SELECT DISTINCT organisation_id FROM moderation_inboundevent WHERE lease_until < p_now ORDER BY 1 LIMIT 1000
$f$;

-- How many events of each network could not be read and were kept aside, and since when the oldest, for operators.
CREATE OR REPLACE FUNCTION passage.events_kept_aside()
RETURNS TABLE (network text, events bigint, organisations bigint, oldest_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $f$
  SELECT e.network, count(*), count(DISTINCT e.organisation_id), min(e.received_at)
  FROM moderation_inboundevent e WHERE e.state = 'dead' GROUP BY e.network ORDER BY e.network
$f$;

-- Take bulk commands that are due, or whose worker is gone.
CREATE OR REPLACE FUNCTION passage.claim_bulk_commands(p_n int, p_now timestamptz, p_until timestamptz)
RETURNS TABLE (bulk_id bigint, organisation_id bigint, token bigint)
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $f$
  UPDATE moderation_bulkcommand b SET lease_until = p_until, lease_token = b.lease_token + 1
  FROM (
    SELECT c.id FROM moderation_bulkcommand c
    WHERE c.available_at <= p_now AND (c.lease_until IS NULL OR c.lease_until <= p_now)
      -- Of an organisation whose end is announced nothing is changed; should it be taken back, its commands go on.
      AND NOT EXISTS (SELECT FROM accounts_organisation o WHERE o.id = c.organisation_id AND o.ends_at IS NOT NULL)
    ORDER BY c.available_at, c.id LIMIT p_n FOR UPDATE SKIP LOCKED
  ) due
  WHERE b.id = due.id
  RETURNING b.id, b.organisation_id, b.lease_token
$f$;

-- Notices --------------------------------------------------------------------------------------------------------------
-- Take mails that are due. A lease that ran out means a worker died around its call: that mail may come twice, which is
-- better than never; after the last attempt it is left alone.
CREATE OR REPLACE FUNCTION passage.claim_notices(p_n int, p_lease interval, p_most_attempts int, p_now timestamptz)
RETURNS TABLE (notice_id bigint, organisation_id bigint, lease_token bigint)
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $f$
  UPDATE notifications_notice n
  SET lease_until = p_now + p_lease, lease_token = n.lease_token + 1, attempts = n.attempts + 1
  FROM (
    SELECT id FROM notifications_notice
    WHERE available_at <= p_now AND (lease_until IS NULL OR lease_until <= p_now) AND attempts < p_most_attempts
    ORDER BY available_at, id LIMIT p_n FOR UPDATE SKIP LOCKED
  ) due
  WHERE n.id = due.id
  RETURNING n.id, n.organisation_id, n.lease_token
$f$;

-- What ends by rule -----------------------------------------------------------------------------------------------------
-- The functions that end rows hold to their rule themselves: whoever calls them can end nothing that is not over. Their
-- rules are those of privacy/record_classes.py. A limit of 0 counts and ends nothing.

-- Give every organisation, closed ones too, and the platform a row of work for each of their record classes.
CREATE OR REPLACE FUNCTION passage.seed_retention(p_keys text[], p_platform_keys text[], p_now timestamptz)
RETURNS void
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $f$
  INSERT INTO privacy_retentionwork (organisation_id, record_class, available_at, lease_token, attempts)
  SELECT wanted.organisation_id, wanted.record_class, p_now, 0, 0
  FROM (
    SELECT o.id AS organisation_id, k AS record_class FROM accounts_organisation o CROSS JOIN unnest(p_keys) k
    UNION ALL
    SELECT NULL, k FROM unnest(p_platform_keys) k
  ) wanted
  WHERE NOT EXISTS (
    SELECT FROM privacy_retentionwork w
    WHERE w.record_class = wanted.record_class AND w.organisation_id IS NOT DISTINCT FROM wanted.organisation_id
  )
  ON CONFLICT DO NOTHING
$f$;

-- Take one run whose hour has come. A lease that ran out means a worker died in it: the run is taken up again.
CREATE OR REPLACE FUNCTION passage.claim_retention(p_now timestamptz, p_until timestamptz)
RETURNS TABLE (work_id bigint, organisation_id bigint, lease_token bigint, record_class text)
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $f$
  UPDATE privacy_retentionwork w
  SET lease_until = p_until, lease_token = w.lease_token + 1, attempts = least(w.attempts + 1, 1000)
  FROM (
    SELECT id FROM privacy_retentionwork
    WHERE available_at <= p_now AND (lease_until IS NULL OR lease_until <= p_now)
    ORDER BY available_at, id LIMIT 1 FOR UPDATE SKIP LOCKED
  ) due
  WHERE w.id = due.id
  RETURNING w.id, w.organisation_id, w.lease_token, w.record_class
$f$;

-- Take one person's erasure that is due.
CREATE OR REPLACE FUNCTION passage.claim_erasures(p_now timestamptz, p_until timestamptz)
RETURNS TABLE (request_id bigint, organisation_id bigint, lease_token bigint)
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $f$
  UPDATE privacy_datasubjectrequest r
  SET lease_until = p_until, lease_token = r.lease_token + 1, attempts = least(r.attempts + 1, 1000)
  FROM (
    SELECT id FROM privacy_datasubjectrequest
    WHERE available_at <= p_now AND (lease_until IS NULL OR lease_until <= p_now)
    ORDER BY available_at, id LIMIT 1 FOR UPDATE SKIP LOCKED
  ) due
  WHERE r.id = due.id
  RETURNING r.id, r.organisation_id, r.lease_token
$f$;

-- Take the end of an organisation whose hour has come.
CREATE OR REPLACE FUNCTION passage.claim_terminations(p_now timestamptz, p_until timestamptz)
RETURNS TABLE (termination_id bigint, organisation_id bigint, lease_token bigint)
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $f$
  UPDATE privacy_termination t
  SET lease_until = p_until, lease_token = t.lease_token + 1, attempts = least(t.attempts + 1, 1000)
  FROM (
    SELECT id FROM privacy_termination
    WHERE available_at <= p_now AND (lease_until IS NULL OR lease_until <= p_now)
    ORDER BY available_at, id LIMIT 1 FOR UPDATE SKIP LOCKED
  ) due
  WHERE t.id = due.id
  RETURNING t.id, t.organisation_id, t.lease_token
$f$;

-- Take one export that is due, unless its organisation has ended.
CREATE OR REPLACE FUNCTION passage.claim_exports(p_now timestamptz, p_until timestamptz)
RETURNS TABLE (export_id bigint, organisation_id bigint, lease_token bigint)
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $f$
  UPDATE privacy_export e
  SET lease_until = p_until, lease_token = e.lease_token + 1, attempts = least(e.attempts + 1, 1000)
  FROM (
    SELECT x.id FROM privacy_export x
    WHERE x.available_at <= p_now AND (x.lease_until IS NULL OR x.lease_until <= p_now)
      AND NOT EXISTS (SELECT FROM accounts_organisation o WHERE o.id = x.organisation_id AND o.closed_at IS NOT NULL)
    ORDER BY x.available_at, x.id LIMIT 1 FOR UPDATE SKIP LOCKED
  ) due
  WHERE e.id = due.id
  RETURNING e.id, e.organisation_id, e.lease_token
$f$;

-- Organisations to which a person at a network wrote.
CREATE OR REPLACE FUNCTION passage.organisations_with_person(p_network text, p_network_id text) RETURNS SETOF bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $f$
  SELECT DISTINCT organisation_id FROM moderation_identity
  WHERE network = p_network AND network_id = p_network_id ORDER BY 1
$f$;

-- How far the erasure has come that a network asked for under this code, over all organisations: requests by state.
CREATE OR REPLACE FUNCTION passage.erasure_progress(p_code text) RETURNS TABLE (state text, count bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $f$
  SELECT state, count(*) FROM privacy_datasubjectrequest WHERE code = p_code AND p_code <> '' GROUP BY 1
$f$;

-- Events of the organisation in scope, once it has been closed for a year: whole subscription, then one year.
CREATE OR REPLACE FUNCTION passage.end_events(p_limit int, p_now timestamptz) RETURNS bigint
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $f$
DECLARE
  v_organisation_id bigint := nullif(current_setting('app.organisation_id', true), '')::bigint;
  v_until timestamptz := p_now - interval '1 year';
  v_ended bigint;
BEGIN
  IF NOT EXISTS (SELECT FROM accounts_organisation WHERE id = v_organisation_id AND closed_at <= v_until)
     OR EXISTS (
       SELECT FROM privacy_legalhold WHERE organisation_id = v_organisation_id AND released_at IS NULL
         AND (scope = 'everything' OR record_class = 'event_log')
     ) THEN
    RETURN 0;
  END IF;
  IF p_limit = 0 THEN
    RETURN (SELECT count(*) FROM eventlog_event WHERE organisation_id = v_organisation_id AND at <= v_until);
  END IF;
  DELETE FROM eventlog_event WHERE id IN (
    SELECT id FROM eventlog_event WHERE organisation_id = v_organisation_id AND at <= v_until
    ORDER BY at, id LIMIT p_limit FOR UPDATE SKIP LOCKED
  );
  GET DIAGNOSTICS v_ended = ROW_COUNT;
  RETURN v_ended;
END $f$;

-- From where content was created, changed or deleted: kept for a year by law, then gone. The act stays.
CREATE OR REPLACE FUNCTION passage.end_content_traces(p_limit int, p_now timestamptz) RETURNS bigint
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $f$
DECLARE
  v_organisation_id bigint := nullif(current_setting('app.organisation_id', true), '')::bigint;
  v_until timestamptz := p_now - interval '1 year';
  v_ended bigint;
BEGIN
  IF EXISTS (
    SELECT FROM privacy_legalhold WHERE organisation_id = v_organisation_id AND released_at IS NULL
      AND (scope = 'everything' OR record_class = 'content_trace')
  ) THEN
    RETURN 0;
  END IF;
  IF p_limit = 0 THEN
    RETURN (
      SELECT count(*) FROM eventlog_event
      WHERE organisation_id = v_organisation_id AND at <= v_until AND address IS NOT NULL
        AND split_part(name, '.', 1) IN ('scheduler', 'gallery', 'moderation')
    );
  END IF;
  UPDATE eventlog_event SET address = NULL, agent = '' WHERE id IN (
    SELECT id FROM eventlog_event
    WHERE organisation_id = v_organisation_id AND at <= v_until AND address IS NOT NULL
      AND split_part(name, '.', 1) IN ('scheduler', 'gallery', 'moderation')
    ORDER BY at, id LIMIT p_limit FOR UPDATE SKIP LOCKED
  );
  GET DIAGNOSTICS v_ended = ROW_COUNT;
  RETURN v_ended;
END $f$;

-- The platform's own events, which are sign-ins: three months after the account's closing; a year after the act where
-- no account is known. Answers outside any organisation only.
CREATE OR REPLACE FUNCTION passage.end_sign_ins(p_limit int, p_now timestamptz) RETURNS bigint
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $f$
DECLARE
  v_ids bigint[];
BEGIN
  IF nullif(current_setting('app.organisation_id', true), '') IS NOT NULL THEN
    RETURN 0;
  END IF;
  SELECT array_agg(over.id) INTO v_ids FROM (
    SELECT e.id FROM eventlog_event e
    LEFT JOIN LATERAL (SELECT coalesce(e.actor_id, CASE WHEN e.subject_type = 'user' THEN e.subject_id END) AS id) who ON true
    LEFT JOIN accounts_user u ON u.id = who.id
    WHERE e.organisation_id IS NULL
      AND CASE WHEN who.id IS NULL THEN e.at <= p_now - interval '1 year'
               WHEN u.id IS NULL THEN e.at <= p_now - interval '3 months'
               ELSE u.closed_at <= p_now - interval '3 months' END
    ORDER BY e.id LIMIT CASE WHEN p_limit = 0 THEN NULL ELSE p_limit END
  ) over;
  IF p_limit > 0 THEN
    DELETE FROM eventlog_event WHERE id = ANY(v_ids);
  END IF;
  RETURN coalesce(cardinality(v_ids), 0);
END $f$;

-- Budgets whose window is over: their subject may be a person's id at a network.
CREATE OR REPLACE FUNCTION passage.end_budgets(p_limit int, p_now timestamptz) RETURNS bigint
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $f$
DECLARE
  v_ended bigint;
BEGIN
  IF p_limit = 0 THEN
    RETURN (SELECT count(*) FROM integrations_budgetuse WHERE ends_at <= p_now);
  END IF;
  DELETE FROM integrations_budgetuse WHERE id IN (
    SELECT id FROM integrations_budgetuse WHERE ends_at <= p_now ORDER BY id LIMIT p_limit FOR UPDATE SKIP LOCKED
  );
  GET DIAGNOSTICS v_ended = ROW_COUNT;
  RETURN v_ended;
END $f$;

RESET ROLE;

REVOKE ALL ON ALL FUNCTIONS IN SCHEMA passage FROM PUBLIC;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA passage TO {app};
