"""Acts on rules, holds and incidents."""
