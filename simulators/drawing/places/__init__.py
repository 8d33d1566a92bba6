"""The five kinds of danger spot as worlds of faces; what differs from camera to camera comes from chance."""
