-- Counts of inbox items, kept by delta in the transaction that changes them, whichever way it does: services, intake,
-- retention, a cascade. Rows are only added, so counting takes no lock that another transaction could wait for.
CREATE OR REPLACE FUNCTION moderation_count_items() RETURNS trigger LANGUAGE plpgsql AS $f$
BEGIN
  IF TG_OP = 'INSERT' THEN
    INSERT INTO moderation_itemcount (organisation_id, social_account_id, state, assignee_id, count)
    SELECT organisation_id, social_account_id, state, coalesce(assignee_id, 0), count(*)
    FROM after GROUP BY 1, 2, 3, 4;
  ELSIF TG_OP = 'DELETE' THEN
    INSERT INTO moderation_itemcount (organisation_id, social_account_id, state, assignee_id, count)
    SELECT organisation_id, social_account_id, state, coalesce(assignee_id, 0), -count(*)
    FROM before GROUP BY 1, 2, 3, 4;
  ELSE
    INSERT INTO moderation_itemcount (organisation_id, social_account_id, state, assignee_id, count)
    SELECT organisation_id, social_account_id, state, assignee, sum(delta)
    FROM (
      SELECT organisation_id, social_account_id, state, coalesce(assignee_id, 0) AS assignee, 1 AS delta FROM after
      UNION ALL
      SELECT organisation_id, social_account_id, state, coalesce(assignee_id, 0), -1 FROM before
    ) both_sides
    GROUP BY 1, 2, 3, 4 HAVING sum(delta) <> 0;
  END IF;
  RETURN NULL;
END $f$;

CREATE OR REPLACE TRIGGER moderation_item_inserted AFTER INSERT ON moderation_item
  REFERENCING NEW TABLE AS after FOR EACH STATEMENT EXECUTE FUNCTION moderation_count_items();
CREATE OR REPLACE TRIGGER moderation_item_updated AFTER UPDATE ON moderation_item
  REFERENCING OLD TABLE AS before NEW TABLE AS after FOR EACH STATEMENT EXECUTE FUNCTION moderation_count_items();
CREATE OR REPLACE TRIGGER moderation_item_deleted AFTER DELETE ON moderation_item
  REFERENCING OLD TABLE AS before FOR EACH STATEMENT EXECUTE FUNCTION moderation_count_items();

-- Fold an account's deltas into one row for each state and agent. What others add meanwhile stays for the next time.
CREATE OR REPLACE FUNCTION moderation_fold_counts(p_social_account_id bigint) RETURNS bigint LANGUAGE sql VOLATILE AS $f$
  WITH taken AS (
    DELETE FROM moderation_itemcount WHERE id IN (
      SELECT id FROM moderation_itemcount WHERE social_account_id = p_social_account_id
      ORDER BY id FOR UPDATE SKIP LOCKED
    )
    RETURNING organisation_id, social_account_id, state, assignee_id, count
  ), folded AS (
    INSERT INTO moderation_itemcount (organisation_id, social_account_id, state, assignee_id, count)
    SELECT organisation_id, social_account_id, state, assignee_id, sum(count) FROM taken
    GROUP BY 1, 2, 3, 4 HAVING sum(count) <> 0
    RETURNING id
  )
  SELECT count(*) FROM taken
$f$;
