"""In which order the systems run."""
