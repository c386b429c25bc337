"""What goes out: each package follows topics and serves screens, stores or adapters."""
