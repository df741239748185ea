"""What writes the stored files: `make models`, `make data`, `make notebooks`. Experiments write their own results."""
