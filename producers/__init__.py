"""What comes in: each package turns one kind of outside speech into events of the log."""
