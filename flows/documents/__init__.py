"""Documents made on request and never published: my record, and the case panel pack."""
