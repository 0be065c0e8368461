"""Everything an organisation has, as one ZIP archive, written piece by piece and never whole in memory.

columns.py    what of a row is given, by the registry: no secrets, and nothing that is derived
chapters.py   the same for people to read: rooms hand in their pages
zipping.py    the archive's bytes; it can stop and go on between any two pieces
sealing.py    parts are sealed under a key of the archive's own, which the organisation's data key seals
place.py      how far the writing is, as the export's row keeps it
sections.py   what is written, one thing after the other
making.py     the work: leased, part by part; a kill loses one part
reading.py    the way out: signed addresses of limited life, and the archive as a stream
"""
