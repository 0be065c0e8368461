"""Acts on organisations, their members and invitations."""
