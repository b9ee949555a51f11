"""`make demo` as people run it: a process of its own, in a checkout of its own."""
