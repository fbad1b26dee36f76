"""What customers and providers reach from outside: a few pages, and where Twilio rings back."""
