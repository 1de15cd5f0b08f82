"""What words mean, as far as that makes two of them alike: a table of vectors, and how it is made."""
