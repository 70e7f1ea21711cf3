"""Settings: `development` (the default of `make run`), `test` and `production` stand on `base`."""
