"""Reading a provider's file into text columns, with every line accounted for."""
