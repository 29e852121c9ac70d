"""Run the `comity` command from a checkout: `python cli.py recommend CHN`."""

from kg.command.main import main

if __name__ == "__main__":
    main()
