"""The public levels site: plain files, written by a publisher, that any web server can serve."""
