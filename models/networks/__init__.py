"""Networks in PyTorch, and how their answers are drawn; nothing of files or training."""
