"""Commonground joins what four sectors each know of a person; only safe data leave."""
