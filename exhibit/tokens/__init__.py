"""Printed tokens: found in the frame, kept out of the ink, and told to who acts on them."""
