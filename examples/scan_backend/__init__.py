"""A small face-scan company's backend: a demo and a test partner for `face-deletion/1`.

It is a process of its own, imports nothing from the product and keeps real (synthetic) files.
"""
