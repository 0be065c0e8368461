"""What starts the product on one machine: embedded servers, the supervisor, compiled translations. Imports no app."""
