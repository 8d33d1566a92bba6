"""From recorded transitions to messages: who is told, at once or in the digest of the minute."""
