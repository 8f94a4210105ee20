"""Stalemate: an open campaign laboratory for limited war."""
