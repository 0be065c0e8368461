"""Acts on grants and social accounts."""
