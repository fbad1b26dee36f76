"""The page that a simulation is shown on."""
