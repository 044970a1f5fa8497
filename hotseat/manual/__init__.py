"""`--help` and mistakes in what was typed, in the language of the terminal."""
