"""Forecasts of who signs with whom, learned from dated history and tested on it."""
