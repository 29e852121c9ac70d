"""What to do: rankings, explanations, groups, what-ifs, and the pages that show them."""
