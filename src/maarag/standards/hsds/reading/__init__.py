"""HSDS 3.1 of any publisher as drafts for the domain's actions, with every problem in words."""
