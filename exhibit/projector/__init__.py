"""The projector: switched on and off over the network."""
