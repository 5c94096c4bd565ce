"""What a machine has for the table, and how well it runs it."""
