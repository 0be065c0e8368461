"""What several benchmarks stand on; not benchmarks themselves."""
