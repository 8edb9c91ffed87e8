"""Days and moments on German pages: the month in words, 24 hours."""

DATE_FORMAT = r"j. F Y"
DATETIME_FORMAT = r"j. F Y, H:i"
TIME_FORMAT = "H:i"
