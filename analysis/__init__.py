"""Pure numbers: statements in, pillars, themes, labels and quotes out; knows no server and no database."""
