-- What home shows beside the rail's figures, in the scope of the organisation: how its accounts are, which publications ask
-- for a decision (scheduler_asking), whether a reply did not arrive, the pace of today's answers, and what waits in the
-- member's other organisations. Home reads rows only where this says that there are some.
--   p_inbox   whether they see the inbox      p_midnight  when their day began      p_since … p_reviews   see scheduler_asking
DROP FUNCTION IF EXISTS web_home(bigint, boolean, timestamptz, timestamptz, timestamptz, text, int, int);
CREATE FUNCTION web_home(
  p_membership bigint, p_inbox boolean, p_now timestamptz, p_midnight timestamptz,
  p_since timestamptz, p_late text, p_shown int, p_reviews int
) RETURNS TABLE (
  accounts bigint, accounts_lost bigint, asking_ids bigint[], asking_counts jsonb, is_unsent boolean,
  answered_in interval, elsewhere jsonb
) LANGUAGE plpgsql STABLE AS $f$
DECLARE
  v_all boolean;
  v_open bigint[];  -- the accounts of a member who may not work with all
BEGIN
  SELECT m.all_accounts INTO STRICT v_all FROM accounts_membership m WHERE m.id = p_membership;
  v_open := ARRAY(SELECT a.social_account_id FROM integrations_accountaccess a WHERE a.membership_id = p_membership);
  SELECT count(*), count(*) FILTER (WHERE a.state = 'lost') INTO accounts, accounts_lost FROM integrations_socialaccount a
  WHERE a.state <> 'disconnected' AND (v_all OR a.id = ANY (v_open));
  SELECT s.first_ids, s.counts INTO asking_ids, asking_counts
  FROM scheduler_asking(p_membership, p_since, p_late, p_shown, p_reviews) s;
  IF p_inbox THEN
    is_unsent := EXISTS (
      SELECT FROM moderation_item i WHERE i.send_failed AND (v_all OR i.social_account_id = ANY (v_open))
    );
    SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY v.first_reply_at - v.waiting_since) INTO answered_in
    FROM moderation_intervention v JOIN moderation_item i ON i.id = v.item_id
    WHERE v.first_reply_at >= p_midnight AND v.waiting_since <= v.first_reply_at
      AND (v_all OR i.social_account_id = ANY (v_open));
  END IF;
  SELECT jsonb_object_agg(w.organisation_id, w.waiting) INTO elsewhere FROM passage.waiting_elsewhere(p_now) w;
  RETURN NEXT;
END $f$;
