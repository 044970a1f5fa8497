"""The seat's side: phones, their states, and where a seat can be rung now."""
