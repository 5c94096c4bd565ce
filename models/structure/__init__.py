"""Structure of drawn heads from their landmarks, and codes edited through it; pose of drawings."""
