"""The pure rules of consent: the text of a notice, the arrows of a release, what a signature needs, how a check decides."""
