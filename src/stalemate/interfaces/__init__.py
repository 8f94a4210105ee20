"""How people see it."""
