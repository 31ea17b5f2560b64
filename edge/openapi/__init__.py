"""The API's description, made from the same annotations as its routes."""
