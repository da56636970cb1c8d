"""The CRM side: the port, the mirror that every question reads, and one adapter a CRM."""
