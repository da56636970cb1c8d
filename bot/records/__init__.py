"""Questions to the records, answered in SQL within the asker's sight."""
