"""Acts on posts and publications: composing them, planning them, and seeing them out."""
