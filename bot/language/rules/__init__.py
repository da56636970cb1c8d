"""The offline model's rules: from a message to commands without any language model."""
