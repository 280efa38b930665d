// Notes of a table: what is typed stays in this browser until the server has it. Filled in by the room wijkgesprekken.
