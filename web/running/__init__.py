"""What those who run the service look at, and how it is served."""
