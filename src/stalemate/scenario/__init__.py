"""Which world: validated inputs of a war."""
