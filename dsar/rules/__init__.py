"""What is allowed, what is due, and how it is said: pure decisions over tables."""
