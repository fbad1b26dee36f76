"""A pretend telephone company: answers as Twilio does, has calls ring and texts arrive by our clock."""
