"""The names of this room's tasks and of the queues they wait in, for those who ring."""

HOUSE = "house"
SLOW = "slow"
TEND_GRANTS = "integrations.tend_grants"
LOOK_AT_ACCOUNTS = "integrations.look_at_accounts"
TIDY_CONNECTIONS = "integrations.tidy_connections"
