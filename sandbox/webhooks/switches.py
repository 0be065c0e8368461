"""What webhooks can be asked to do wrong, and how fast they try again."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Switches:
    """Seconds are real ones, except the waits between retries: those are the twins' and follow a moved clock."""

    id: str = "switches"
    copies: int = 1  # how often each event is sent
    shuffle_seconds: float = 0.0  # each copy leaves at a random moment of this window
    delay_seconds: float = 0.0  # before anything leaves
    drop: float = 0.0  # the share of events that never leave
    batch: int = 1  # how many entries one request may carry, where the network batches
    retries: bool = True
    retry_speed: float = 1.0  # the network's waits are divided by this
    x_redelivers: bool = False  # X promises no redelivery (only replay); true treats it as Facebook
    connections: int = 4  # requests under way at once
    paused: bool = False  # events gather, nothing leaves
    seed: int = 0


LIMITS: dict[str, tuple[float, float]] = {
    "copies": (1, 100),
    "shuffle_seconds": (0, 3600),
    "delay_seconds": (0, 3600),
    "drop": (0, 1),
    "batch": (1, 1000),
    "retry_speed": (0.001, 1_000_000),
    "connections": (1, 64),
    "seed": (0, 2**63),
}
