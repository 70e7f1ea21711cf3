"""Forms of casework. What is right and wrong is decided by the actions; forms ask, and show."""
