"""The cooperation network at a date: ties, need and obstacles of countries."""
