"""Real processes that are killed at a barrier: the worker that is killed, the brokers that are wiped, and the story."""
