"""Printed tokens: false finds, and how well and how fast they are found at the table."""
