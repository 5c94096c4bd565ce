"""Write bundles: ONNX graphs, latent statistics, directions, golden pairs and the card."""
