"""The graph: triples in named graphs, how they get in, and how they are asked and checked."""
