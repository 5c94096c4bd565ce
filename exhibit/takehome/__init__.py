"""What a visitor may take home: the drawing and its answer on paper or as a file."""
