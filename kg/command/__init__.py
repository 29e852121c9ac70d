"""The command line: parses, calls the other rooms, prints."""
