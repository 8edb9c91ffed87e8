"""How Efface is run: on one machine for trying and testing (``local``)."""
