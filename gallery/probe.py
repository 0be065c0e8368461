"""Tells what a film is: a process of its own, since whoever brings a file may have made it to break its reader.

Reads the film from its standard input and prints JSON: width, height, duration_ms, rotation, and whether there is a
picture at all. It decodes nothing, writes nothing, and may use so much memory and time and no more.
"""

import json
import resource
import sys

from pymediainfo import MediaInfo

MEMORY_BYTES = 1024**3
CPU_SECONDS = 20


def main() -> None:
    for limit, value in (
        (resource.RLIMIT_AS, MEMORY_BYTES),
        (resource.RLIMIT_CPU, CPU_SECONDS),
        (resource.RLIMIT_FSIZE, 0),
    ):
        resource.setrlimit(limit, (value, value))
    # Slower parsing would look at the pictures themselves; the headers are enough.
    found = MediaInfo.parse(sys.stdin.buffer, parse_speed=0, full=True)
    films = found.video_tracks
    film = films[0] if films else None
    duration = (film.duration if film else None) or (found.general_tracks[0].duration if found.general_tracks else None)
    facts = {
        "has_picture": film is not None,
        "width": int((film.width if film else 0) or 0),
        "height": int((film.height if film else 0) or 0),
        "rotation": float((film.rotation if film else 0) or 0),
        "duration_ms": int(float(duration or 0)),
    }
    sys.stdout.write(json.dumps(facts))


if __name__ == "__main__":
    main()
