"""The server: rooms for residents and staff above shared floors."""
