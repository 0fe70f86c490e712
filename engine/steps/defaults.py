"""What step types take where a config leaves a value out; their schemas say the same."""

MAX_FILE_SIZE = "10MB"
MAX_FILES = 10_000
MAX_RESPONSE = "10MB"
MAX_REDIRECTS = 20
