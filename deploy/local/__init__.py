"""Everything ``make run`` and ``make test`` need on one machine. Never imported by the product itself."""
