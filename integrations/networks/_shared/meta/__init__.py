"""What Facebook and Instagram have in common at Meta: one app, one login, one Graph API, one way to tell us.

answers     what its answers have in common
commenting  whether an account may write comments
errors      the codes that mean the same everywhere, and how a refusal is read
graph       the calls, and those that are no single product's
login       the first half of a provider: connecting, refreshing, revoking
messenger   private messages, which run over the page for both
notices     handshakes, signed events, signed notices that a person left
polls       what a poll reads alike
talking     answering in private, and finding again what was sent
versions    when the Graph API's versions end
"""
