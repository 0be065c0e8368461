"""What the networks send by themselves: real HTTP to where an app asked for it.

client    connections that are kept alive, and one answer at a time
switches  what can be asked to go wrong: copies, disorder, delays, losses
courier   events on their way: queue, workers, retries
record    what became of each delivery
"""
