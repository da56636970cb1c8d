"""What a message does, and what its values stand for: learned from the annotated messages."""
