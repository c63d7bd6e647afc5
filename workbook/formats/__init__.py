"""What a file says of a sheet beyond its values: one module a file format."""
