"""Local twins of the networks: a program of its own that imports no app and that no app imports.

server      the process: uvicorn, and connections that can be cut
app         one call from its first byte to its answer, faults and record included
world       everything one running sandbox knows; store, clock, faults, journal of calls
networks/   one folder a network: a stranger's client must work against it
control     /_control: faults, counts, clock, grants
pages/      what a person can look at: walls, faults, consent
"""
