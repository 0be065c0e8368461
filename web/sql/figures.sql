-- What waits for a member, counted for the signs in the rail, in the scope of their organisation. Every page asks for it:
-- PL/pgSQL keeps the plans, where a statement made anew took as long as the rest of the rail.
-- What a member may see is what the query sets' open_to() say.
--   p_states   publications in these the member decides on      p_accounts, p_inbox   whether they see accounts, the inbox
DROP FUNCTION IF EXISTS web_figures(bigint, text[], boolean, boolean, timestamptz, timestamptz);
DROP FUNCTION IF EXISTS web_figures(bigint, text[], boolean, boolean);
CREATE FUNCTION web_figures(p_membership bigint, p_states text[], p_accounts boolean, p_inbox boolean)
RETURNS TABLE (lost bigint, undecided bigint, unread bigint, strangers jsonb) LANGUAGE plpgsql STABLE AS $f$
DECLARE
  m accounts_membership;
  v_open bigint[];  -- the accounts of a member who may not work with all
BEGIN
  SELECT * INTO STRICT m FROM accounts_membership x WHERE x.id = p_membership;
  v_open := ARRAY(SELECT a.social_account_id FROM integrations_accountaccess a WHERE a.membership_id = m.id);
  IF p_accounts THEN
    SELECT count(*) INTO lost FROM integrations_socialaccount a
    WHERE a.state = 'lost' AND (m.all_accounts OR a.id = ANY (v_open));
  END IF;
  SELECT count(DISTINCT p.post_id) INTO undecided FROM scheduler_publication p
  WHERE p.state = ANY (p_states) AND (m.all_accounts OR p.social_account_id = ANY (v_open));
  SELECT count(*) INTO unread FROM notifications_notice n
  LEFT JOIN scheduler_publication p ON p.id = n.publication_id
  LEFT JOIN moderation_item i ON i.id = n.item_id
  WHERE n.user_id = m.user_id AND n.read_at IS NULL
    AND (m.all_accounts OR n.social_account_id = ANY (v_open) OR p.social_account_id = ANY (v_open)
         OR i.social_account_id = ANY (v_open) OR m.role = 'owner' AND n.kind = 'out_of_reach');
  IF p_inbox THEN
    SELECT jsonb_object_agg(w.network, w.count) INTO strangers FROM (
      SELECT a.network, sum(c.count) AS count
      FROM moderation_itemcount c JOIN integrations_socialaccount a ON a.id = c.social_account_id
      WHERE c.state IN ('new', 'assigned') AND (m.all_accounts OR a.id = ANY (v_open))
      GROUP BY a.network
    ) w;
  END IF;
  RETURN NEXT;
END $f$;
