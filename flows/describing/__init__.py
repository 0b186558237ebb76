"""Pages that say what each measure means, made of what the models say of themselves."""
