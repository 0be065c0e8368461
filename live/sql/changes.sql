-- Number and write what a transaction changed, as its last statement before COMMIT (lib.tenancy.scope.write_last): the
-- organisation's sequence row is locked once, and for as long as a COMMIT takes. Returns the last number given.
CREATE OR REPLACE FUNCTION live_write_changes(
  p_at timestamptz, p_kinds text[], p_subject_ids bigint[], p_versions bigint[], p_social_account_ids bigint[],
  p_user_ids bigint[]
) RETURNS bigint LANGUAGE plpgsql VOLATILE AS $f$
DECLARE
  v_organisation_id bigint := nullif(current_setting('app.organisation_id', true), '')::bigint;
  v_last bigint;
BEGIN
  INSERT INTO live_livesequence AS s (organisation_id, last) VALUES (v_organisation_id, cardinality(p_kinds))
  ON CONFLICT (organisation_id) DO UPDATE SET last = s.last + excluded.last
  RETURNING s.last INTO v_last;
  INSERT INTO live_liveevent (organisation_id, sequence, kind, subject_id, version, social_account_id, user_id, at)
  SELECT v_organisation_id, c.sequence, c.kind, c.subject_id, coalesce(c.version, c.sequence), c.social_account_id,
         c.user_id, p_at
  FROM (
    SELECT v_last - cardinality(p_kinds) + g.place AS sequence, g.*
    FROM unnest(p_kinds, p_subject_ids, p_versions, p_social_account_ids, p_user_ids)
      WITH ORDINALITY AS g (kind, subject_id, version, social_account_id, user_id, place)
  ) c;
  RETURN v_last;
END $f$;
