"""How a run is run, whatever it trains: processes, limits, random states, logs."""
