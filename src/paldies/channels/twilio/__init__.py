"""Twilio, behind one small border."""
