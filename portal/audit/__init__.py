"""The book of deeds: append-only, one chain of keyed hashes per organisation.

Verbs write `book.record(actor, deed, target, before=..., after=..., **data)` inside their transaction; `chain.verify()`
proves the whole.
"""
