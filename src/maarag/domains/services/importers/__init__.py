"""What the directory of services can be loaded from."""
