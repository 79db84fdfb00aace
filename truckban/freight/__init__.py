"""Freight as the law sees it: listed enterprises, their sites and visits, weighing records, and who loaded a trip."""
