"""What happens to events: each stage reads topics, decides in pure code and writes topics."""
