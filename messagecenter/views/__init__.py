"""Pages of this room: reading, publishing."""
