"""Menus: read as an outline, looked at as a picture, edited as text, published and rolled back."""
