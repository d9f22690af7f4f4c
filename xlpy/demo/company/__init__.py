"""The demo SL company: SL's tables on any SQLAlchemy engine, set-up and masters, and SL's release and posting."""
