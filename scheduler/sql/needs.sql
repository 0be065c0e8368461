-- Publications that ask a member for a decision: the outcome is unknown, an approval is waited for, it did not go out since
-- p_since, it missed its hour, or it is out and not as it was meant (states.TO_DECIDE, spelled out for its index). One row: the ids of the first of each state, and how many there are of each.
CREATE OR REPLACE FUNCTION scheduler_asking(
  p_membership bigint, p_since timestamptz, p_late text, p_shown int, p_reviews int
) RETURNS TABLE (first_ids bigint[], counts jsonb) LANGUAGE plpgsql STABLE AS $f$
DECLARE
  v_all boolean;
  v_open bigint[];
BEGIN
  SELECT m.all_accounts INTO STRICT v_all FROM accounts_membership m WHERE m.id = p_membership;
  v_open := ARRAY(SELECT a.social_account_id FROM integrations_accountaccess a WHERE a.membership_id = p_membership);
  RETURN QUERY
    WITH asking AS (
      SELECT p.id, p.state, row_number() OVER (PARTITION BY p.state ORDER BY p.publish_at NULLS LAST, p.id) AS place
      FROM scheduler_publication p
      WHERE (p.state IN ('outcome_unknown', 'in_review') OR p.state = 'failed' AND p.state_changed_at >= p_since
             OR p.state = 'scheduled' AND p.reason = p_late
             OR p.state = 'published' AND p.reason IN
               ('follow_up_refused', 'follow_up_unknown', 'edit_refused', 'delete_refused'))
        AND (v_all OR p.social_account_id = ANY (v_open))
    )
    SELECT array_agg(a.id) FILTER (WHERE a.place <= CASE a.state WHEN 'in_review' THEN p_reviews ELSE p_shown END),
           (SELECT jsonb_object_agg(c.state, c.count)
            FROM (SELECT b.state, max(b.place) AS count FROM asking b GROUP BY b.state) c)
    FROM asking a;
END $f$;
