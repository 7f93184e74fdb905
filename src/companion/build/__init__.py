"""Run the notebooks and write the outputs, as a whole or not at all."""
