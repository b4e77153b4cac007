"""What makes the custody log believed: signed, attested, handed out, checked."""
