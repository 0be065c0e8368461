"""The twins, listed by hand.

Every network's folder has the same shape:

    twin.py        hosts, routes, and how faults look here
    state.py       rows, and how they are found
    oauth.py       consent, codes, tokens, revoking
    publishing.py  what writes
    media.py       files
    reading.py     what only reads
    strangers.py   what people do there who are asked by /_control, and what accounts do by hand
    webhooks.py    what the network tells the apps
    walls.py       what a person sees
    errors.py      the network's envelopes
    limits.py      rates, sizes, lives, each with its source
    cast.py        who is there at the start

Instagram's accounts hang on Facebook's pages and are reached on Facebook's host: its twin has the other's state beside
its own.
"""
