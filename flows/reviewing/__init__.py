"""Clerical review: a person looks at two records that a model cannot tell apart."""
