"""How records become people: standardise, pair, score, group, name."""
