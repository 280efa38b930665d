"""Room staff: sign-in, people and their roles, and the trail of what they did."""
