"""One file per figure. Each starts what it needs, shows progress on stderr and prints one JSON line on stdout."""
