"""The public service platform: warn, diagnose, assess, respond, and what is exchanged."""
