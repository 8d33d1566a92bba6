"""Who may see and do what on the staff's pages."""
