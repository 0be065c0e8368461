-- The passage: the only way across organisations. Functions of the role `passage`, which may read and write only the
-- columns granted here (ids, states, hours), never words or tokens. The time is always an argument.
-- Installed after each migrate, as the owner, who is a member of `passage`.
CREATE SCHEMA IF NOT EXISTS passage AUTHORIZATION passage;
GRANT USAGE ON SCHEMA passage TO {app};
GRANT USAGE ON SCHEMA public TO passage;
ALTER DEFAULT PRIVILEGES FOR ROLE passage REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;

-- Organisations -------------------------------------------------------------------------------------------------------
GRANT SELECT (id, slug, closed_at) ON accounts_organisation TO passage;
DROP POLICY IF EXISTS passage ON accounts_organisation;
CREATE POLICY passage ON accounts_organisation TO passage USING (true);

-- Invitations: whoever holds the link learns which organisation it leads to, and no more.
GRANT SELECT (id, organisation_id, token_hash, expires_at, accepted_at, revoked_at) ON accounts_invitation TO passage;
DROP POLICY IF EXISTS passage ON accounts_invitation;
CREATE POLICY passage ON accounts_invitation TO passage USING (true);

-- Work of grants and looks at accounts: ids, states, hours and leases.
GRANT SELECT (id, organisation_id, available_at, lease_until, lease_token, attempts),
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

SET LOCAL ROLE passage;

-- Ids of the organisations that are open, for work that goes through all of them one by one.
CREATE OR REPLACE FUNCTION passage.organisation_ids() RETURNS SETOF bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $f$
  SELECT id FROM accounts_organisation WHERE closed_at IS NULL ORDER BY id
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

-- Give up the organisation's use and say whether nobody else is left. Two who leave at once wait for one another.
CREATE OR REPLACE FUNCTION passage.release_outside(p_network text, p_kind text, p_outside_id text) RETURNS boolean
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $f$
BEGIN
  PERFORM pg_advisory_xact_lock(hashtextextended(p_network || ':' || p_kind || ':' || p_outside_id, 0));
  DELETE FROM integrations_outsideuse
  WHERE network = p_network AND kind = p_kind AND outside_id = p_outside_id
    AND organisation_id = nullif(current_setting('app.organisation_id', true), '')::bigint;
  RETURN NOT EXISTS (
    SELECT FROM integrations_outsideuse WHERE network = p_network AND kind = p_kind AND outside_id = p_outside_id
  );
END
$f$;

-- Whether any organisation, the one in scope included, uses this person or presence.
CREATE OR REPLACE FUNCTION passage.is_used_outside(p_network text, p_kind text, p_outside_id text) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $f$
  SELECT EXISTS (
    SELECT FROM integrations_outsideuse WHERE network = p_network AND kind = p_kind AND outside_id = p_outside_id
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

RESET ROLE;

REVOKE ALL ON ALL FUNCTIONS IN SCHEMA passage FROM PUBLIC;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA passage TO {app};
