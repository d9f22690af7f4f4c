"""The door of the demo site: HTTP, logins, routes, conditions, lists, bodies, faults, schemas."""
