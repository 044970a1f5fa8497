"""What whoever runs a hotline needs: a view of it, its figures, its health, a calm end."""
