"""Commonground: joins what four sectors each know about a person, and releases only what is safe."""
