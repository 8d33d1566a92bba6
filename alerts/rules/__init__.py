"""The rules: what each one finds in readings and in the state of devices, and the machine that all of them share."""
