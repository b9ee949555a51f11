"""How dates and numbers are written, per language; Django's own formats fill the rest (`FORMAT_MODULE_PATH`)."""
