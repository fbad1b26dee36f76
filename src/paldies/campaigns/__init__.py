"""What to say and when: pure values and pure functions, `now` always a parameter."""
