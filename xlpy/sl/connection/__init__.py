"""The way to SL's database: connection strings, engines, column types, the catalogue of what this database really has."""
