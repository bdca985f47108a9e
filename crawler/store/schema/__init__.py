"""Tables, migrations, and rows as domain types."""
