"""Any cooperation network: a subject declared in one file, its tables, and what they support."""
