"""What words mean, as far as it makes two of them alike: a table of vectors, and its making."""
