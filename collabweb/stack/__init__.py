"""What `make up` runs: the environment, PostgreSQL, Valkey, and the processes of the site."""
