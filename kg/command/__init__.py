"""The command line: parses, calls the other rooms, prints."""

from kg.command import interrupt


def run() -> None:
    """Run the command line: the entry point of `comity`."""
    try:
        with interrupt.ended_in_time():
            from kg.command.main import main

            main()
    except KeyboardInterrupt:
        interrupt.end()
