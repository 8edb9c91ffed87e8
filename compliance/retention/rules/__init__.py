"""The pure rules of retention: what a finding of a reading is, and what is done about it by default."""
