"""What happens in one day."""
