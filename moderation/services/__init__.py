"""Acts on the inbox that write, one file for each kind of act."""
