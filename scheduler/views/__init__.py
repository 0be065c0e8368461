"""The pages of posts and publications."""
