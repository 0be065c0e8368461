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

RESET ROLE;

REVOKE ALL ON ALL FUNCTIONS IN SCHEMA passage FROM PUBLIC;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA passage TO {app};
