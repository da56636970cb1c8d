"""What Caddie can answer: one class a kind, as the contract names them; what is read stands in the views."""
