"""The past: everything that was ever read, as a time series. One forwarder feeds it from the log, whichever it is."""
