"""How Onsale is run: on one machine, with containers, on a cluster."""
