"""Reading a provider's file into text columns, with every line accounted for."""

from flows.reading.exports import Fault, Reading, read_export, read_mapped

__all__ = ["Fault", "Reading", "read_export", "read_mapped"]
