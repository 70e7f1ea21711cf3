"""The site as it is shipped, with one trivial page more to measure against; only for `bench.load`."""
