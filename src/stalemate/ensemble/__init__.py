"""Many wars: running and storing them."""
