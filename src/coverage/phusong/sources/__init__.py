"""Every way in: files to frozen facts, checked on the way."""
