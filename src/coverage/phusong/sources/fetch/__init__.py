"""Open data over the network: what there is, where, under which licence, and how it is had."""
