"""Acts on notices: telling people, marking as read, sending mail."""
