"""What follows from many wars."""
