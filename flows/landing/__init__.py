"""Landing a judged export: facts aside, the vault's transaction, files into place."""
