"""The chronology: what its lines say, and how they are handed out."""
