"""One CRM behind the port each."""
