"""Room answering: a resident answers, page by page, goes on later, and is thanked."""
