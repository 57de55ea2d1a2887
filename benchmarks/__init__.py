"""Runs that anyone can repeat: what the parts of the search give, and how fast it is."""
