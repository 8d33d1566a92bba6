"""The staff dashboard: a Dash app on FastAPI, live by server push."""
