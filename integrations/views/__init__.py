"""Pages of social accounts: the overview, connecting, and the way back from a network."""
