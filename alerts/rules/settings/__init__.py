"""The numbers of the rules. ``rules.py`` names them all."""
