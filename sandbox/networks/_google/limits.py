"""Lives of what Google gives.

Source: Google Identity, "Using OAuth 2.0 for Web Server Applications" and "Refresh token expiration"; Google Cloud
support, answer 15549945 (publishing status); read 2026-11-22 through dated copies. What no page says is marked so.
"""

HOUR = 3600
DAY = 24 * HOUR

CODE_SECONDS = 600  # no page says
ACCESS_TOKEN_SECONDS = 3599  # as answered; the pages say one hour
UNUSED_SECONDS = 182 * DAY  # a refresh token that nobody used for six months
TESTING_SECONDS = 7 * DAY  # consent screen in "Testing"
LIVE_REFRESH_TOKENS = 100  # for one person and one client; the next one ends the oldest without a word
CERTIFICATES_SECONDS = 6 * HOUR  # how long others may keep them: a plausible Cache-Control
