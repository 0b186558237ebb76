"""How well records were put together: by a truth, between runs, in pictures."""
