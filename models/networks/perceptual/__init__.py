"""Frozen networks that see pictures: VGG16, AlexNet, and LPIPS on both."""
