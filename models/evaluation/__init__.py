"""What a bundle is worth: adherence, KID, copies, calm, and their report."""
