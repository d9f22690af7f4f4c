"""The way to SL's database: connection strings, engines, column types, what this database really has."""
