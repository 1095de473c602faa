"""One module for each command in bin/."""
