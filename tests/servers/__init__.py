"""The servers behind `make test-pg`: found or started, furnished with the run's own roles and names, put away again."""
