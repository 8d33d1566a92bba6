"""What people see: the staff app and the public site."""
