"""Frozen facts about places: grids, terrain, networks, communes, people."""
