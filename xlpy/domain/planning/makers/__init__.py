"""Of each kind the maker that turns matched rows into documents and findings, named by module; what they share."""
