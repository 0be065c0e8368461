"""What Google's services share: who somebody is there, what they allowed which app, and how refusals look.

    host.py     accounts.google.com, oauth2.googleapis.com and the certificates: served beside the twins
    oauth.py    consent, codes, tokens, refreshing, revoking
    consent.py  the page on which a person says yes
    calls.py    who makes an API call, and whether they may
    steering.py what /_control asks of any of its services: grants, tokens, what people withdraw
    state.py    rows, and what the services tell of themselves
    keys.py     Google's own key: what it signs, and where others find its public half
    errors.py   the envelope of every API
    limits.py   lives, each with its source
    cast.py     who has an account there at the start

A twin of one of its services (Business Profile, YouTube) is built with the one `GoogleHost` of the sandbox and says
what it is with `host.state.offer(Service(...))`: its scopes in words, and the identities (channels) from which a person
chooses one, where it has any. `calls.identify(state, call)` and `calls.require_scope(...)` then say who calls.
"""
