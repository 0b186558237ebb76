"""Linking a table that somebody brings: map its columns, fit, link, write."""
