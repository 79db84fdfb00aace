"""What must last: tables, transactions, migrations. All SQL of the service is in here."""
