"""What is known: figures, sources, second readings and the chronicle."""
