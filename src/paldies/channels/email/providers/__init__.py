"""Mail providers that report by calling us; another one is a file here, and a line in `bootstrap.reports`."""
